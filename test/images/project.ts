import path from 'node:path'
import type { ScannedFile } from '../../src/main/images/examine.ts'
import type { Job } from '../../src/main/images/job.ts'
import { type ScanProgress, type ScanResult, scan } from '../../src/main/images/scan.ts'
import type { KnownFile } from '../../src/main/images/settle.ts'

/** What a project does with the answers of a scan. */
export class TestProject {
  readonly root: string
  readonly cacheFolder: string
  readonly reports: ScanProgress[] = []
  images: KnownFile[] = []
  #lastId = 0

  constructor(root: string) {
    this.root = root
    this.cacheFolder = path.join(root, 'project.cache')
  }

  async scan(job: Job<ScanProgress> = {}): Promise<ScanResult> {
    const result = await scan(
      { root: this.root, known: this.images, cacheFolder: this.cacheFolder },
      {
        signal: job.signal,
        progress: (report) => {
          this.reports.push(report)
          for (const file of report.added) this.#add(file)
          job.progress?.(report)
        },
      },
    )
    const byId = new Map(this.images.map((image) => [image.id, image]))
    for (const { id, file } of [...result.moved, ...result.changed]) Object.assign(byId.get(id)!, known(file))
    for (const id of result.missing) byId.get(id)!.status = 'missing'
    for (const file of result.added) this.#add(file)
    return result
  }

  get present(): KnownFile[] {
    return this.images.filter((image) => image.status !== 'missing')
  }

  find(file: string): KnownFile | undefined {
    return this.present.find((image) => image.path === file)
  }

  #add(file: ScannedFile): void {
    this.images.push({ id: ++this.#lastId, ...known(file) })
  }
}

function known({ path: file, size, mtimeMs, sha256, status }: ScannedFile): Omit<KnownFile, 'id'> {
  return { path: file, size, mtimeMs, sha256, status }
}

/** The files that a scan tells, new and changed, by path. */
export async function scanned(root: string): Promise<Map<string, ScannedFile>> {
  const files = new Map<string, ScannedFile>()
  const keep = (file: ScannedFile) => files.set(file.path, file)
  const result = await scan(
    { root, known: [], cacheFolder: path.join(root, '.cache') },
    { progress: ({ added }) => added.forEach(keep) },
  )
  result.added.forEach(keep)
  return files
}
