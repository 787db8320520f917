import { createHash } from 'node:crypto'
import path from 'node:path'
import { z } from 'zod'
import { RandomState } from '../../base/random.ts'
import { comparison, type FixtureReport, unusable } from '../comparison.ts'
import { knownMask, packBits } from '../masks.ts'
import { readFixtureJson } from './fixtureJson.ts'

const size = z.object({
  first_uniforms: z.array(z.number()).min(1),
  known_count: z.record(z.string(), z.int()),
  sha256_of_packed_mask: z.record(z.string(), z.string()),
})
const reference = z.record(z.string().regex(/^[1-9]\d*x[1-9]\d*$/, 'Not a size such as 5011x20'), size)

/**
 * Compares the masks of partial labels with NumPy's, bit for bit. For each size N×C: the first uniform numbers of
 * `RandomState(0)`, the number of labels that stay known for each share, and the SHA-256 of `packbits(mask)`.
 * @throws UserError `fixture-unusable`
 */
export async function masksParity(file: string): Promise<FixtureReport> {
  const name = path.basename(file)
  const sizes = Object.entries(await readFixtureJson(file, reference))
  if (sizes.length === 0) throw unusable(file, 'there is no mask in it')
  const comparisons = sizes.flatMap(([label, wanted]) => {
    const [images, labels] = label.split('x').map(Number)
    const random = new RandomState(0)
    const uniforms = wanted.first_uniforms.filter((x) => x !== random.random()).length
    const counts: string[] = []
    const masks: string[] = []
    for (const share of new Set([...Object.keys(wanted.known_count), ...Object.keys(wanted.sha256_of_packed_mask)])) {
      const mask = knownMask(images, labels, Number(share), 0)
      const count = wanted.known_count[share]
      const digest = wanted.sha256_of_packed_mask[share]
      if (count !== undefined && count !== mask.reduce((sum, bit) => sum + bit, 0)) counts.push(share)
      if (digest !== undefined && digest !== createHash('sha256').update(packBits(mask)).digest('hex'))
        masks.push(share)
    }
    const compare = (quantity: string, wrong: number, shares: string[] = []) =>
      comparison(name, `${label} ${quantity}`, 'entries', wrong, 0, shares.length > 0 ? `known ${shares}` : undefined)
    return [
      compare('uniforms', uniforms),
      compare('known counts', counts.length, counts),
      compare('masks', masks.length, masks),
    ]
  })
  return { comparisons, leftOut: [] }
}
