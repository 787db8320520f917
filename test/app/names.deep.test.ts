import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { previewBulk } from '../../src/main/app/bulk/bulk.ts'
import { imageDetail } from '../../src/main/app/images/rows.ts'
import { acceptSuggestions, rejectSuggestions, setMarks } from '../../src/main/app/marks/marks.ts'
import { namesTemplate, startSuggestingByNames } from '../../src/main/app/suggestions/names.ts'
import { reasonsFor } from '../../src/main/app/suggestions/reasons.ts'
import { startTraining } from '../../src/main/app/training/training.ts'
import type { Workspace } from '../../src/main/app/workspace.ts'
import { type Colour, clipLike, colourNames, halves } from '../backbone/towers.ts'
import { newApplication, pictureProject, temporaryFolder } from './support.ts'

/** Pictures of two halves each, called by their colours. */
async function colourProject(rounds = 1, labels: string[] = [...colourNames]) {
  const folder = temporaryFolder()
  const imagesRoot = path.join(folder, 'images')
  mkdirSync(imagesRoot)
  const pairs = colourNames.flatMap((left) => colourNames.map((right): [Colour, Colour] => [left, right]))
  for (let round = 0; round < rounds; round++) {
    for (const [left, right] of pairs)
      await halves(path.join(imagesRoot, `${left}-${right}-${round}.png`), left, right, round)
  }
  const backbone = clipLike(temporaryFolder())
  const application = newApplication()
  const { workspace, scan } = await application.createAndScan({
    ...{ path: path.join(folder, 'p.surmise'), imagesRoot, labels, backbone },
  })
  await scan.done
  return { application, workspace, backbone }
}

/** Every image with what is suggested as present there. */
async function suggested(workspace: Workspace) {
  const names = new Map(workspace.project.labels.list().map(({ id, name }) => [id, name]))
  const images = [...workspace.project.images.known()]
  const found: Record<string, (string | undefined)[]> = {}
  for (const { id, path: file } of images) {
    const { allSuggestions } = await imageDetail(workspace, id)
    const present = allSuggestions.filter(({ suggestion }) => suggestion === 'present')
    found[file] = present.map(({ labelId }) => names.get(labelId)).sort()
  }
  return found
}

const truth = (files: string[]) =>
  Object.fromEntries(files.map((file) => [file, [...new Set(file.split('-').slice(0, 2))].sort()]))

test('before the first mark, images are found by the labels’ names; accepted and rejected as any, and replaced by what is learnt', async () => {
  const { workspace, backbone } = await colourProject(3)
  const { project } = workspace
  expect(await namesTemplate(workspace)).toBe('a photo of a {label}')
  const model = await (await startSuggestingByNames(workspace)).done
  expect(model).toMatchObject({ kind: 'names', current: true, metrics: { template: 'a photo of a {label}' } })
  const files = [...project.images.known()].map(({ path: file }) => file)
  expect(await suggested(workspace)).toEqual(truth(files))

  const ids = new Map([...project.images.known()].map(({ id, path: file }) => [file, id]))
  const labels = new Map(project.labels.list().map(({ id, name }) => [name, id]))
  const pair = (file: string, label: string) => ({ imageId: ids.get(file)!, labelId: labels.get(label)! })
  await acceptSuggestions(workspace, [pair('red-blue-0.png', 'red')])
  await rejectSuggestions(workspace, [pair('red-blue-0.png', 'blue')])
  const { states, mistakes } = await imageDetail(workspace, ids.get('red-blue-0.png')!)
  expect(states.map(({ state, source }) => ({ state, source }))).toEqual([
    { state: 1, source: 'accepted_suggestion' },
    { state: -1, source: 'human' },
  ])
  // Nothing is claimed that was not measured.
  expect(mistakes).toEqual([])
  const request = { precision: 0.95, maxLost: 0.02, sides: ['present' as const], labelIds: null, filter: null }
  await expect(previewBulk(workspace, request)).rejects.toMatchObject({ code: 'names-not-learnt' })
  await expect(reasonsFor(workspace, pair('red-red-0.png', 'red'))).rejects.toMatchObject({ code: 'no-reasons' })

  // Asked again, in other words, it takes its own place.
  const again = await (await startSuggestingByNames(workspace, { template: 'ein bild von {label}' })).done
  expect(again.current).toBe(true)
  expect(await namesTemplate(workspace)).toBe('ein bild von {label}')

  const marks = files.flatMap((file) =>
    colourNames.map((name) => ({
      ...pair(file, name),
      state: truth([file])[file].includes(name) ? (1 as const) : (-1 as const),
    })),
  )
  await setMarks(
    workspace,
    marks.filter((_, i) => i % 3 === 0),
  )
  const trained = await (await startTraining(workspace, { unfreeze: 'none' })).done
  expect(trained).toMatchObject({ kind: 'blend', current: true, comparison: null })
  // Names asked after that don't take the place of what was learnt.
  const late = await (await startSuggestingByNames(workspace)).done
  expect({ late: late.current, current: project.models.current()?.id }).toEqual({ late: false, current: trained.id })

  // A text encoder that breaks costs what it would have brought, and no training.
  writeFileSync(path.join(path.dirname(backbone), 'tokenizer.json'), '{}')
  const job = await startTraining(workspace, { unfreeze: 'none', seed: 1 })
  await job.done
  expect(workspace.context.jobs.get(job.id)?.outcome).toContain(
    'Label names couldn’t be used: The backbone’s text encoder',
  )
})

test('what is missing is said: a text encoder, labels, words of the template, its files', async () => {
  const plain = await pictureProject(2)
  expect(await namesTemplate(plain.workspace)).toBeNull()
  await expect(startSuggestingByNames(plain.workspace)).rejects.toMatchObject({ code: 'no-text-tower' })
  const { workspace, backbone } = await colourProject(1, [])
  await expect(startSuggestingByNames(workspace)).rejects.toMatchObject({ code: 'no-labels' })
  workspace.project.labels.add({ name: 'red' })
  const wrong = await startSuggestingByNames(workspace, { template: 'a photo' })
  await expect(wrong.done).rejects.toMatchObject({ code: 'template-wrong' })
  expect(workspace.project.models.list()).toEqual([])
  rmSync(path.join(path.dirname(backbone), 'text_model.onnx'))
  await expect(startSuggestingByNames(workspace)).rejects.toMatchObject({ code: 'no-text-tower' })
})
