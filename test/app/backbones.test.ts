import { expect, test } from 'vitest'
import { chooseViews, configure, settingsOf } from '../../src/main/app/backbones.ts'
import { startEmbedding } from '../../src/main/app/training.ts'
import { pictureProject } from './support.ts'

test('how images are looked at is a setting of the project, whoever sets it; training embeds by it', async () => {
  const { workspace } = await pictureProject(3)
  const { project } = workspace
  expect(settingsOf(project)).toMatchObject({ backbone: null, views: 'none' })
  await configure(workspace, { views: 'flip' })
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
