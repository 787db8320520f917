import { describe, expect, test } from 'vitest'
import { clashOf, isWhole, type Keyed, withKey } from '../../src/renderer/actions/keyMap.ts'

const one = (id: string, group: string, ...keys: string[]): Keyed => ({ id, title: id, group, keys })
const undo = one('undo', 'Everywhere', 'mod+z')
const accept = one('accept', 'Image', 'a')
const find = one('find', 'Image', '/')
const search = one('search', 'Grid', '/')
const flip = one('flip', 'LabelByLabel', ' ')
const actions = [undo, accept, find, search, flip]
const labels = [
  { name: 'dog', key: 'd' },
  { name: 'cat', key: null },
]

describe('another key for an action', () => {
  test('is refused where another action has it that is at hand at the same time', () => {
    expect(clashOf(find, 'a', actions, labels)).toEqual({ kind: 'action', other: accept })
    expect(clashOf(search, 'a', actions, labels)).toBeNull()
    expect(clashOf(search, 'mod+z', actions, labels)).toEqual({ kind: 'action', other: undo })
    expect(clashOf(undo, 'a', actions, labels)).toEqual({ kind: 'action', other: accept })
    expect(clashOf(accept, 'a', actions, labels)).toBeNull()
  })

  test('is refused where the browser or a label needs it', () => {
    expect(clashOf(accept, 'mod+w', actions, labels)).toEqual({ kind: 'taken' })
    expect(clashOf(accept, 'd', actions, labels)).toEqual({ kind: 'label', name: 'dog' })
    expect(clashOf(accept, 'shift+d', actions, labels)).toEqual({ kind: 'label', name: 'dog' })
    expect(clashOf(flip, 'd', actions, labels)).toBeNull()
    expect(clashOf(accept, 'k', actions, labels)).toBeNull()
  })

  test('takes the place of its own; taken from another, that one keeps the rest', () => {
    expect(withKey({}, accept, 'k')).toEqual({ accept: ['k'] })
    expect(withKey({ accept: ['k'], find: ['l'] }, accept, 'm')).toEqual({ accept: ['m'], find: ['l'] })
    expect(withKey({}, accept, '/', one('find', 'Image', '/', 'l'))).toEqual({ accept: ['/'], find: ['l'] })
  })

  test('half a key is none', () => {
    for (const half of ['Shift', 'mod+Control', 'alt+Alt', 'Dead']) expect(isWhole(half)).toBe(false)
    for (const whole of ['a', 'mod+shift+z', '+', 'mod++', 'F2', ' ']) expect(isWhole(whole)).toBe(true)
  })
})
