import { expect, test } from 'vitest'
import { z } from 'zod'
import { contract } from '../../src/contract/contract.ts'
import { withStranger } from './strangers.ts'

/** What zod makes of a schema in the language of JSON Schema, as far as the contract uses it. */
interface Node {
  type?: string
  properties?: Record<string, Node>
  required?: string[]
  items?: Node
  additionalProperties?: Node | boolean
  anyOf?: Node[]
  oneOf?: Node[]
  enum?: unknown[]
  const?: unknown
  minimum?: number
  exclusiveMinimum?: number
  minItems?: number
  minLength?: number
  maxLength?: number
  maxItems?: number
  format?: string
}

interface Procedure {
  '~orpc': { inputSchema?: z.ZodType }
}

const procedures = Object.entries(contract).flatMap(([room, calls]) =>
  Object.entries(calls).flatMap(([name, call]) => {
    const schema = (call as unknown as Procedure)['~orpc'].inputSchema
    if (!schema) return []
    return [
      { procedure: `${room}.${name}`, node: z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Node },
    ]
  }),
)

/** Something that the schema lets through, with everything in it that may be left out. */
function sample(node: Node): unknown {
  const either = node.anyOf ?? node.oneOf
  if (either) return sample(either[0])
  if (node.const !== undefined) return node.const
  if (node.enum) return node.enum[0]
  if (node.type === 'object' && node.properties) {
    return Object.fromEntries(Object.entries(node.properties).map(([key, value]) => [key, sample(value)]))
  }
  if (node.type === 'object') return { a: sample((node.additionalProperties as Node) ?? {}) }
  if (node.type === 'array') return [sample(node.items ?? {})]
  if (node.type === 'boolean') return true
  if (node.type === 'integer' || node.type === 'number')
    return Math.max(node.minimum ?? 0, node.exclusiveMinimum === 0 ? 1 : 0)
  if (node.format === 'uuid') return '00000000-0000-4000-8000-000000000000'
  if (node.type === 'string') return node.format === 'date' ? '2026-01-01' : 'x'
  return new Blob(['x'])
}

const long = 'x '.repeat(1_000_000)
const items = 1_100_000

/** The same with one part of it too large, for each part of it that can be. */
function* oversized(
  node: Node,
  whole: (part: unknown) => unknown,
  where: string,
): Generator<[where: string, input: unknown]> {
  const either = node.anyOf ?? node.oneOf
  if (either) for (const one of either) yield* oversized(one, whole, where)
  if (node.enum || node.const !== undefined) return
  if (node.type === 'string') {
    // A date or an identity is none, whatever its length.
    if (node.format) return
    yield [`${where}: characters`, whole(long)]
    yield [`${where}: words`, whole('a '.repeat(1000))]
  }
  if (node.type === 'integer' || node.type === 'number') {
    for (const number of [Number.MAX_SAFE_INTEGER, 1e308, -1e308, 2 ** 31, 1_000_000])
      yield [`${where}: ${number}`, whole(number)]
  }
  if (node.type === 'array') {
    const item = sample(node.items ?? {})
    // As many as fit into one message.
    const size = JSON.stringify(item).length + 1
    const most = Math.min(items, Math.floor(30_000_000 / size))
    for (const count of [most, 2000]) yield [`${where}: ${count} items`, whole(new Array(count).fill(item))]
    yield* oversized(node.items ?? {}, (part) => whole([part]), `${where}[]`)
  }
  if (node.type === 'object' && node.properties) {
    for (const [key, value] of Object.entries(node.properties)) {
      const others = sample(node) as Record<string, unknown>
      yield* oversized(value, (part) => whole({ ...others, [key]: part }), `${where}.${key}`)
    }
  } else if (node.type === 'object') {
    const value = sample((node.additionalProperties as Node) ?? {})
    const names = Array.from({ length: 200_000 }, (_, i) => [`n${i}`, value])
    yield [`${where}: names`, whole(Object.fromEntries(names))]
    yield [`${where}: a name`, whole({ [long]: value })]
  }
}

/** What ends the project, waits for a person, or draws a whole sample is tried with what is too large only. */
const nothingSmaller = new Set(['project.sample', 'training.start', 'project.create', 'project.open'])

test('whatever is too large is refused in a sentence that names the limit, or done: never a bug', {
  timeout: 900_000,
}, async () => {
  expect(procedures.length).toBeGreaterThan(40)
  const sentences: string[] = []
  let tried = 0
  const errors = await withStranger(async ({ call, bugs }) => {
    for (const { procedure, node } of procedures) {
      for (const [where, input] of oversized(node, (part) => part, procedure)) {
        const tooLarge = /characters|items|names|a name/.test(where)
        if (!tooLarge && nothingSmaller.has(procedure)) continue
        tried++
        const refusal = await call(procedure, input)
        if (refusal?.reason === 'too-large') sentences.push(refusal.message)
        // A text of two million characters, or a million of anything, has no place in a project.
        else if (/characters|a name/.test(where)) bugs.push(`${where}: ${refusal?.message ?? 'taken'}`)
      }
    }
  })
  // What a page says of itself is logged as it should be.
  expect(errors.filter((message) => message !== 'A page failed')).toEqual([])
  expect(tried).toBeGreaterThan(150)
  expect(sentences.length).toBeGreaterThan(60)
  expect(sentences.filter((sentence) => !/^(At|[A-Z].* at) most [\d,]+ .*\.$/.test(sentence))).toEqual([])
})
