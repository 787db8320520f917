import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { contract } from '../../src/contract/contract.ts'
import { Application } from '../../src/main/app/application.ts'
import { silent } from '../../src/main/base/log.ts'
import { computeEntry } from '../../src/main/shell/paths.ts'
import { WebShell } from '../../src/main/shell/web/web.ts'
import { pictureProject, temporaryFolder } from '../app/support.ts'
import { connect, letIn } from './webSupport.ts'

/** These begin work of minutes, wait for ever, or put an end to the project that the others are tried on. */
const left = new Set(['app.events', 'project.sample', 'project.close', 'training.start', 'training.devices'])
const procedures = Object.entries(contract).flatMap(([room, calls]) =>
  Object.keys(calls).flatMap((call) => (left.has(`${room}.${call}`) ? [] : [[room, call] as const])),
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

test('whatever is sent to a procedure of the contract is answered, refused, or none of its own: never a bug', {
  timeout: 300_000,
}, async () => {
  const error = vi.fn()
  const configFolder = temporaryFolder()
  const application = new Application({ version: '0', configFolder, log: { ...silent, error }, computeEntry })
  const shell = await WebShell.start(application, { port: 0, rendererFolder: configFolder })
  try {
    await pictureProject(3, application)
    const { client, socket } = await connect(shell.port, await letIn(shell.port, shell.newUrl()))
    const asked = client as unknown as Record<string, Record<string, (input: unknown) => Promise<unknown>>>
    expect(procedures.length).toBeGreaterThan(50)
    let refused = 0
    const bugs = new Set<string>()
    const call = async ([room, name]: readonly [string, string], what: unknown) => {
      try {
        await asked[room][name](what)
      } catch (cause) {
        refused++
        const { code } = cause as { code?: string }
        if (code !== 'BAD_REQUEST' && code !== 'USER_ERROR')
          bugs.add(`${room}.${name}: ${cause}: ${JSON.stringify(what)?.slice(0, 200)}`)
      }
    }
    await fc.assert(fc.asyncProperty(fc.constantFrom(...procedures), input, call), { numRuns: 1500, seed: 7 })
    expect([...bugs]).toEqual([])
    expect(error.mock.calls).toEqual([])
    expect(refused).toBeGreaterThan(500)
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
    // It works as before, whatever was undone, restored or renamed meanwhile.
    expect((await client.project.current())?.images.total).toBe(3)
    socket.close()
  } finally {
    await shell.close()
    await application.shutdown()
  }
})
