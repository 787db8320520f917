import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { startImport, startPreview } from '../../src/main/app/exchange/importing.ts'
import { mergeLabels, planMerge, splitLabel, updateLabel } from '../../src/main/app/labels/labels.ts'
import { acceptSuggestions, setMarks, undo } from '../../src/main/app/marks/marks.ts'
import { settleMistake } from '../../src/main/app/mistakes/settleMistake.ts'
import type { Workspace } from '../../src/main/app/workspace.ts'
import { scored } from './scored.ts'
import { newApplication, temporaryFolder } from './support.ts'

const [dog, cat, sun] = [1, 2, 3]

const five = () => scored(newApplication(), Array(5).fill([0.9, 0.2, 0.5]))

/** What is known: one line an image, + present, − absent, . unknown, label by label. */
async function known(workspace: Workspace, ...labelIds: number[]): Promise<string[]> {
  const matrix = await workspace.project.states.matrix()
  return [1, 2, 3, 4, 5].map((imageId) =>
    labelIds.map((labelId) => ({ '1': '+', '-1': '−', '0': '.' })[String(matrix.get(imageId, labelId))]).join(''),
  )
}

function set(workspace: Workspace, labelId: number, states: (1 | 0 | -1)[]): void {
  const changes = states.flatMap((state, i) => (state === 0 ? [] : [{ imageId: i + 1, labelId, state }]))
  workspace.project.states.set(changes, { title: 'x', annotator: 'Anna' })
}

describe('parents and groups', () => {
  test('fill in what follows from what is known, as one action', async () => {
    const workspace = await five()
    set(workspace, cat, [1, -1, 0, 0, 0])
    set(workspace, dog, [0, 0, -1, 1, 0])
    const label = await updateLabel(workspace, cat, { parentId: dog })
    expect(label).toMatchObject({ name: 'cat', parentId: dog, filled: 2 })
    expect(await known(workspace, dog, cat)).toEqual(['++', '.−', '−−', '+.', '..'])
    await undo(workspace)
    expect(await known(workspace, dog, cat)).toEqual(['.+', '.−', '−.', '+.', '..'])
    expect(workspace.project.labels.get(cat)!.parentId).toBeNull()
  })

  test('take along with a mark what follows from it, and say so', async () => {
    const workspace = await five()
    await updateLabel(workspace, dog, { group: 'kind', exclusive: true })
    await updateLabel(workspace, cat, { group: 'kind' })
    set(workspace, dog, [1, 0, 0, 0, 0])
    const result = await setMarks(workspace, [{ imageId: 1, labelId: cat, state: 1 }])
    expect(result).toMatchObject({ changed: 2, title: 'Mark “cat” present, and 1 that follow' })
    expect(await known(workspace, dog, cat)).toEqual(['−+', '..', '..', '..', '..'])
    await undo(workspace)
    expect(await known(workspace, dog, cat)).toEqual(['+.', '..', '..', '..', '..'])
    await acceptSuggestions(workspace, [{ imageId: 2, labelId: dog }])
    expect(await known(workspace, dog, cat)).toEqual(['+.', '+−', '..', '..', '..'])
    const [, followed] = workspace.project.states.ofImage(2)
    // A model had its say in it, so that it is no evidence of how good the model is.
    expect(followed).toMatchObject({ labelId: cat, source: 'accepted_suggestion', modelId: 1, score: null })
  })

  test('follow when a likely mistake is corrected or kept', async () => {
    const workspace = await five()
    await updateLabel(workspace, cat, { parentId: sun })
    await updateLabel(workspace, dog, { group: 'kind', exclusive: true })
    await updateLabel(workspace, cat, { group: 'kind' })
    // The model says dog present, cat absent.
    set(workspace, dog, [-1, 0, 0, 0, 0])
    set(workspace, cat, [0, 1, 0, 0, 0])
    const take = { imageId: 1, labelId: dog, suggestion: 'present' as const, take: true }
    expect(await settleMistake(workspace, take)).toMatchObject({
      changed: 2,
      title: 'Correct “dog” present, and 1 that follow',
    })
    const keep = { imageId: 2, labelId: cat, suggestion: 'absent' as const, take: false }
    expect(await settleMistake(workspace, keep)).toMatchObject({ changed: 3 })
    expect(await known(workspace, dog, cat, sun)).toEqual(['+−.', '−++', '...', '...', '...'])
    await undo(workspace)
    await undo(workspace)
    expect(await known(workspace, dog, cat, sun)).toEqual(['−..', '.+.', '...', '...', '...'])
  })

  test('follow when labels are merged and split', async () => {
    const workspace = await five()
    await updateLabel(workspace, cat, { parentId: sun })
    set(workspace, dog, [1, -1, 0, 0, 0])
    // dog becomes cat, which is below sun.
    await mergeLabels(workspace, dog, cat)
    expect(await known(workspace, cat, sun)).toEqual(['++', '−.', '..', '..', '..'])
    await undo(workspace)
    expect(await known(workspace, dog, cat, sun)).toEqual(['+..', '−..', '...', '...', '...'])

    await updateLabel(workspace, cat, { parentId: null, group: 'kind', exclusive: true })
    await updateLabel(workspace, dog, { group: 'kind' })
    await workspace.project.labels.update(dog, { parentId: sun })
    const { id: wolf } = await splitLabel(workspace, { id: dog, name: 'wolf', imageIds: [1] })
    expect((await known(workspace, wolf, dog, cat, sun))[0]).toBe('+.−+')
  })

  test('are left alone by what comes from elsewhere: an import', async () => {
    const workspace = await five()
    await updateLabel(workspace, cat, { parentId: dog })
    const file = path.join(temporaryFolder(), 'marks.csv')
    writeFileSync(file, 'image,label,value\n2020/0000.jpg,cat,present\n')
    const { token } = await startPreview(workspace, { path: file }).done
    await startImport(workspace, token, {}).done
    expect((await known(workspace, dog, cat))[0]).toBe('.+')
  })

  test('what can’t be is refused, and nothing has changed', async () => {
    const workspace = await five()
    await updateLabel(workspace, cat, { parentId: dog })
    await expect(updateLabel(workspace, dog, { name: 'hound', parentId: cat })).rejects.toMatchObject({
      code: 'label-parent',
    })
    expect(workspace.project.labels.get(dog)).toMatchObject({ name: 'dog', parentId: null })
  })
})

describe('merging', () => {
  test('moves the marks with who made them; where both are known the one that stays decides', async () => {
    const workspace = await five()
    set(workspace, dog, [1, -1, 1, 1, 0])
    set(workspace, cat, [1, 1, 0, 0, -1])
    await updateLabel(workspace, sun, { parentId: dog })
    await undo(workspace)
    await updateLabel(workspace, dog, { examples: [1, 3] })
    expect(await planMerge(workspace, dog, cat)).toEqual({ moves: 2, agree: 1, conflicts: 1 })
    await mergeLabels(workspace, dog, cat)
    expect(await known(workspace, cat)).toEqual(['+', '+', '+', '+', '−'])
    expect(workspace.project.labels.list().map(({ name }) => name)).toEqual(['cat', 'sun'])
    expect(workspace.project.labels.get(cat)).toMatchObject({ presentCount: 4, absentCount: 1, examples: [1, 3] })
    expect(workspace.project.states.ofImage(3)).toMatchObject([{ labelId: cat, source: 'human', annotator: 'Anna' }])
    expect(workspace.project.history.undoTitle).toBe('Merge label “dog” into “cat”')
    await undo(workspace)
    expect(await known(workspace, dog, cat)).toEqual(['++', '−+', '+.', '+.', '.−'])
    expect(await workspace.project.check()).toEqual([])
  })

  test('leaves the parts of what has gone below what it has gone into', async () => {
    const workspace = await five()
    await updateLabel(workspace, cat, { parentId: dog })
    await updateLabel(workspace, sun, { parentId: dog })
    await mergeLabels(workspace, dog, cat)
    const parents = workspace.project.labels.list().map(({ id, parentId }) => [id, parentId])
    expect(parents).toEqual([
      [cat, null],
      [sun, cat],
    ])
  })

  test('needs two labels that are there', async () => {
    const workspace = await five()
    await expect(mergeLabels(workspace, dog, dog)).rejects.toMatchObject({ code: 'label-merge' })
    workspace.project.labels.remove(cat)
    await expect(mergeLabels(workspace, dog, cat)).rejects.toMatchObject({ code: 'label-removed' })
    await expect(planMerge(workspace, cat, dog)).rejects.toMatchObject({ code: 'label-removed' })
  })
})

describe('splitting', () => {
  test('gives a new label some of the images; what was absent is absent of both', async () => {
    const workspace = await five()
    set(workspace, dog, [1, 1, -1, 0, 1])
    const poodle = await splitLabel(workspace, { id: dog, name: ' poodle ', imageIds: [2, 3, 4, 5] })
    expect(poodle).toMatchObject({ name: 'poodle', images: 2, presentCount: 2, absentCount: 1 })
    expect(await known(workspace, dog, poodle.id)).toEqual(['+.', '.+', '−−', '..', '.+'])
    expect(workspace.project.history.undoTitle).toBe('Split “poodle” from “dog” in 2 images')
    await undo(workspace)
    expect(await known(workspace, dog)).toEqual(['+', '+', '−', '.', '+'])
    expect(workspace.project.labels.list()).toHaveLength(3)
  })

  test('needs images that have the label, and a name that is free', async () => {
    const workspace = await five()
    set(workspace, dog, [1, -1, 0, 0, 0])
    const split = (name: string, imageIds: number[]) => splitLabel(workspace, { id: dog, name, imageIds })
    await expect(split('poodle', [2, 3])).rejects.toMatchObject({ code: 'label-split' })
    await expect(split('CAT', [1])).rejects.toMatchObject({ code: 'label-name-taken' })
    expect(await known(workspace, dog)).toEqual(['+', '−', '.', '.', '.'])
    expect(workspace.project.labels.list()).toHaveLength(3)
  })
})
