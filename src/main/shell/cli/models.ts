import { type Command, InvalidArgumentError } from 'commander'
import type { Model } from '../../../contract/schemas.ts'
import { chooseModel, modelsOf } from '../../app/models/models.ts'
import { counted } from '../../app/words.ts'
import { type CommonOptions, runOn, withJson } from './run.ts'

interface Options extends CommonOptions {
  use?: number
}

export function addModels(program: Command): void {
  const command = program
    .command('models')
    .description('list the models of a project, or choose the one that suggests')
    .argument('<project>', 'the project file')
    .option('--use <id>', 'the model that is to suggest from now on', idOf)
  withJson(command).action((project: string, options: Options) =>
    runOn(
      project,
      options,
      async (workspace) => {
        if (options.use !== undefined) chooseModel(workspace, options.use)
        const models = modelsOf(workspace)
        const lines = models.length > 0 ? models.map(lineOf) : ['No models yet: surmise train makes one.']
        return { lines, json: { models } }
      },
      { readOnly: options.use === undefined },
    ),
  )
}

function lineOf({ id, createdAt, kind, backbone, device, mAP, labels, current, usable }: Model): string {
  const facts = [
    new Date(createdAt).toISOString().slice(0, 16).replace('T', ' '),
    `${kind} on ${backbone}${device === null ? '' : ` (${device})`}`,
    ...(labels.length > 0 ? [counted(labels.length, 'label')] : []),
    ...(mAP ? [`held-out mAP ${(mAP.blend * 100).toFixed(1)} %`] : []),
    ...(usable ? [] : ['its scores are lost']),
  ]
  return `${current ? '*' : ' '} ${String(id).padStart(3)}  ${facts.join(', ')}`
}

export function idOf(text: string): number {
  const id = Number(text)
  if (Number.isInteger(id) && id > 0) return id
  throw new InvalidArgumentError('A model is named by its number: `surmise models P.surmise` lists them.')
}
