import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { pictures, temporaryFolder } from '../app/support.ts'
import { surmise } from './cliProcess.ts'

test('from a folder of pictures to an export, with one JSON object as the last line', async () => {
  const folder = temporaryFolder()
  const [images, project] = [path.join(folder, 'images'), path.join(folder, 'p.surmise')]
  await pictures(images, 6)
  writeFileSync(path.join(images, 'broken.jpg'), 'no picture')
  writeFileSync(path.join(folder, 'labels.txt'), '\ufeffleft\r\n\r\n right \n')
  const made = await surmise([
    'new',
    project,
    '--images',
    images,
    '--labels',
    path.join(folder, 'labels.txt'),
    '--json',
  ])
  expect([made.code, made.errors]).toEqual([0, expect.stringContaining('Finding images')])
  expect(made.json).toMatchObject({ project, labels: ['left', 'right'], images: { total: 7, ok: 6, broken: 1 } })

  writeFileSync(
    path.join(folder, 'l.csv'),
    'image,label,value\n000.png,left,present\n001.png,left,absent\n9.png,up,present\n',
  )
  const imported = await surmise(['import', project, path.join(folder, 'l.csv'), '--json'])
  expect(imported).toMatchObject({
    code: 0,
    json: { changed: 2, labelsAdded: 0, images: { matched: 2, unmatched: 1 } },
  })

  const again = await surmise(['new', project, '--images', images, '--json'])
  expect(again).toMatchObject({
    code: 1,
    json: { error: { code: 'project-exists', hint: expect.stringMatching(/\w/) } },
  })

  const few = await surmise(['train', project, '--json'])
  expect(few).toMatchObject({ code: 1, json: { error: { code: 'too-few-labels' } } })
  expect(few.errors).not.toContain('    at ')

  // The features of either way of looking stay where they are. A training that could not begin has looked at no image.
  const mirrored = await surmise(['embed', project, '--views', 'flip', '--json'])
  expect(mirrored).toMatchObject({ code: 0, json: { backbone: 'surmise-tiny+flip', embedded: 6, alreadyThere: 0 } })
  const kept = await surmise(['embed', project, '--json'])
  expect(kept.json).toMatchObject({ backbone: 'surmise-tiny+flip', embedded: 0, alreadyThere: 6 })
  const plain = await surmise(['embed', project, '--views', 'none', '--json'])
  expect(plain.json).toMatchObject({ backbone: 'surmise-tiny', embedded: 6, alreadyThere: 0 })

  const target = path.join(folder, 'o.csv')
  expect(await surmise(['export', project, target, '--format', 'csv', '--json'])).toMatchObject({
    code: 0,
    json: { files: [target], present: 1, absent: 1 },
  })
  expect(readFileSync(target, 'utf8').split('\n').sort()).toEqual([
    '',
    '000.png,left,present',
    '001.png,left,absent',
    'image,label,value',
  ])

  expect(await surmise(['models', project])).toMatchObject({
    code: 0,
    output: expect.stringContaining('No models yet'),
  })
  expect(await surmise(['models', project, '--use', '7', '--json'])).toMatchObject({
    code: 1,
    json: { error: { code: 'model-unknown' } },
  })

  const status = await surmise(['status', project])
  expect(status.code).toBe(0)
  expect(status.output).toMatch(/left\s+1\s+1\s+5/)
  expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([])
})

test('devices: each that this system could have, with the reason for each that can’t be used', async () => {
  const { code, json } = await surmise(['devices', '--json'])
  expect(code).toBe(0)
  const devices = json.devices as { device: string; usable: boolean; reason: string | null; automatic: boolean }[]
  expect(devices.at(-1)).toMatchObject({ device: 'cpu', usable: true })
  for (const { usable, reason } of devices) {
    if (usable) expect(reason).toBeNull()
    else expect(reason).toMatch(/^\S.* can’t be used: .+\.$/)
  }
  expect(devices.filter(({ automatic }) => automatic)).toHaveLength(1)
})

test('what the user can mend ends with 1 and a way out', async () => {
  const folder = temporaryFolder()
  mkdirSync(path.join(folder, 'images'))
  const project = path.join(folder, 'p.surmise')
  const mistakes: [string[], string][] = [
    [['status', project], 'project-not-found'],
    [['new', project, '--images', path.join(folder, 'none')], 'images-folder-missing'],
    [['new', project, '--images', path.join(folder, 'images'), '--backbone', 'best'], 'backbone-unknown'],
    [['new', project, '--images', path.join(folder, 'images'), '--backbone', 'dinov2-small'], 'backbone-not-fetched'],
    [['backbones', 'fetch', 'best'], 'backbone-unknown'],
    [['backbones', 'fetch', 'dinov2-small', '--mirror', 'http://models.example'], 'address-unsafe'],
    [['new', path.join(folder, 'p.txt'), '--images', folder], 'project-name'],
    [['new', project], 'usage'],
    [['models', project, '--use', 'best'], 'usage'],
    [['train'], 'usage'],
    [['serve', '--port', 'x'], 'usage'],
  ]
  const ended = await Promise.all(mistakes.map(([args]) => surmise([...args, '--json'])))
  for (const [i, { code, json, errors }] of ended.entries()) {
    expect([mistakes[i][0].join(' '), code, json]).toEqual([
      mistakes[i][0].join(' '),
      1,
      { error: expect.objectContaining({ code: mistakes[i][1], hint: expect.stringMatching(/\w/) }) },
    ])
    expect(errors).not.toContain('    at ')
  }
  // A project with a model that can't be used was not begun.
  expect(existsSync(project)).toBe(false)
})

test('Ctrl+C cancels cleanly: what was done is kept', async () => {
  const folder = temporaryFolder()
  const drawn = path.join(folder, 'sample')
  let told = false
  const ended = await surmise(['sample', drawn, '--json'], {
    onErrors: (text, kill) => {
      if (told || !text.includes('Drawing')) return
      told = true
      kill('SIGINT')
    },
  })
  expect(ended).toMatchObject({ code: 1, signal: null, json: { error: { code: 'cancelled' } } })
  expect(existsSync(path.join(drawn, 'Sample.surmise'))).toBe(false)
})

const renderer = path.resolve(import.meta.dirname, '../../out/renderer/index.html')
test.skipIf(!existsSync(renderer))('serve prints one address, and ends cleanly on Ctrl+C', async () => {
  const folder = temporaryFolder()
  const { spawn } = await import('node:child_process')
  const cli = path.resolve(import.meta.dirname, '../../src/main/shell/cli.ts')
  const child = spawn(process.execPath, [cli, 'serve', '--no-open', '--port', '0'], {
    env: { ...process.env, SURMISE_HOME: folder },
  })
  const line = await new Promise<string>((resolve) => child.stdout.once('data', (text) => resolve(String(text))))
  expect(line).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{43}\n$/)
  const answer = await fetch(line.trim(), { redirect: 'manual' })
  expect(answer.status).toBe(303)
  const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve([code, signal])))
  child.kill('SIGINT')
  expect(await ended).toEqual([0, null])
})
