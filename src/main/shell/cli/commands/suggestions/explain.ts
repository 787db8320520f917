import type { Command } from 'commander'
import type { Reasons } from '../../../../../contract/schemas.ts'
import { reasonsFor } from '../../../../app/suggestions/reasons.ts'
import type { Workspace } from '../../../../app/workspace.ts'
import { UserError } from '../../../../base/errors.ts'
import { State, sideOf } from '../../../../domain/state.ts'
import { type CommonOptions, runOn, withJson } from '../../run.ts'
import { tableText } from '../../table.ts'
import { common } from '../../texts/common.ts'
import { explain as texts } from '../../texts/suggestions.ts'

/** Smaller contributions are summed up: they don't decide anything. */
const leastShown = 0.005
const nearestShown = 9

export function addExplain(program: Command): void {
  const command = program
    .command('explain')
    .description(texts.description)
    .argument('<project>', common.project)
    .argument('<image>', texts.image)
    .argument('<label>', texts.label)
  withJson(command).action((file: string, image: string, label: string, options: CommonOptions) =>
    runOn(
      file,
      options,
      async (workspace) => {
        const pair = pairOf(workspace, image, label)
        const reasons = await reasonsFor(workspace, pair)
        const names = new Map(workspace.project.labels.list().map(({ id, name }) => [id, name]))
        return { lines: inWords(label, image, reasons, names), json: { image, label, ...named(reasons, names) } }
      },
      { readOnly: true },
    ),
  )
}

/** @throws UserError `image-unknown`, `label-unknown` */
function pairOf({ project }: Workspace, image: string, label: string): { imageId: number; labelId: number } {
  const imageId = project.images.byPath(image)?.id
  if (imageId === undefined) throw new UserError('image-unknown', ...texts.unknownImage(image))
  const labelId = project.labels.byName(label)?.id
  if (labelId === undefined) {
    const names = project.labels.list().map(({ name }) => name)
    throw new UserError('label-unknown', ...texts.unknownLabel(label, names))
  }
  return { imageId, labelId }
}

function named(reasons: Reasons, names: ReadonlyMap<number, string>) {
  const known = reasons.intra.known.map(({ labelId, ...share }) => ({ label: names.get(labelId) ?? '', ...share }))
  return { ...reasons, intra: { ...reasons.intra, known } }
}

function inWords(label: string, image: string, reasons: Reasons, names: ReadonlyMap<number, string>): string[] {
  const { probability, logOdds, base, model, intra, cross } = reasons
  const suggestion = probability >= 0.5 ? 'present' : 'absent'
  const sure = Math.max(probability, 1 - probability)
  const shown = intra.known.filter((one) => Math.abs(one.logOdds) >= leastShown)
  const small = intra.known.filter((one) => Math.abs(one.logOdds) < leastShown)
  const rows = [
    [texts.base, signed(base)],
    ...model.map((one) => [texts.looks(one.name), signed(one.logOdds)]),
    [similarImages(cross.nearest), signed(cross.logOdds)],
    ...shown.map((one) => [texts.known(names.get(one.labelId) ?? '', sideOf(one.state)), signed(one.logOdds)]),
    [texts.others, signed(intra.seen + small.reduce((sum, one) => sum + one.logOdds, 0))],
    [texts.total, signed(logOdds)],
  ]
  const lines = [texts.head(label, suggestion, image, sure), ...tableText(texts.columns, rows)]
  const nearest = cross.nearest?.slice(0, nearestShown) ?? []
  if (nearest.length > 0) {
    lines.push('', texts.nearestTitle)
    const rowOf = (one: (typeof nearest)[number]) => [one.path, one.similarity.toFixed(2), sideOf(one.state)]
    lines.push(...tableText(texts.nearestColumns, nearest.map(rowOf)))
  }
  return lines
}

function similarImages(nearest: Reasons['cross']['nearest']): string {
  if (!nearest || nearest.length === 0) return texts.similar
  const present = nearest.filter(({ state }) => state === State.present).length
  return texts.nearest(present, nearest.length)
}

const signed = (logOdds: number): string => {
  const size = Math.abs(logOdds).toFixed(2)
  return size === '0.00' ? size : `${logOdds < 0 ? '−' : '+'}${size}`
}
