/**
 * Thumbnails against `vipsthumbnail` (Debian: libvips-tools), at the same size, quality and effort, on the same photos, in
 * turns; and how fast folders are scanned.
 *
 *   node bench/images.ts [--images 300] [--rounds 3] [--many 0] [--json]
 *
 * `--many 100000` also scans so many small files twice, and tells the time and the memory.
 */
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import type { ScannedFile } from '../src/main/images/examine.ts'
import { type ScanResult, scan } from '../src/main/images/scan.ts'
import type { KnownFile } from '../src/main/images/settle.ts'
import { readSource } from '../src/main/images/source.ts'
import { makeThumbnail, thumbnailSettings, thumbnailSide } from '../src/main/images/thumbnails.ts'
import { alternate, type Contestant, type Measured, printTable } from './alternate.ts'

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '300' },
    rounds: { type: 'string', default: '3' },
    many: { type: 'string', default: '0' },
    json: { type: 'boolean', default: false },
  },
})
const shared = path.resolve(process.env.SURMISE_SHARED ?? path.join(import.meta.dirname, '../../shared'))
const photos = path.join(shared, 'data/voc12-subset/images')
if (!existsSync(photos)) throw new Error(`The photos are not there: ${photos} (SURMISE_SHARED says where)`)

const work = mkdtempSync(path.join(tmpdir(), 'surmise-bench-'))
const root = path.join(work, 'images')
mkdirSync(root)
const names = readdirSync(photos).slice(0, Number(values.images))
for (const name of names) copyFileSync(path.join(photos, name), path.join(root, name))

const surmise = 'Surmise: thumbnails'
const cores = availableParallelism()

/** A new folder for each round: nothing may be there already. */
let folders = 0
function newFolder(): string {
  const folder = path.join(work, `out-${++folders}`)
  mkdirSync(folder)
  return folder
}

const thumbnailsAlone: Contestant = {
  name: surmise,
  async run() {
    const cache = newFolder()
    let next = 0
    const hands = Array.from({ length: cores + 1 }, async () => {
      while (next < names.length) await makeThumbnail(await readSource(path.join(root, names[next++])), cache)
    })
    await Promise.all(hands)
    return { images: names.length }
  },
}

const wholeScan: Contestant = {
  name: 'Surmise: the scan (find, hash, headers, thumbnails)',
  async run() {
    const { complete } = await scan({ root, known: [], cacheFolder: newFolder() })
    if (!complete) throw new Error('The scan was not complete')
    return { images: names.length }
  },
}

function vipsthumbnail(processes: number): Contestant {
  const { quality, effort } = thumbnailSettings
  const output = (folder: string) => `${folder}/%s.webp[Q=${quality},effort=${effort}]`
  return {
    name: `vipsthumbnail${processes > 1 ? `, ${processes} processes` : ''}`,
    async run() {
      const command = `ls | xargs -P ${processes} -n ${Math.ceil(names.length / processes)} vipsthumbnail --size "${thumbnailSide}x${thumbnailSide}>" -o "$1"`
      const { status, stderr } = spawnSync('sh', ['-c', command, 'sh', output(newFolder())], { cwd: root })
      if (status !== 0) throw new Error(`vipsthumbnail failed: ${stderr}`)
      return { images: names.length }
    },
  }
}

const contestants = [thumbnailsAlone, wholeScan]
if (spawnSync('vipsthumbnail', ['--version']).status === 0) contestants.push(vipsthumbnail(1), vipsthumbnail(cores))
else console.error('Skipped: vipsthumbnail is not installed (Debian: libvips-tools)')

let measured: Measured[]
let many: Awaited<ReturnType<typeof scanMany>> | undefined
try {
  measured = await alternate(contestants, Number(values.rounds))
  if (Number(values.many) > 0) many = await scanMany(Number(values.many))
} finally {
  rmSync(work, { recursive: true })
}
if (values.json) console.log(JSON.stringify({ images: { photos: names.length, measured, many } }))
else {
  printTable(
    `${names.length} photos, ${thumbnailSide} px, WebP ${JSON.stringify(thumbnailSettings)}`,
    measured,
    surmise,
  )
  if (many) console.log('\n', many)
}

/** Small files that differ: what a scan costs besides the pictures themselves. */
async function scanMany(count: number) {
  const folder = path.join(work, 'many')
  const photo = await readSource(path.join(root, names[0]))
  for (let i = 0; i < count; i++) {
    const below = path.join(folder, `${i % 100}`)
    if (i < 100) mkdirSync(below, { recursive: true })
    writeFileSync(path.join(below, `${i}.jpg`), Buffer.concat([photo.input as Buffer, Buffer.from(`${i}`)]))
  }
  const cacheFolder = path.join(work, 'cache')
  const known: KnownFile[] = []
  const keep = ({ path: file, size, mtimeMs, sha256, status }: ScannedFile) =>
    known.push({ id: known.length, path: file, size, mtimeMs, sha256, status })
  const timed = async (): Promise<{ seconds: number; result: ScanResult }> => {
    const begun = performance.now()
    const result = await scan(
      { root: folder, known: [...known], cacheFolder },
      { progress: ({ added }) => added.forEach(keep) },
    )
    return { seconds: (performance.now() - begun) / 1000, result }
  }
  const first = await timed()
  const second = await timed()
  return {
    files: count,
    firstSeconds: first.seconds,
    secondSeconds: second.seconds,
    unchanged: second.result.unchanged,
    peakMegabytes: process.resourceUsage().maxRSS / 1024,
  }
}
