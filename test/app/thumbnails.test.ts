import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { packThumbnails, unpackThumbnails } from '../../src/contract/thumbnailPack.ts'
import { versionOf } from '../../src/main/app/images/rows.ts'
import { thumbnailsOf } from '../../src/main/app/images/thumbnails.ts'
import { thumbnailPath } from '../../src/main/images/thumbnails.ts'
import { pictureProject } from './support.ts'

test('the thumbnails that are made come in one answer; what is not made, empty or unknown is left out', async () => {
  const { workspace } = await pictureProject(4)
  const { images, cacheFolder } = workspace.project
  const [first, second, third, fourth] = images.many([1, 2, 3, 4])
  const file = ({ sha256 }: typeof first): string => thumbnailPath(cacheFolder, sha256!)
  rmSync(file(second))
  writeFileSync(file(third), '')
  const answer = await unpackThumbnails(await thumbnailsOf(workspace, [4, 3, 2, 1, 99]))
  expect(answer.map(({ id, version }) => [id, version])).toEqual([
    [4, versionOf(fourth)],
    [1, versionOf(first)],
  ])
  for (const [place, image] of [fourth, first].entries()) {
    expect(Buffer.from(answer[place].bytes).equals(readFileSync(file(image)))).toBe(true)
  }
})

test('no thumbnails are a file, too', async () => {
  expect(await unpackThumbnails(packThumbnails([]))).toEqual([])
})
