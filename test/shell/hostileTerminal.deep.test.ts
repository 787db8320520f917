import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { oneLine, visibleJson } from '../../src/main/base/visible.ts'
import { pictureProject, temporaryFolder } from '../app/support.ts'
import { modelFile, plainBackbone } from '../backbone/models.ts'
import { type Ended, surmise } from './cliProcess.ts'

/** Clears the screen, rings, sets the title, as C0 and as C1; turns the text around; ends the line and forges the next. */
const evil = '\x1b[2J\x07\x1b]0;pwned\x07\u009b31m\u202e\u2066\u2028\x7f\r\nFORGED'
/** What a terminal would obey, but for the ends of our own lines. */
const obeyed = /[^\P{Cc}\n]|[\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/u

/** Images, labels, history, model and annotator of a project that a stranger made: every name holds all of that. */
async function hostileProject() {
  const { workspace, application, folder, imagesRoot } = await pictureProject(24)
  const images = workspace.project.images.page({}, { by: 'path' }, 0, 100)
  const labels = workspace.project.labels.list()
  workspace.project.states.set(
    images.slice(0, 18).flatMap(({ id }, i) => [
      { imageId: id, labelId: labels[0].id, state: i % 2 === 0 ? 1 : (-1 as const) },
      { imageId: id, labelId: labels[1].id, state: i % 2 === 1 ? 1 : (-1 as const) },
    ]),
    { title: `Mark ${evil}` },
  )
  await application.close()
  const file = path.join(folder, `p${evil}.surmise`)
  renameSync(path.join(folder, 'p.surmise'), file)
  const db = new Database(file)
  for (const { id, path: name } of images) {
    const hostile = `${name.slice(0, 3)}${evil}.png`
    renameSync(path.join(imagesRoot, name), path.join(imagesRoot, hostile))
    db.prepare('UPDATE image SET path = ?, search_text = ? WHERE id = ?').run(hostile, hostile, id)
  }
  db.prepare('UPDATE label SET name = name || ?, name_key = name_key || ?, description = ?').run(evil, evil, evil)
  db.prepare(
    `INSERT INTO model (uid, created_at, kind, backbone, device, metrics, label_ids) VALUES ('u', 1, ?, ?, ?, '{}', '[]')`,
  ).run(evil, evil, evil)
  db.prepare("INSERT OR REPLACE INTO setting VALUES ('name', ?), ('annotator', ?)").run(
    ...[JSON.stringify(evil), JSON.stringify(evil)],
  )
  db.close()
  writeFileSync(path.join(imagesRoot, `broken${evil}.png`), 'no picture')
  return {
    folder,
    imagesRoot,
    file,
    images: readdirSync(imagesRoot).sort(),
    labels: labels.map(({ name }) => name + evil),
  }
}

test('whatever names a project, its images or a model have, no command writes a control character to the terminal', {
  timeout: 900_000,
}, async () => {
  const { folder, imagesRoot, file, images, labels } = await hostileProject()
  const home = temporaryFolder()
  const run = (...args: string[]) => surmise(args, { home })
  const backbone = await modelFile(plainBackbone(), `model${evil}.onnx`)
  const bytes = readFileSync(backbone)
  // Names of tensors that nothing of the program gave: of the same length, or the file would be another.
  const named = path.join(folder, 'tensors.onnx')
  writeFileSync(
    named,
    Buffer.from(
      bytes.toString('latin1').replaceAll('features', '\x1b[2Jxx\r\n').replaceAll('input', '\x1b[2J\n'),
      'latin1',
    ),
  )
  const csv = path.join(folder, `in${evil}.csv`)
  writeFileSync(
    csv,
    `image,label,value\n"${images[0]}","${labels[0]}",present\n"9${evil}.png","up\u202e\x1b[2J",present\n"x","y","${evil}"\n`,
  )
  const labelled = path.join(folder, `labelled${evil}`)
  mkdirSync(labelled)
  const out = (name: string) => path.join(folder, `${name}${evil}`)

  const trained = await run('train', file)
  const ended: [name: string, ended: Ended][] = [['train', trained]]
  const commands: string[][] = [
    ['status', file],
    ['models', file],
    ['models', file, '--use', '99'],
    ['next', file],
    ['explain', file, images[20], labels[0]],
    ['explain', file, evil, labels[0]],
    ['explain', file, images[0], evil],
    ['suggest', file, '--out', out('s.csv')],
    ['doctor', file],
    ['doctor', out('none')],
    ['backups', file, '--make'],
    ['backups', file],
    ['restore', file, evil],
    ['restore', file, '1'],
    ['report', file, out('r.html')],
    ['export', file, out('coco.json'), '--suggestions'],
    ['export', file, out('folders'), '--format', 'folders'],
    ['export', file, out('csv'), '--format', evil],
    ['export-model', file, '--out', out('m.onnx')],
    ['import', file, csv, '--dry-run'],
    ['import', file, out('none')],
    ['import', file, csv],
    ['merge', file, file],
    ['merge', file, csv],
    ['embed', file],
    ['embed', file, '--shard', '1/2'],
    ['merge-cache', file],
    ['new', path.join(folder, `n${evil}.surmise`), '--images', imagesRoot, '--labels', csv, '--backbone', backbone],
    ['new', path.join(folder, `o${evil}.surmise`), '--images', imagesRoot, '--backbone', named],
    ['new', path.join(folder, `q${evil}.surmise`), '--images', imagesRoot, '--backbone', csv],
    ['new', out('none'), '--images', out('none')],
    ['new', path.join(folder, 'r.surmise'), '--images', out('none')],
    ['sample', file],
    ['formats'],
    ['formats', evil],
    ['devices'],
    ['backbones'],
    ['backbones', 'fetch', evil],
    ['backbones', 'remove', evil],
    ['backbones', 'try', file, backbone, '--images', '5'],
    ['backbones', 'try', file, evil],
    ['benchmark', labelled],
    ['simulate', labelled],
    ['parity', labelled],
    ['serve', '--no-open', out('none')],
    ['label-studio', out('none')],
    ['accept', file, '--dry-run'],
    // What a shell makes of `*` in a stranger's folder.
    [`--${evil}`],
    ['status', file, `--${evil}`],
    [evil],
  ]
  // Three at a time: most of it is the start of a process.
  const json = ['status', 'explain', 'formats']
  const left = [
    ...commands,
    ...commands.filter(([name], i) => json.includes(name) && i % 2 === 0).map((args) => [...args, '--json']),
  ]
  const worker = async () => {
    for (let args = left.shift(); args; args = left.shift()) ended.push([args.join(' '), await run(...args)])
  }
  await Promise.all([worker(), worker(), worker()])

  const obeyedBy = ended.filter(([, { output, errors }]) => obeyed.test(output) || obeyed.test(errors))
  expect(obeyedBy.map(([name, { output, errors }]) => [name, output, errors])).toEqual([])
  const forged = ended.filter(([, { output, errors }]) => /^FORGED/m.test(output + errors))
  expect(forged.map(([name, { output, errors }]) => [name, output, errors])).toEqual([])
  expect(ended.filter(([, { code }]) => code !== 0 && code !== 1).map(([name, { errors }]) => [name, errors])).toEqual(
    [],
  )
  // It has been put to the test: the names are shown.
  expect(ended.filter(([, { output, errors }]) => /\\x1b\[2J/.test(output + errors)).length).toBeGreaterThan(20)
  // And every command has.
  const help = await run('--help')
  const all = [...help.output.matchAll(/^ {2}([a-z][a-z-]*) /gm)].map(([, name]) => name)
  expect(all.length).toBeGreaterThan(20)
  const tried = new Set(['help', 'train', ...commands.map(([name]) => name)])
  expect(all.filter((name) => !tried.has(name))).toEqual([])
})

test('what is made visible stays one line, and JSON stays the same', () => {
  expect(oneLine(`a${evil}`)).toBe('a\\x1b[2J\\x07\\x1b]0;pwned\\x07\\x9b31m\\u202e\\u2066\\u2028\\x7f\\r\\nFORGED')
  expect(oneLine('Ein Name, 名前, שם, 👩‍🚀 a\\b')).toBe('Ein Name, 名前, שם, 👩‍🚀 a\\b')
  expect(oneLine('\ud800 \u{e0041}')).toBe('\\ud800 \\u{e0041}')
  const value = { [evil]: [evil, '\u{e0041}', '\ud800'] }
  expect(visibleJson(value)).not.toMatch(/[\p{Cc}\p{Cs}\u2028-\u202e\u{e0041}]/u)
  expect(JSON.parse(visibleJson(value))).toEqual(value)
})

test('the command line writes to the terminal in one place', () => {
  const folder = path.resolve(import.meta.dirname, '../../src/main')
  const writers = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) =>
      name.endsWith('.ts') &&
      /console\.\w+\(|process\.std(out|err)\.write|writeSync\([12f]/.test(
        readFileSync(path.join(folder, name), 'utf8'),
      ),
  )
  // The watchdog's last word is one fixed sentence, to the process that started it.
  expect(writers.sort()).toEqual(['compute/watchdog.ts', 'shell/cli/terminal.ts'])
})
