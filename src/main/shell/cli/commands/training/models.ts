import { type Command, InvalidArgumentError } from 'commander'
import type { Model } from '../../../../../contract/schemas.ts'
import { chooseModel, modelsOf } from '../../../../app/models/models.ts'
import { counted } from '../../../../app/words.ts'
import { type CommonOptions, runOn, withJson } from '../../run.ts'
import { common, numbers } from '../../texts/common.ts'
import { models as texts } from '../../texts/training.ts'

interface Options extends CommonOptions {
  use?: number
}

export function addModels(program: Command): void {
  const command = program
    .command('models')
    .description(texts.description)
    .argument('<project>', common.project)
    .option('--use <id>', texts.use, idOf)
  withJson(command).action((project: string, options: Options) =>
    runOn(
      project,
      options,
      async (workspace) => {
        if (options.use !== undefined) chooseModel(workspace, options.use)
        const models = modelsOf(workspace)
        const lines = models.length > 0 ? models.map(lineOf) : [texts.none]
        return { lines, json: { models } }
      },
      { readOnly: options.use === undefined },
    ),
  )
}

function lineOf({ id, createdAt, kind, backbone, device, mAP, labels, current, usable }: Model): string {
  const facts = [
    new Date(createdAt).toISOString().slice(0, 16).replace('T', ' '),
    texts.trained(kind, backbone, device),
    ...(labels.length > 0 ? [counted(labels.length, 'label')] : []),
    ...(mAP ? [texts.mAP(mAP.blend)] : []),
    ...(usable ? [] : [texts.lost]),
  ]
  return texts.line(current, id, facts)
}

export function idOf(text: string): number {
  const id = Number(text)
  if (Number.isInteger(id) && id > 0) return id
  throw new InvalidArgumentError(numbers.model)
}
