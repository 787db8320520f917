import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type ImageFilter, imageFilter, imageSort, type Label } from '../../src/contract/schemas.ts'
import { formatView, isReversed, parseView, sortBy, type View } from '../../src/renderer/state/filterText.ts'
import { chipsOf } from '../../src/renderer/workbench/chips.ts'

const unrelated = { parentId: null, group: '', exclusive: false, examples: [] }
const label = (id: number, name: string): Label => ({
  ...{ id, name, colour: '#000000', key: null, description: '', presentCount: 0, absentCount: 0 },
  ...unrelated,
})
const labels = [label(1, 'dog'), label(2, 'Große Möwe'), label(3, 'a:b & c=d #1 +2 %41'), label(4, '犬 🐕‍🦺')]

const read = (text: string): View => {
  const answer = parseView(text, labels)
  if ('problem' in answer) throw new Error(answer.problem.message)
  return answer.view
}
const problem = (text: string) => {
  const answer = parseView(text, labels)
  return 'problem' in answer ? answer.problem : undefined
}

describe('a filter as text', () => {
  test('reads as an address does', () => {
    const text = '?label=dog:unknown&p=dog:0.4..0.6&folder=2021&text=beach&by=human&since=2026-01-01&sort=uncertain'
    const view: View = {
      filter: {
        labels: [{ labelId: 1, is: 'unknown' }],
        probability: [{ labelId: 1, from: 0.4, to: 0.6 }],
        folder: '2021',
        text: 'beach',
        decided: { by: ['human'], since: '2026-01-01' },
      },
      sort: { by: 'uncertain', descending: true },
    }
    expect(read(text)).toEqual(view)
    expect(formatView(view, labels)).toBe(text)
  })

  test('reads the words of earlier versions, and writes those of today', () => {
    const read = parseView('sort=disagreeing', [])
    expect(read).toEqual({ view: { filter: {}, sort: sortBy('mistakes') } })
    expect(formatView({ filter: {}, sort: sortBy('mistakes') }, [])).toBe('?sort=mistakes')
  })

  test('is lenient where there is nothing to mistake', () => {
    const found = read('  label=GROßE+MÖWE:present&&label=a:b%20%26 c=d %231 %2B2 %2541:absent&p=dog:..0.5  ')
    expect(found.filter).toEqual({
      labels: [
        { labelId: 2, is: 'present' },
        { labelId: 3, is: 'absent' },
      ],
      probability: [{ labelId: 1, from: 0, to: 0.5 }],
    })
    expect(read('')).toEqual({ filter: {}, sort: { by: 'path' } })
    expect(read('?')).toEqual(read(''))
    expect(formatView(read(''), labels)).toBe('?')
  })

  test('stays legible in any script', () => {
    const view: View = { filter: { labels: [{ labelId: 4, is: 'known' }], text: 'صورة 1' }, sort: { by: 'path' } }
    expect(formatView(view, labels)).toBe('?label=犬+🐕‍🦺:known&text=صورة+1')
  })

  test.each<[string, string, string]>([
    ['colour=red', '“colour” isn’t a condition.', 'Use one of: label, p,'],
    ['label=dgo:present', 'There is no label “dgo”.', 'listed on the left'],
    ['label=dove:present', 'There is no label “dove”.', 'Did you mean “dog”?'],
    ['label=dog', '“label” has no value.', 'For example'],
    ['label=dog:maybe', '“maybe” isn’t a value of “label”.', 'present, absent, unknown, known, suggested'],
    ['p=dog:0.6..0.4', '“0.6..0.4” isn’t a range of probabilities.', '0.4..0.6'],
    ['p=dog:40..60', '“40..60” isn’t a range of probabilities.', 'from 0 to 1'],
    ['p=dog:0.5', '“0.5” isn’t a range of probabilities.', '0.4..0.6'],
    ['text=100%', '“100%” has a stray % sign', '%25'],
    ['text=', '“text” has no value.', 'For example'],
    ['text=a&text=b', '“text” appears twice.', 'Only label and p'],
    ['since=2026-02-30', '“since=2026-02-30” isn’t a date.', '2026-01-31'],
    ['until=yesterday', '“until=yesterday” isn’t a date.', '2026-01-31'],
    ['by=human,robot', '“robot” isn’t a value of “by”.', 'human, accepted, import'],
    ['sort=best', '“best” isn’t a value of “sort”.', 'uncertain, mistakes, audit'],
    ['seed=-1', '“seed=-1” isn’t a whole number.', 'such as 7'],
  ])('%s: says what can’t be read, and a way out', (text, message, hint) => {
    expect(problem(text)?.message).toContain(message)
    expect(problem(text)?.hint).toContain(hint)
  })

  const text = fc.string({ minLength: 1, unit: 'binary' })
  const name = fc
    .oneof(
      fc.string({ minLength: 1, unit: 'grapheme' }),
      fc.constantFrom('a:present', '%', '+', 'x&label=y:known', '?', '..'),
    )
    .map((one) => one.trim().normalize('NFC') || 'x')
  const names = fc.uniqueArray(name, { minLength: 1, maxLength: 5 })
  const share = fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 1, 0.4, 1e-7)).map((p) => p + 0)
  const day = fc
    .date({ min: new Date('0100-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 10))
  const some = <T>(one: fc.Arbitrary<T>) => fc.array(one, { minLength: 1, maxLength: 3 })
  const by = imageSort.shape.by.options
  const filterOf = (count: number): fc.Arbitrary<ImageFilter> => {
    const labelId = fc.integer({ min: 1, max: count })
    const requiredKeys: [] = []
    return fc.record(
      {
        labels: some(
          fc.record({ labelId, is: fc.constantFrom('present', 'absent', 'unknown', 'known', 'suggested') }),
        ) as fc.Arbitrary<ImageFilter['labels']>,
        probability: some(
          fc
            .tuple(labelId, share, share)
            .map(([labelId, a, b]) => ({ labelId, from: Math.min(a, b), to: Math.max(a, b) })),
        ),
        folder: text,
        text,
        known: fc.constantFrom('nothing', 'something', 'everything') as fc.Arbitrary<ImageFilter['known']>,
        status: fc.constantFrom(['ok'], ['missing', 'broken']) as fc.Arbitrary<ImageFilter['status']>,
        suggested: fc.boolean(),
        disputed: fc.constant(true as const),
        action: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
        decided: fc
          .record(
            { by: fc.constantFrom(['human'], ['import', 'accepted_suggestion']), who: text, since: day, until: day },
            { requiredKeys },
          )
          .filter((decided) => Object.keys(decided).length > 0) as fc.Arbitrary<ImageFilter['decided']>,
      },
      { requiredKeys },
    )
  }
  const sorting = fc
    .tuple(fc.constantFrom(...by), fc.boolean(), fc.option(fc.nat(), { nil: undefined }))
    .map(([one, reversed, seed]) => sortBy(one, { reversed, seed }))

  test('read again it is the same, whatever the names; what is read passes the contract', () => {
    fc.assert(
      fc.property(
        names.chain((all) => fc.tuple(fc.constant(all), filterOf(all.length), sorting)),
        ([all, filter, sort]) => {
          const named = all.map((one, i) => label(i + 1, one))
          const line = formatView({ filter, sort }, named)
          expect(line).toMatch(/^\?\S*$/u)
          expect(parseView(line, named)).toEqual({ view: { filter, sort } })
          expect(imageFilter.parse(filter)).toEqual(filter)
          expect(imageSort.parse(sort)).toEqual(sort)
          expect(formatView({ filter, sort }, named)).toBe(line)
        },
      ),
      { numRuns: 500 },
    )
  })

  test('whatever is typed is read or explained, never a crash', () => {
    const typed = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .array(
          fc.constantFrom(
            'label',
            'p',
            '=',
            ':',
            '&',
            'dog',
            '..',
            '0.5',
            '%',
            '%4',
            'since',
            '2026-01-01',
            'sort',
            '?',
          ),
        )
        .map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(typed, (line) => {
        const answer = parseView(line, labels)
        if ('problem' in answer) expect([answer.problem.message, answer.problem.hint].every(Boolean)).toBe(true)
        else imageFilter.parse(answer.view.filter)
      }),
      { numRuns: 500 },
    )
  })

  test('each chip takes one condition away; without all of them, what the bar shows is left', () => {
    fc.assert(
      fc.property(filterOf(4), (filter) => {
        const chips = chipsOf(filter, labels)
        for (const { without } of chips) expect(chipsOf(without, labels)).toHaveLength(chips.length - 1)
        let rest = filter
        for (let left = chips.length; left > 0; left--) rest = chipsOf(rest, labels)[0].without
        const { text, suggested } = filter
        const shown = { text, suggested: suggested || undefined }
        const line = (one: ImageFilter) => formatView({ filter: one, sort: { by: 'path' } }, labels)
        expect(line(rest)).toBe(line(shown))
      }),
    )
  })
})

test('an order is the usual one or reversed, and knows which', () => {
  for (const by of imageSort.shape.by.options) {
    for (const reversed of [false, true]) expect(isReversed(sortBy(by, { reversed }))).toBe(reversed)
  }
  // What older code sets.
  expect(isReversed({ by: 'path' })).toBe(false)
  expect(isReversed({ by: 'confidence' })).toBe(false)
})
