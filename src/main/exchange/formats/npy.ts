import path from 'node:path'
import { asUserError, UserError } from '../../base/errors.ts'
import { writeAtomically } from '../../base/files.ts'
import { Collected } from '../read/collected.ts'
import { readJson } from '../read/jsonReader.ts'
import { npyHeader, npyHeaderBytes, readMatrix } from '../read/npyFile.ts'
import { isFile, readText } from '../read/walkFiles.ts'
import type { ExportOptions, ExportReport, ExportSource } from '../records.ts'
import { ExportWalk, writeTextFile } from '../write/exportWalk.ts'
import { type Format, type ReadOptions, sure } from './format.ts'
import { answerTo, type Setting } from './settings.ts'

const zero: Setting = {
  id: 'zero',
  on: 'read',
  title: '0 is',
  hint: 'A matrix without −1 may mean either.',
  choices: [
    { value: 'unknown', title: 'unknown (−1 is absent)' },
    { value: 'absent', title: 'absent (−1 is unknown)' },
  ],
  usual: 'unknown',
}
const names: Setting = {
  id: 'names',
  on: 'read',
  title: 'File of the names',
  hint: 'JSON with “images” and “labels”, in the order of rows and columns. If empty: the one beside the matrix.',
  usual: '',
}

/** An N×C matrix of int8, +1 present, −1 absent, 0 unknown, with the names of its rows and columns beside it. */
export const npy: Format = {
  id: 'npy',
  title: 'NumPy label matrix',
  says: { absent: true, unlabelled: true, provenance: 'none', suggestions: false },
  limits:
    '+1 is present, −1 absent, 0 unknown; for a matrix without −1, you’re asked what 0 means. Names are in a file beside it.',
  checked: 'round trip; NumPy, both ways',
  extensions: ['.npy'],
  reads: 'file',
  writes: 'file',
  settings: [zero, names],
  recognises: ({ isFolder, head }) =>
    !isFolder && head.startsWith('\ufffdNUMPY')
      ? { score: sure, because: 'it begins as NumPy’s arrays do' }
      : undefined,
  read: readNpy,
  besides: (target) => [namesBeside(target)],
  write: writeNpy,
}

const rowsHeld = 256 * 1024

async function writeNpy(source: ExportSource, target: string, options: ExportOptions): Promise<ExportReport> {
  const file = path.resolve(target)
  const walk = new ExportWalk(npy, source, options)
  const columns = source.labels.length
  const images: string[] = []
  try {
    await writeAtomically(file, async (handle) => {
      let at = npyHeaderBytes
      let [held, length] = [Buffer.alloc(Math.max(rowsHeld, columns)), 0]
      const flush = async () => {
        for (let done = 0; done < length; )
          done += (await handle.write(held, done, length - done, at + done)).bytesWritten
        at += length
        held = Buffer.alloc(held.length)
        length = 0
      }
      for await (const { image, states } of walk.images()) {
        if (length + columns > held.length) await flush()
        for (const { labelId, state } of states.values()) held.writeInt8(state, length + walk.placeOf(labelId))
        length += columns
        images.push(image.path)
      }
      await flush()
      await handle.write(npyHeader(images.length, columns), 0, npyHeaderBytes, 0)
    })
  } catch (error) {
    throw asUserError(error)
  }
  const beside = namesBeside(file)
  await writeTextFile(beside, async (out) => {
    out.write('{"images":[')
    for (const [index, image] of images.entries()) {
      if (out.write(`${index === 0 ? '\n' : ',\n'}${JSON.stringify(image)}`)) await out.flush()
    }
    out.write(`\n],\n"labels":${JSON.stringify(source.labels.map(({ name }) => name))}}\n`)
  })
  return walk.finish([file, beside])
}

function namesBeside(file: string): string {
  return file.replace(/(\.npy)?$/i, '.names.json')
}

/** @throws UserError `not-npy`, `npy-names`, `cancelled`, and those of `readJson` and the file system */
async function readNpy(file: string, options: ReadOptions): Promise<Collected> {
  const isZeroAbsent = answerTo(zero, options.settings) === 'absent'
  const { images, labels } = await readNames(file, answerTo(names, options.settings))
  const collected = new Collected()
  let hasAbsent = false
  try {
    await readMatrix(file, options, {
      shape: (rows, columns) => {
        if (rows !== images.length || columns !== labels.length) {
          throw namesFault(
            `The matrix has ${rows} rows and ${columns} columns, but names for ${images.length} and ${labels.length}: ${file}`,
          )
        }
        for (const [row, name] of images.entries()) {
          collected.images[collected.imageIndex(row)] = { path: name, uid: null, sha256: null }
        }
        for (const [column, name] of labels.entries()) collected.labels[collected.labelIndex(column)] = { name }
      },
      element: (row, column, value) => {
        if (value === 1) collected.states.push(row, column, 1)
        else if (value === (isZeroAbsent ? 0 : -1)) {
          hasAbsent = true
          collected.states.push(row, column, -1)
        } else if (value !== 0 && value !== -1 && !Number.isNaN(value)) {
          const message = 'Numbers that are neither 1 nor 0 nor −1: left out'
          collected.problems.add('value-unknown', message, () => `row ${row}, column ${column}: ${value}`)
        }
      },
    })
  } catch (error) {
    throw asUserError(error)
  }
  collected.asksForRest = !hasAbsent
  return collected
}

interface Names {
  images: string[]
  labels: string[]
}

/** Of rows and columns: in one file of JSON, or in two with a name in each line. */
async function readNames(file: string, asked: string): Promise<Names> {
  const stem = file.replace(/(\.npy)?$/i, '')
  const json = asked === '' ? namesBeside(file) : path.resolve(path.dirname(file), asked)
  if (asked !== '' || (await isFile(json))) return readNamesJson(json)
  const [images, labels] = [`${stem}.images.txt`, `${stem}.labels.txt`]
  if ((await isFile(images)) && (await isFile(labels)))
    return { images: await linesOf(images), labels: await linesOf(labels) }
  throw namesFault(`There is no file with the names of rows and columns beside the matrix: ${json}`)
}

async function readNamesJson(file: string): Promise<Names> {
  const found: Names = { images: [], labels: [] }
  await readJson(
    file,
    (at, value) => {
      if (at !== 'images' && at !== 'labels') return
      if (typeof value !== 'string') throw namesFault(`A name in “${at}” is none: ${file}`)
      found[at].push(value)
    },
    { streamed: ['images', 'labels'] },
  )
  return found
}

async function linesOf(file: string): Promise<string[]> {
  const lines = (await readText(file, 64 * 1024 * 1024)).split(/\r?\n/)
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines
}

function namesFault(message: string): UserError {
  return new UserError(
    'npy-names',
    message,
    'Put X.names.json beside X.npy, with “images” and “labels” in the order of its rows and columns.',
  )
}
