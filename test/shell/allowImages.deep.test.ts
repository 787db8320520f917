import { mkdirSync, readdirSync, renameSync } from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { pictures, temporaryFolder } from '../app/support.ts'
import { surmise } from './cliProcess.ts'

test('a project from elsewhere is asked about once, with the way out, and what needs no image goes on', async () => {
  const folder = temporaryFolder()
  const [theirs, mine] = [path.join(folder, 'their home'), path.join(folder, 'my home')]
  const [made, project, images] = ['made/p.surmise', 'downloads/p.surmise', 'pictures'].map((one) =>
    path.join(folder, one),
  )
  for (const file of [made, project]) mkdirSync(path.dirname(file))
  await pictures(images, 2)
  expect((await surmise(['new', made, '--images', images], { home: theirs })).code).toBe(0)
  // Whoever made it was never asked.
  expect((await surmise(['embed', made, '--json'], { home: theirs })).json).toMatchObject({ embedded: 2 })
  renameSync(made, project)
  const marks = new Database(project)
  marks.exec('UPDATE project SET images_root_relative = NULL')
  marks.close()

  const run = (...args: string[]) => surmise([...args, '--json'], { home: mine })
  const refused = await run('embed', project)
  expect(refused).toMatchObject({ code: 1, json: { error: { code: 'images-not-allowed' } } })
  expect(refused.errors).toContain(images)
  expect(refused.errors).toContain('--allow-images')
  const out = (name: string): string => path.join(folder, name)
  const copied = await run('export', project, out('copies'), '--format', 'huggingface')
  expect(copied.json).toMatchObject({ error: { code: 'images-not-allowed' } })
  expect((await run('export', project, out('o.csv'), '--format', 'csv')).code).toBe(0)
  expect((await run('status', project)).json).toMatchObject({ imagesAllowed: false })

  expect((await run('embed', project, '--allow-images')).json).toMatchObject({ embedded: 2 })
  expect((await run('export', project, out('copies'), '--format', 'huggingface')).code).toBe(0)
  expect(readdirSync(out('copies'))).toContain('000.png')
  // Scripts written for earlier versions go on working.
  const others = await surmise(['embed', project, '--trust-images'], { home: path.join(folder, 'another home') })
  expect(others.code).toBe(0)
})
