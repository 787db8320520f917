import fc from 'fast-check'
import { MemoryProject } from './memoryProject.ts'

/** Names that break careless programs, as a project keeps them: trimmed, composed, not empty. */
export const uglyName = fc
  .oneof(
    fc.constantFrom(
      '__proto__',
      'constructor',
      '=1+1',
      "'=x",
      "''+x",
      '@a',
      '-',
      'a,b;c',
      'say "no"',
      "it's",
      'null',
      '0',
      '\\u0041',
      '<b>&amp;</b>',
      '犬',
      'كلب',
      '🐕‍🦺',
      'Straße',
      '\u202eabc',
      'a\u00a0b',
      '＝wide',
      'present',
    ),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }),
  )
  .map((name) =>
    name
      .normalize('NFC')
      .replace(/[\p{Cc}\p{Cs}\u2028\u2029]/gu, '')
      .trim(),
  )
  .filter((name) => name !== '')

function key(name: string): string {
  return name.trim().normalize('NFC').toUpperCase().toLowerCase()
}

const source = fc.constantFrom('human' as const, 'accepted_suggestion' as const, 'import' as const)
const time = fc.integer({ min: 0, max: 4_102_444_800_000 })

export const uglyProject = fc
  .record({
    labels: fc.uniqueArray(uglyName, { selector: key, minLength: 1, maxLength: 6 }),
    keys: fc.uniqueArray(fc.constantFrom('a', 'b', '1', 'Shift+X', 'ö'), { minLength: 0, maxLength: 5 }),
    descriptions: fc.array(fc.string({ unit: 'binary' }), { maxLength: 6 }),
    paths: fc.uniqueArray(
      fc
        .array(uglyName, { minLength: 1, maxLength: 3 })
        .map((parts) => parts.map((part) => part.replaceAll('/', '_')).join('/')),
      {
        minLength: 1,
        maxLength: 8,
      },
    ),
    unreadable: fc.array(fc.nat(20), { maxLength: 2 }),
    states: fc.array(
      fc.record({
        image: fc.nat(100),
        label: fc.nat(100),
        state: fc.constantFrom<1 | -1>(1, -1),
        source,
        decidedAt: time,
        model: fc.nat(5),
        score: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
        annotator: fc.option(fc.oneof(uglyName, fc.constant('Anna'))),
      }),
      { maxLength: 40 },
    ),
    models: fc.array(
      fc.record({
        createdAt: time,
        kind: uglyName,
        backbone: uglyName,
        seed: fc.option(fc.nat()),
        metrics: fc.jsonValue(),
      }),
      {
        maxLength: 3,
      },
    ),
    name: fc.string({ unit: 'binary' }).map((name) => name.replace(/\p{Cs}/gu, '')),
  })
  .map((facts) => {
    const made = new MemoryProject()
    made.name = facts.name
    const labels = facts.labels.map((name, index) =>
      made.label(name, {
        key: facts.keys[index] ?? null,
        colour: `#${(index * 1234567 + 42).toString(16).padStart(6, '0')}`,
        description: (facts.descriptions[index] ?? '').replace(/\p{Cs}/gu, ''),
      }),
    )
    const models = facts.models.map((model, index) => {
      made.models.push({
        ...model,
        id: index * 2 + 7,
        uid: `model ${index}`,
        device: 'cpu',
        labelIds: labels.slice(0, index),
        metrics: JSON.parse(JSON.stringify(model.metrics)),
      })
      return index * 2 + 7
    })
    const images = facts.paths.map((file) => made.image(file))
    for (const place of facts.unreadable) images[place % images.length].problem = { code: 'missing', message: 'Gone.' }
    for (const { image, label, model, ...state } of facts.states) {
      made.mark(images[image % images.length].id, labels[label % labels.length], state.state, {
        ...state,
        modelId: models[model] ?? null,
      })
    }
    return made
  })

/** The same images, not yet labelled. */
export function withSameImages(other: MemoryProject): MemoryProject {
  const fresh = new MemoryProject()
  for (const { path: file, problem } of other.images) fresh.image(file, { problem })
  return fresh
}
