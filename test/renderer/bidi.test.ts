import { describe, expect, test } from 'vitest'
import { rank } from '../../src/renderer/palette/rank.ts'
import { isolated, withoutIsolates } from '../../src/renderer/texts/bidi.ts'
import { texts } from '../../src/renderer/texts/index.ts'
import { labelsThatFit } from '../../src/renderer/workbench/grid.ts'

describe('names within sentences', () => {
  test('are set apart where they run the other way, and only there', () => {
    for (const name of ['dog', 'Hündin', '夕焼け', 'собака', '👩‍👩‍👧', '', '12']) expect(isolated(name)).toBe(name)
    for (const name of ['قطة', 'כלב 12', 'the כלב', '\u{1e900}']) {
      expect(isolated(name)).toBe(`\u2068${name}\u2069`)
      expect(withoutIsolates(isolated(name))).toBe(name)
    }
    expect(texts.image.setPresent('dog')).toBe('dog is present')
    expect(texts.image.setPresent('כלב')).toBe('\u2068כלב\u2069 is present')
    expect(texts.exchange.newLabels(['קט', 'dog'])).toBe('New labels: \u2068קט\u2069, dog')
  })

  test('are found as they are typed', () => {
    const items = [texts.palette.isPresent('כלב'), texts.palette.isPresent('dog')].map((title, id) => ({
      ...{ id: String(id), title, available: true },
    }))
    expect(rank('כלב: present', items, []).map(({ id }) => id)).toEqual(['0'])
  })

  test('wide characters take more room in a caption', () => {
    const labels = (name: string) => Array.from({ length: 5 }, () => ({ name }))
    expect(labelsThatFit(labels('abcd'), 200)).toBe(3)
    expect(labelsThatFit(labels('夕焼けの'), 200)).toBe(2)
  })
})
