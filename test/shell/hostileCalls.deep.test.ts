import fc from 'fast-check'
import { expect, test } from 'vitest'
import { contract } from '../../src/contract/contract.ts'
import { withStranger } from './strangers.ts'

/** These begin work of minutes, wait for ever, or put an end to the project that the others are tried on. */
const left = new Set(['app.events', 'project.sample', 'project.close', 'training.start', 'training.devices'])
const procedures = Object.entries(contract).flatMap(([room, calls]) =>
  Object.keys(calls)
    .map((call) => `${room}.${call}`)
    .filter((procedure) => !left.has(procedure)),
)

const words = [
  ...[
    'id',
    'ids',
    'path',
    'imagesRoot',
    'labels',
    'name',
    'to',
    'patch',
    'intoId',
    'imageIds',
    'filter',
    'sort',
    'by',
    'imageId',
  ],
  ...[
    'labelId',
    'changes',
    'pairs',
    'suggestion',
    'take',
    'order',
    'limit',
    'present',
    'absent',
    'before',
    'kind',
    'precision',
  ],
  ...[
    'sides',
    'labelIds',
    'token',
    'today',
    'device',
    'format',
    'settings',
    'renames',
    'contents',
    'choices',
    'keys',
    'panels',
  ],
  ...[
    'state',
    'is',
    'text',
    'folder',
    'probability',
    'from',
    'backbone',
    'views',
    'seed',
    '__proto__',
    'constructor',
    'toString',
  ],
]
const odd = fc.oneof(
  fc.constantFrom<unknown>(
    ...[
      null,
      0,
      -1,
      1,
      2,
      3,
      99,
      1.5,
      1e308,
      2 ** 53,
      Number.NaN,
      '',
      'x',
      '\0',
      '../../etc/passwd',
      '/etc/passwd',
      'C:\\x',
    ],
    ...[
      '\ud800',
      'left',
      'present',
      'absent',
      'path',
      'coco',
      'x'.repeat(100_000),
      true,
      [],
      {},
      [null],
      [1],
      [1, 1, -1, 2 ** 31],
    ],
    ...[
      [{ imageId: 1, labelId: 1, state: 1 }],
      [{ imageId: 99, labelId: 1, state: 1 }],
      [{ labelId: 9, is: 'present' }],
    ],
    ...[
      { by: 'path' },
      { labels: [{ labelId: 1, is: 'known' }] },
      { text: '%_"\'; DROP TABLE image; --' },
      new Date(Number.NaN),
    ],
  ),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.integer(),
)
const input = fc.oneof(odd, fc.dictionary(fc.constantFrom(...words), odd, { maxKeys: 8, noNullPrototype: true }))

test('whatever is sent to a procedure of the contract is answered, refused, or none of its own: never a bug', async () => {
  expect(procedures.length).toBeGreaterThan(50)
  const errors = await withStranger(async ({ call }) => {
    let refused = 0
    const once = async (procedure: string, what: unknown) => {
      if (await call(procedure, what)) refused++
    }
    await fc.assert(fc.asyncProperty(fc.constantFrom(...procedures), input, once), { numRuns: 1500, seed: 7 })
    expect(refused).toBeGreaterThan(500)
  })
  expect(errors).toEqual([])
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
})
