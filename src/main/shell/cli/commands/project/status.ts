import type { Command } from 'commander'
import type { ProjectSummary } from '../../../../../contract/schemas.ts'
import { summaryOf } from '../../../../app/project/summary.ts'
import { kindsText } from '../../../../app/words.ts'
import type { Workspace } from '../../../../app/workspace.ts'
import { oneLine } from '../../../../base/visible.ts'
import { type CommonOptions, runOn, withJson } from '../../run.ts'
import { common } from '../../texts/common.ts'
import { status as texts } from '../../texts/project.ts'

export function addStatus(program: Command): void {
  const command = program.command('status').description(texts.description).argument('<project>', common.project)
  withJson(command).action((project: string, options: CommonOptions) =>
    runOn(
      project,
      options,
      async (workspace) => {
        const summary = summaryOf(workspace)
        const acceptedInBulk = workspace.project.progress.acceptedInBulk()
        return { lines: [...linesOf(summary), ...bulkLines(acceptedInBulk)], json: { ...summary, acceptedInBulk } }
      },
      { readOnly: true },
    ),
  )
}

function linesOf(summary: ProjectSummary): string[] {
  const { name, path, imagesRoot, imagesAllowed, imagesRootFound, images, labels, model, lostChanges, passedOver } =
    summary
  const [first, ...others] = texts.columns
  const width = Math.max(first.length, ...labels.map((label) => oneLine(label.name).length))
  const unknown = (known: number) => String(images.total - known).padStart(8)
  return [
    `${name}  ${path}`,
    texts.images(images, `${imagesRoot}${texts.folder(imagesRootFound, imagesAllowed)}`),
    ...(Object.keys(passedOver).length > 0 ? [texts.passedOver(kindsText(passedOver))] : []),
    modelLine(model),
    ...(lostChanges ? [lostChanges.message, lostChanges.hint] : []),
    '',
    `${first.padEnd(width)}  ${others.join('  ')}`,
    ...labels.map(({ name: label, presentCount, absentCount }) => {
      const counts = `${String(presentCount).padStart(7)} ${String(absentCount).padStart(7)} ${unknown(presentCount + absentCount)}`
      return `${oneLine(label).padEnd(width)}  ${counts}`
    }),
  ]
}

function modelLine(model: ProjectSummary['model']): string {
  if (!model) return texts.noModel
  const { kind, backbone, labels, mAP, createdAt, usable } = model
  return texts.model(kind, backbone, labels.length, mAP?.blend ?? null, new Date(createdAt).toISOString(), usable)
}

/** Lists each bulk action, since nobody looked at its labels one by one. */
function bulkLines(actions: ReturnType<Workspace['project']['progress']['acceptedInBulk']>): string[] {
  if (actions.length === 0) return []
  const lines = actions.flatMap(({ title, at, labels }) => [
    `  ${new Date(at).toISOString()}  ${title}`,
    ...labels.map(({ name, present, absent }) => `    ${texts.accepted(name, present, absent)}`),
  ])
  return ['', texts.acceptedInBulk, ...lines]
}
