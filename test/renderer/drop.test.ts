import { describe, expect, test } from 'vitest'
import { type Dropped, planOf } from '../../src/renderer/drop/plan.ts'

const desktop = (name: string, isFolder = false): Dropped => ({ name, isFolder, path: `/d/${name}`, size: 100 })
const browser = (name: string, isFolder = false, size = 100): Dropped => ({ name, isFolder, path: null, size })
const at = (inProject: boolean, recent: string[] = []) => ({ inProject, labelEndings: ['json', 'csv'], recent })

describe('what is dropped into the window', () => {
  test('a folder begins a project on the start screen, and may hold labels for an open one', () => {
    const begin = { kind: 'dialog', dialog: 'new-project' }
    expect(planOf([desktop('photos', true)], at(false))).toEqual({ ...begin, path: '/d/photos', note: null })
    expect(planOf([browser('photos', true)], at(false))).toMatchObject({ ...begin, path: null })
    expect(planOf([desktop('photos', true)], at(true))).toMatchObject({ dialog: 'import', path: '/d/photos' })
    // Its name may be that of a file.
    expect(planOf([desktop('old.json', true)], at(false))).toMatchObject(begin)
  })

  test('a project opens; where its place is not told, it is asked for', () => {
    expect(planOf([desktop('A.surmise')], at(true))).toEqual({ kind: 'open', path: '/d/A.surmise' })
    const ask = (recent: string[]) => planOf([browser('A.surmise')], at(false, recent))
    expect(ask(['/x/A.surmise', '/x/B.surmise'])).toMatchObject({ dialog: 'open-project', path: '/x/A.surmise' })
    expect(ask(['C:\\x\\A.surmise'])).toMatchObject({ path: 'C:\\x\\A.surmise' })
    for (const recent of [[], ['/x/A.surmise', '/y/A.surmise'], ['/x/AA.surmise']]) {
      expect(ask(recent)).toMatchObject({
        dialog: 'open-project',
        path: null,
        note: expect.stringContaining('A.surmise'),
      })
    }
  })

  test('labels are imported into an open project, and nowhere else', () => {
    expect(planOf([desktop('marks.CSV')], at(true))).toMatchObject({
      dialog: 'import',
      path: '/d/marks.CSV',
      note: null,
    })
    expect(planOf([browser('coco.json')], at(true))).toEqual({ kind: 'receive' })
    expect(planOf([browser('coco.json', false, 1e9)], at(true))).toMatchObject({
      ...{ dialog: 'import', path: null },
      note: expect.stringContaining('too large'),
    })
    expect(planOf([desktop('coco.json')], at(false))).toMatchObject({ kind: 'refuse' })
  })

  test('whatever else it is gets a sentence and a way out', () => {
    for (const things of [
      [desktop('a.jpg'), desktop('b.PNG')],
      [desktop('a', true), desktop('b.csv')],
      [desktop('a.jpg')],
      [desktop('net.onnx')],
      [desktop('letter.pdf')],
      [],
    ]) {
      for (const where of [at(true), at(false)]) {
        const plan = planOf(things, where)
        expect(plan).toMatchObject({ kind: 'refuse', message: expect.stringMatching(/\.$/) })
      }
    }
    expect(planOf([desktop('a.jpg')], at(true))).not.toEqual(planOf([desktop('a.jpg')], at(false)))
  })
})
