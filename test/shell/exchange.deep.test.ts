import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { formats } from '../../src/main/exchange/formats/list.ts'
import { pictures, temporaryFolder } from '../app/support.ts'
import { surmise } from './cliProcess.ts'

test('in by a mapping and answers, out to folders and as features, with what could not be said', async () => {
  const folder = temporaryFolder()
  const [images, project] = [path.join(folder, 'images'), path.join(folder, 'p.surmise')]
  await pictures(images, 4)
  writeFileSync(path.join(folder, 'labels.txt'), 'left\nright\n')
  await surmise(['new', project, '--images', images, '--labels', path.join(folder, 'labels.txt')])

  const wide = path.join(folder, 'wide.csv')
  writeFileSync(wide, 'image,Links,rechts,x\n000.png,1,-1,1\n001.png,0,1,1\n')
  writeFileSync(path.join(folder, 'names.csv'), 'Links,left\nx,\n')
  const asked = await surmise(['import', project, wide, '--json'])
  expect(asked).toMatchObject({ code: 1, json: { error: { code: 'values-ambiguous' } } })
  const renaming = ['--mapping', path.join(folder, 'names.csv'), '--rename', 'rechts=right']
  const answered = ['import', project, wide, ...renaming, '--set', 'numbers=minus-absent']
  const looked = await surmise([...answered, '--dry-run', '--json'])
  expect(looked).toMatchObject({ code: 0, json: { changed: 0, states: { fresh: 3 }, format: 'csv-wide' } })
  const told = await surmise([...answered, '--dry-run'])
  expect(told.output).toContain('First images:')
  expect(told.output).toMatch(/left +1 +0/)
  expect(told.output).toContain('  000.png: left (absent: right)')
  expect(await surmise([...answered, '--json'])).toMatchObject({ code: 0, json: { changed: 3, labelsAdded: 0 } })

  const out = path.join(folder, 'out')
  const exported = await surmise(['export', project, out, '--format', 'folders', '--images', 'link', '--json'])
  expect(exported).toMatchObject({ code: 0, json: { present: 2, absent: 0, images: 2 } })
  expect(exported.json.warnings).toMatchObject([
    { code: 'absent-unsaid', count: 1 },
    { code: 'unknown-unsaid' },
    { code: 'unlabelled' },
  ])
  expect(readdirSync(out, { recursive: true }).sort()).toEqual(['left', 'left/000.png', 'right', 'right/001.png'])
  expect(await surmise(['import', project, out, '--dry-run', '--json'])).toMatchObject({
    code: 0,
    json: { format: 'folders', states: { same: 2 }, rest: 1 },
  })

  const features = path.join(folder, 'x.safetensors')
  const none = await surmise(['export', project, features, '--format', 'features', '--json'])
  expect(none).toMatchObject({ code: 1, json: { error: { code: 'no-features' } } })
  await surmise(['embed', project, '--device', 'cpu'])
  expect(await surmise(['export', project, features, '--format', 'features', '--json'])).toMatchObject({
    code: 0,
    json: { images: 4, present: 2, absent: 1 },
  })

  const elsewhere = path.join(folder, 'elsewhere.csv')
  writeFileSync(elsewhere, 'image,label,value\nnowhere/zzz.jpg,dog,present\n')
  const wrong: [string[], string][] = [
    [['export', project, path.join(folder, 'y'), '--format', 'folders', '--images', 'none'], 'export-images'],
    [['export', project, path.join(folder, 'y.csv'), '--format', 'csv', '--images', 'copy'], 'export-images'],
    [['export', project, path.join(folder, 'y'), '--format', 'yolo', '--set', 'split=all'], 'setting-value'],
    [['export', project, path.join(folder, 'y'), '--format', 'yolo', '--set', 'numbers=auto'], 'setting-unknown'],
    [['import', project, wide, '--set', 'numbers'], 'setting'],
    [['import', project, wide, '--rename', 'x'], 'rename'],
    [['import', project, features, '--format', 'features'], 'format-writes-only'],
    [['import', project, features], 'format-unknown'],
    [['import', project, elsewhere], 'import-nothing'],
    [['formats', 'nothing'], 'format-unknown'],
  ]
  for (const [args, code] of wrong) {
    expect([args, await surmise([...args, '--json'])]).toMatchObject([args, { code: 1, json: { error: { code } } }])
  }
  expect(existsSync(path.join(folder, 'y'))).toBe(false)
})

test('formats: what each can say, and what it asks', async () => {
  const all = await surmise(['formats'])
  expect(all.output).toMatch(/^label-studio +Label Studio JSON +file +file +yes +some +yes$/m)
  expect(all.output).toMatch(/^folders +.* no +none +no$/m)
  const one = await surmise(['formats', 'voc'])
  expect(one.output).toContain('--set difficult=unknown|present   (import)')
  expect((await surmise(['formats', '--json'])).json.formats).toHaveLength(formats.length)
})
