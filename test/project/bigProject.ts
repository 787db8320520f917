import { createHash } from 'node:crypto'
import { linkSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'
import { createProject } from '../../src/main/project/file/open.ts'

export interface BigProjectOptions {
  images: number
  labels: number
  /** How much of N×C is known, 0 … 1. */
  known: number
  /** Files that the images are made of, in turns, so that each can be looked at; without them there are none on the disk. */
  pictures?: readonly Picture[]
}

export interface Picture {
  /** Absolute. */
  file: string
  sha256: string
  width: number
  height: number
  size: number
}

/**
 * Makes a large project fast, for benches: images in 100 folders, the known states spread evenly (a quarter present), all of
 * them in the history as one import. The states go in by SQL, past the room's own door: that would take a minute.
 * @param folder absolute, where `big.surmise` and `images/` are made
 * @returns the path of the closed project
 */
export function makeBigProject(folder: string, { images, labels, known, pictures = [] }: BigProjectOptions): string {
  const imagesRoot = path.join(folder, 'images')
  mkdirSync(imagesRoot, { recursive: true })
  const names = Array.from({ length: labels }, (_, index) => `label ${index + 1}`)
  const project = createProject({ path: path.join(folder, 'big.surmise'), imagesRoot, labels: names })
  for (let from = 0; from < images; from += 10_000) {
    const added = Array.from({ length: Math.min(10_000, images - from) }, (_, index) => {
      const number = from + index
      const file = `folder ${String(number % 100).padStart(2, '0')}/IMG_${number}.jpg`
      const { width, height, size, sha256 } =
        pictures.length > 0
          ? place(pictures[number % pictures.length], imagesRoot, file)
          : {
              width: 640,
              height: 480,
              size: 100_000 + number,
              sha256: createHash('sha256').update(file).digest('hex'),
            }
      const facts = { width, height, size, sha256, orientation: 1, mtimeMs: 1_700_000_000_000 + number }
      return { path: file, ...facts, status: 'ok' as const, reason: '', reasonCode: '' }
    })
    project.images.applyScan({ added })
  }
  project.close()
  fillStates(project.path, Math.round(known * 1024))
  return project.path
}

/** One picture under many names costs the disk nothing. */
function place(picture: Picture, imagesRoot: string, file: string): Picture {
  const target = path.join(imagesRoot, file)
  mkdirSync(path.dirname(target), { recursive: true })
  linkSync(picture.file, target)
  return picture
}

/** @param share of 1024 */
function fillStates(file: string, share: number): void {
  const db = new Database(file)
  db.pragma('cache_size = -262144')
  // Two rounds of a multiplicative hash: as good as random, the same at every run, and computed by SQLite itself.
  const hash = '((image.id * 2654435761 + label.id * 40503) % 4294967296 * 1103515245 % 4294967296)'
  db.exec(`
    BEGIN;
    INSERT INTO label_state
      SELECT image.id, label.id, iif((${hash} >> 22) % 4 = 0, 1, -1), 1 + (${hash} >> 25) % 3,
        1790000000000 + image.id * 1000 + label.id, NULL, NULL, NULL
      FROM image, label WHERE (${hash} >> 10) % 1024 < ${share} ORDER BY image.id, label.id;
    INSERT INTO action (id, kind, title, at) VALUES (1, 'do', 'Import labels.csv', 1790000000000);
    INSERT INTO state_change
      SELECT 1, image_id, label_id, NULL, NULL, NULL, NULL, NULL, NULL, state, source, decided_at, NULL, NULL, NULL
      FROM label_state ORDER BY image_id, label_id;
    UPDATE action SET state_changes = (SELECT count(*) FROM label_state);
    UPDATE label SET (present_count, absent_count) =
      (SELECT coalesce(sum(state = 1), 0), coalesce(sum(state = -1), 0) FROM label_state WHERE label_id = label.id);
    UPDATE image SET (present_count, absent_count) =
      (SELECT coalesce(sum(state = 1), 0), coalesce(sum(state = -1), 0) FROM label_state WHERE image_id = image.id);
    COMMIT;
  `)
  db.pragma('wal_checkpoint(TRUNCATE)')
  db.pragma('optimize')
  db.close()
}
