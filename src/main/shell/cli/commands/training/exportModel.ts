import path from 'node:path'
import type { Command } from 'commander'
import { startModelExport } from '../../../../app/models/modelExport.ts'
import { type CommonOptions, runOn, withImages } from '../../run.ts'
import { common } from '../../texts/common.ts'
import { exportModel as texts } from '../../texts/training.ts'
import { idOf } from './models.ts'

interface Options extends CommonOptions {
  model?: number
  triton?: boolean
  backbone: boolean
  fp16?: boolean
  int8?: boolean
  overwrite?: boolean
}

export function addExportModel(program: Command): void {
  const command = program
    .command('export-model')
    .description(texts.description)
    .argument('<project>', common.project)
    .argument('<out>', texts.out)
    .option('--model <id>', texts.model, idOf)
    .option('--triton', texts.triton)
    .option('--no-backbone', texts.noBackbone)
    .option('--fp16', texts.fp16)
    .option('--int8', texts.int8)
    .option('--overwrite', common.overwrite)
  withImages(command).action((project: string, out: string, options: Options) =>
    runOn(
      project,
      options,
      async (workspace) => {
        const { files, bytes, text, ...facts } = await exportOf(out, options, workspace)
        const lines = [texts.file(files[0], bytes), ...text, ...files.slice(1)]
        return { lines, json: { files, bytes, ...facts } }
      },
      { readOnly: true },
    ),
  )
}

async function exportOf(out: string, options: Options, workspace: Parameters<typeof startModelExport>[0]) {
  const { files, bytes, summary, card } = await startModelExport(workspace, {
    path: path.resolve(out),
    modelId: options.model,
    layout: options.triton ? 'triton' : 'onnx',
    withBackbone: options.backbone,
    overwrite: options.overwrite,
    precision: options.int8 ? 'int8' : options.fp16 ? 'float16' : 'float32',
  }).done
  const { heldOut, precision, agreement } = card
  return { files, bytes, text: summary, heldOut, precision, agreement }
}
