import path from 'node:path'
import type { Command } from 'commander'
import { startModelExport } from '../../app/models/modelExport.ts'
import { idOf } from './models.ts'
import { type CommonOptions, runOn, withImages } from './run.ts'

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
    .description('write the recogniser as one ONNX model: an image in; probabilities, logits and attention out')
    .argument('<project>', 'the project file')
    .argument('<out>', 'the .onnx file to write; with --triton the folder')
    .option('--model <id>', 'of another model than the one that suggests', idOf)
    .option('--triton', 'a model repository for NVIDIA Triton and KServe')
    .option('--no-backbone', 'the recogniser alone: features in')
    .option('--fp16', 'weights in half precision; says what that loses')
    .option('--int8', 'weights in eight bits; says what that loses')
    .option('--overwrite', 'replace what is there')
  withImages(command).action((project: string, out: string, options: Options) =>
    runOn(
      project,
      options,
      async (workspace) => {
        const { files, bytes, text, ...facts } = await exportOf(out, options, workspace)
        const lines = [`${files[0]}: ${(bytes / 1e6).toFixed(1)} MB`, ...text, ...files.slice(1)]
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
