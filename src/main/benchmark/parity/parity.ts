import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { asUserError, UserError } from '../../base/errors.ts'
import type { Comparison, FixtureReport } from '../comparison.ts'
import { masksParity } from './masksParity.ts'
import { methodParity } from './methodParity.ts'
import { metricsParity } from './metricsParity.ts'

/** The kinds of fixtures by file name. `compare` gets the path. */
const kinds: { pattern: RegExp; compare: (file: string) => Promise<FixtureReport> }[] = [
  { pattern: /^sst_.*\.safetensors$/, compare: methodParity },
  // Two files form one fixture. Either is enough to start the comparison, which then reports that the other is missing.
  { pattern: /^metrics_.*\.(safetensors|json)$/, compare: (file) => metricsParity(file.replace(/\.\w+$/, '')) },
  { pattern: /^partial_label_masks.*\.json$/, compare: masksParity },
]

export interface ParityResult {
  /** File names; a fixture of two files goes by its first. */
  fixtures: string[]
  comparisons: Comparison[]
  /** What was not compared, and why. */
  leftOut: { what: string; fixtures: string[] }[]
  passed: boolean
}

export interface ParityContext {
  readonly signal?: AbortSignal
  progress?(report: { fixture: string; done: number; total: number }): void
}

/**
 * Compares this implementation of METHOD 1 with every fixture of the reference implementation in a folder.
 * @throws UserError `no-fixtures`, `fixture-unusable`, `not-safetensors`; the signal's reason
 */
export async function parity(
  { folder }: { folder: string },
  { signal, progress }: ParityContext = {},
): Promise<ParityResult> {
  const names = await readdir(folder).catch((error) => {
    throw asUserError(error)
  })
  const found = names.sort().flatMap((name) => {
    const kind = kinds.find(({ pattern }) => pattern.test(name))
    const second = name.endsWith('.json') && names.includes(name.replace(/\.json$/, '.safetensors'))
    return kind && !second ? [{ name, compare: kind.compare }] : []
  })
  if (found.length === 0) {
    throw new UserError(
      'no-fixtures',
      `There are no fixtures in ${folder}.`,
      'Choose a folder with sst_*.safetensors, metrics_*.safetensors and .json, or partial_label_masks.json.',
    )
  }
  const comparisons: Comparison[] = []
  const leftOut = new Map<string, string[]>()
  for (const [done, { name, compare }] of found.entries()) {
    signal?.throwIfAborted()
    progress?.({ fixture: name, done, total: found.length })
    const report = await compare(path.join(folder, name))
    comparisons.push(...report.comparisons)
    for (const what of report.leftOut) leftOut.set(what, [...(leftOut.get(what) ?? []), name])
  }
  return {
    fixtures: found.map(({ name }) => name),
    comparisons,
    leftOut: [...leftOut].map(([what, fixtures]) => ({ what, fixtures })),
    passed: comparisons.every(({ passed }) => passed),
  }
}
