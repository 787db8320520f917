import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type PrivatePlace, withoutPrivatePaths } from '../../src/main/app/doctor/privatePaths.ts'

const places: PrivatePlace[] = [
  ['/home/ann', '~'],
  ['/home/ann/cats/Cats.surmise', '<project>'],
  ['/home/ann/cats', '<project folder>'],
  ['/mnt/photos of ann', '<images>'],
]

test('the longest place stands for itself, and names that only begin alike stay', () => {
  const told = (text: string) => withoutPrivatePaths(text, places, 'linux')
  expect(told('can’t be read: /home/ann/cats/Cats.surmise')).toBe('can’t be read: <project>')
  expect(told('/home/ann/cats/Cats.surmise-cache/features is full')).toBe('<project>-cache/features is full')
  expect(told('“/home/ann/cats”, /home/ann.')).toBe('“<project folder>”, ~.')
  expect(told('/home/ann/.config/surmise')).toBe('~/.config/surmise')
  expect(told('/mnt/photos of ann/1.jpg')).toBe('<images>/1.jpg')
  expect(told('/home/anna/x and /home/ann.old')).toBe('/home/anna/x and /home/ann.old')
  expect(told('/HOME/ANN')).toBe('/HOME/ANN')
  expect(withoutPrivatePaths('a /b', [['/', '~']], 'linux')).toBe('a /b')
})

test('on Windows, in either case and with either slash', () => {
  const windows: PrivatePlace[] = [['C:\\Users\\Ann', '~']]
  expect(withoutPrivatePaths('c:/users/ann/x and C:\\USERS\\ANN\\x', windows, 'win32')).toBe('~/x and ~\\x')
})

test('whatever a home is called, no path below it names it', () => {
  const name = fc.stringMatching(/^[\p{L}\p{N} $^+.()[\]{}|*?-]{1,20}$/u).filter((one) => !/^[. ]|[. ]$/.test(one))
  fc.assert(
    fc.property(name, name, (user, file) => {
      const told = withoutPrivatePaths(`seen: /home/${user}/${file}`, [[`/home/${user}`, '~']], 'linux')
      expect(told).toBe(`seen: ~/${file}`)
    }),
  )
})
