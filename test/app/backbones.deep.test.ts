import { readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test, vi } from 'vitest'
import { chooseViews, configure, settingsOf } from '../../src/main/app/backbones/backbones.ts'
import { startEmbedding } from '../../src/main/app/training/training.ts'
import { Graph } from '../../src/main/tensor/graph/graph.ts'
import { onnxModel } from '../../src/main/tensor/onnx/model.ts'
import { cnn } from '../backbone/families.ts'
import { pictureProject, temporaryFolder } from './support.ts'

test('how images are looked at is a setting of the project, whoever sets it; training embeds by it', async () => {
  const { workspace } = await pictureProject(3)
  const { project } = workspace
  expect(settingsOf(project)).toMatchObject({ backbone: null, views: 'none' })
  const told = vi.spyOn(workspace.context.events, 'publish')
  await configure(workspace, { views: 'flip' })
  // At once, however long counting what the project holds may be put off.
  const settings = expect.objectContaining({ views: 'flip' })
  expect(told).toHaveBeenCalledWith({ kind: 'project', project: expect.objectContaining({ settings }) })
  expect(settingsOf(project)).toMatchObject({ backbone: null, views: 'flip' })
  expect(await startEmbedding(workspace).done).toMatchObject({ embedded: 3, alreadyThere: 0 })

  // Other settings leave it alone, and back again finds what was seen before.
  await configure(workspace, { annotator: 'Ann' })
  expect(settingsOf(project)).toMatchObject({ annotator: 'Ann', backbone: null, views: 'flip' })
  await configure(workspace, { views: 'none' })
  expect(project.settings.get('backbone')).toBeNull()
  expect(await startEmbedding(workspace).done).toMatchObject({ embedded: 3, alreadyThere: 0 })
  chooseViews(workspace, 'flip')
  expect(settingsOf(project).views).toBe('flip')
  expect(await startEmbedding(workspace).done).toMatchObject({ embedded: 0, alreadyThere: 3 })

  // Typed behind the backbone, they are meant.
  await configure(workspace, { backbone: 'surmise-tiny@224+crops', views: 'none' })
  expect(settingsOf(project)).toMatchObject({ backbone: 'surmise-tiny@224', views: 'crops' })
  await expect(configure(workspace, { backbone: 'none.onnx', views: 'flip' })).rejects.toThrow(/none\.onnx/)
  expect(settingsOf(project)).toMatchObject({ backbone: 'surmise-tiny@224', views: 'crops' })
})

test('a classifier of one’s own is asked how it wants its pixels, once, and is used without being touched', async () => {
  const { workspace, application } = await pictureProject(3)
  const { project } = workspace
  const graph = new Graph()
  cnn({ batch: 1 })(graph)
  const file = path.join(temporaryFolder(), 'ours.onnx')
  writeFileSync(file, onnxModel(graph))
  await expect(configure(workspace, { backbone: file })).rejects.toMatchObject({
    code: 'backbone-normalisation',
    hint: expect.stringContaining('ours.onnx:imagenet'),
  })
  expect(project.settings.get('backbone')).toBeNull()
  await configure(workspace, { backbone: `${file}:imagenet` })
  expect(settingsOf(project).backbone).toBe(`${file}:imagenet`)
  const { backbone, embedded } = await startEmbedding(workspace).done
  expect({ embedded, dimension: backbone.dimension, mean: backbone.input.mean }).toEqual({
    ...{ embedded: 3, dimension: 12, mean: [0.485, 0.456, 0.406] },
  })
  expect(readdirSync(path.dirname(file))).toEqual(['ours.onnx'])
  expect(path.relative(application.configFolder, backbone.file)).toMatch(/^cache/)
  // What a project went by before anyone asked goes on; so does all else that is set.
  project.settings.set({ backbone: file })
  await configure(workspace, { annotator: 'Ann', backbone: file })
  expect((await startEmbedding(workspace).done).backbone.input.mean).toEqual([0.5, 0.5, 0.5])
})
