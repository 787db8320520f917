import type { Command } from 'commander'
import type { Reasons } from '../../../contract/schemas.ts'
import { reasonsFor } from '../../app/suggestions/reasons.ts'
import type { Workspace } from '../../app/workspace.ts'
import { UserError } from '../../base/errors.ts'
import { State, sideOf } from '../../domain/state.ts'
import { type CommonOptions, runOn, withJson } from './run.ts'
import { tableText } from './table.ts'

/** Shares smaller than this are summed up: nobody decides by them. */
const worthTelling = 0.005
const nearestTold = 9

export function addExplain(program: Command): void {
  const command = program
    .command('explain')
    .description('say why a label is suggested for an image')
    .argument('<project>', 'the project file')
    .argument('<image>', 'the image, as it is listed: its path in the folder of images')
    .argument('<label>', 'the name of the label')
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
  if (imageId === undefined) {
    const hint = 'Give its path in the folder of images, as exports list it.'
    throw new UserError('image-unknown', `There is no image “${image}” in this project.`, hint)
  }
  const labelId = project.labels.byName(label)?.id
  if (labelId === undefined) {
    const names = project.labels.list().map(({ name }) => `“${name}”`)
    const some = names.slice(0, 10).join(', ') + (names.length > 10 ? ` and ${names.length - 10} more` : '')
    throw new UserError('label-unknown', `There is no label “${label}” in this project.`, `There are: ${some}.`)
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
  const told = intra.known.filter((one) => Math.abs(one.logOdds) >= worthTelling)
  const small = intra.known.filter((one) => Math.abs(one.logOdds) < worthTelling)
  const rows = [
    ['in every image', signed(base)],
    ...model.map((one) => [`what the image looks like (${one.name})`, signed(one.logOdds)]),
    [similarImages(cross.nearest), signed(cross.logOdds)],
    ...told.map((one) => [`“${names.get(one.labelId) ?? ''}” is ${sideOf(one.state)}`, signed(one.logOdds)]),
    ['other labels, as far as they can be seen', signed(intra.seen + small.reduce((sum, one) => sum + one.logOdds, 0))],
    ['together', signed(logOdds)],
  ]
  const lines = [
    `${label}: ${suggestion} in ${image}, ${(sure * 100).toFixed(1)} %`,
    ...tableText(['reason', 'log odds'], rows),
  ]
  const nearest = cross.nearest?.slice(0, nearestTold) ?? []
  if (nearest.length > 0) {
    lines.push('', 'The nearest images where it is known:')
    const rowOf = (one: (typeof nearest)[number]) => [one.path, one.similarity.toFixed(2), sideOf(one.state)]
    lines.push(...tableText(['image', 'similarity', 'state'], nearest.map(rowOf)))
  }
  return lines
}

function similarImages(nearest: Reasons['cross']['nearest']): string {
  if (!nearest || nearest.length === 0) return 'similar images'
  const present = nearest.filter(({ state }) => state === State.present).length
  return `${present} of the ${nearest.length} nearest known images have it`
}

const signed = (logOdds: number): string => {
  const size = Math.abs(logOdds).toFixed(2)
  return size === '0.00' ? size : `${logOdds < 0 ? '−' : '+'}${size}`
}
