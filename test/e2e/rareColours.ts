import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type Colour, clipLike, colourNames, halves } from '../backbone/towers.ts'
import type { Served } from './fixture.ts'

export interface RareColours {
  /** The project's file. */
  project: string
  /** How many there are. Of the last ones nothing is known; on two of those yellow is to be seen. */
  images: number
}

const common = ['red', 'green', 'blue'] as const
const [images, known] = [460, 390]
/** Of each, one in so many is partly yellow: eleven are known, two are not. */
const oneInSoMany = 37

/**
 * A trained project of pictures of two colours: three of them are everywhere, so that much can be promised of them; yellow is in very
 * few, so that nothing can. It takes some seconds: the backbone is tiny.
 */
export async function makeRareColours({ folder, surmise }: Served): Promise<RareColours> {
  const [pictures, tower, marks, labels] = ['images', 'clip', 'marks.csv', 'labels.txt'].map((name) =>
    path.join(folder, name),
  )
  for (const one of [pictures, tower]) mkdirSync(one)
  const lines = ['image,label,value']
  for (let i = 0; i < images; i++) {
    const isRare = i % oneInSoMany === 5
    const shown: Colour[] = [common[i % 3], isRare ? 'yellow' : common[Math.floor(i / 3) % 3]]
    const name = `${String(i).padStart(3, '0')}.png`
    // No two are the same picture.
    await halves(path.join(pictures, name), shown[0], shown[1], Math.floor(i / 9) / 4 - 4)
    if (i < known) {
      lines.push(...colourNames.map((colour) => `${name},${colour},${shown.includes(colour) ? 'present' : 'absent'}`))
    }
  }
  writeFileSync(marks, `${lines.join('\n')}\n`)
  writeFileSync(labels, colourNames.join('\n'))
  const project = path.join(folder, 'Rare colours.surmise')
  await surmise('new', project, '--images', pictures, '--labels', labels, '--backbone', clipLike(tower))
  await surmise('import', project, marks)
  await surmise('train', project, '--seed', '1', '--device', 'cpu')
  return { project, images }
}
