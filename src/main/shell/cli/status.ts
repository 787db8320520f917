import type { Command } from 'commander'
import type { ProjectSummary } from '../../../contract/schemas.ts'
import { summaryOf } from '../../app/project/summary.ts'
import { counted } from '../../app/words.ts'
import type { Workspace } from '../../app/workspace.ts'
import { oneLine } from '../../base/visible.ts'
import { type CommonOptions, runOn, withJson } from './run.ts'

export function addStatus(program: Command): void {
  const command = program
    .command('status')
    .description('say what is in a project')
    .argument('<project>', 'the project file')
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
  const { name, path, imagesRoot, imagesAllowed, imagesRootFound, images, labels, model, lostChanges } = summary
  const place = imagesRootFound ? '' : imagesAllowed ? ' (not found)' : ' (not allowed yet: --allow-images)'
  const width = Math.max(5, ...labels.map((label) => oneLine(label.name).length))
  const unknown = (known: number) => String(images.total - known).padStart(8)
  return [
    `${name}  ${path}`,
    `Images: ${images.total} in ${imagesRoot}${place}; ${images.broken} can’t be read, ${images.missing} missing, ${images.started} with labels`,
    modelLine(model),
    ...(lostChanges ? [lostChanges.message, lostChanges.hint] : []),
    '',
    `${'label'.padEnd(width)}  present  absent  unknown`,
    ...labels.map(({ name: label, presentCount, absentCount }) => {
      const counts = `${String(presentCount).padStart(7)} ${String(absentCount).padStart(7)} ${unknown(presentCount + absentCount)}`
      return `${oneLine(label).padEnd(width)}  ${counts}`
    }),
  ]
}

function modelLine(model: ProjectSummary['model']): string {
  if (!model) return 'Model: none yet'
  const quality = model.mAP ? `, held-out mAP ${(model.mAP.blend * 100).toFixed(1)} %` : ''
  const lost = model.usable ? '' : '; its scores are lost: train again'
  const learnt = model.labels.length > 0 ? `, ${counted(model.labels.length, 'label')}` : ''
  return `Model: ${model.kind} on ${model.backbone}${learnt}${quality}, ${new Date(model.createdAt).toISOString()}${lost}`
}

/** What was accepted in bulk, action by action: labels that nobody looked at one by one. */
function bulkLines(actions: ReturnType<Workspace['project']['progress']['acceptedInBulk']>): string[] {
  if (actions.length === 0) return []
  const lines = actions.flatMap(({ title, at, labels }) => [
    `  ${new Date(at).toISOString()}  ${title}`,
    ...labels.map(({ name, present, absent }) => {
      const counts = [present > 0 ? `${present} present` : '', absent > 0 ? `${absent} absent` : ''].filter(Boolean)
      return `    ${name}: ${counts.join(', ')}`
    }),
  ])
  return ['', 'Accepted in bulk, and unchanged since:', ...lines]
}
