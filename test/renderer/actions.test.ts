import { describe, expect, test } from 'vitest'
import { assignKeys, keyName, keyOf } from '../../src/renderer/actions/keys.ts'

function press(key: string, more: Partial<KeyboardEvent> = {}): string {
  return keyOf({
    key,
    code: '',
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    shiftKey: false,
    ...more,
  } as KeyboardEvent)
}

describe('keys', () => {
  test('are told by what is meant, not by what Shift makes of them', () => {
    expect(press('A', { shiftKey: true })).toBe('shift+a')
    expect(press('!', { code: 'Digit1', shiftKey: true })).toBe('shift+1')
    expect(press('?', { shiftKey: true })).toBe('?')
    expect(press('Z', { ctrlKey: true, shiftKey: true })).toBe('mod+shift+z')
    expect(press('z', { metaKey: true })).toBe('mod+z')
    expect(press('ArrowLeft', { shiftKey: true })).toBe('shift+ArrowLeft')
    expect(press(' ')).toBe(' ')
  })

  test('have names that people know', () => {
    expect(keyName('mod+shift+z')).toBe('Ctrl Shift Z')
    expect(keyName('+')).toBe('+')
    expect(keyName('mod++')).toBe('Ctrl +')
    expect(keyName(' ')).toBe('Space')
    expect(keyName('ArrowRight')).toBe('→')
    expect(keyName('Delete')).toBe('Del')
  })
})

describe('keys of labels', () => {
  const labels = (...keys: (string | null)[]) => keys.map((key, i) => ({ id: i + 1, key }))

  test('a label has its own key; the others get what is free, in order', () => {
    const keys = assignKeys(labels(null, 'd', null, '1'), new Set())
    expect([...keys]).toEqual([
      [2, 'd'],
      [4, '1'],
      [1, '2'],
      [3, '3'],
    ])
  })

  test('a key that the application needs is no label’s, and no key is two labels’', () => {
    const keys = assignKeys(labels('a', 'Q', 'q'), new Set(['a', '1']))
    expect(keys.get(2)).toBe('q')
    expect(keys.get(1)).toBe('2')
    expect(keys.get(3)).toBe('3')
  })

  test('of a thousand labels each key has one; the rest is found by name', () => {
    const keys = assignKeys(labels(...Array.from({ length: 1000 }, () => null)), new Set(['a', 'x', 'f', 'r']))
    expect(new Set(keys.values()).size).toBe(keys.size)
    expect(keys.size).toBeGreaterThan(20)
    expect([...keys.values()].some((key) => 'axfr'.includes(key))).toBe(false)
  })
})
