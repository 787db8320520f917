import { describe, expect, test } from 'vitest'
import { parseLabels } from '../../src/renderer/project/labelLines.ts'
import { baseName, crumbsOf, joinPath, parentOf, suggestedProjectPath } from '../../src/renderer/project/paths.ts'

describe('paths of the other machine', () => {
  test.each([
    ['/home/ann/photos', ['/', '/home', '/home/ann', '/home/ann/photos']],
    ['/home/ann/', ['/', '/home', '/home/ann']],
    ['/', ['/']],
    ['/back\\slash', ['/', '/back\\slash']],
    ['C:\\Users\\Ann', ['C:\\', 'C:\\Users', 'C:\\Users\\Ann']],
    ['c:/Users/Ann', ['c:', 'c:\\Users', 'c:\\Users\\Ann']],
    ['\\\\server\\share\\photos', ['\\\\server\\share\\', '\\\\server\\share\\photos']],
    ['', []],
  ])('%s, part by part', (path, parts) => {
    expect(crumbsOf(path).map((crumb) => crumb.path)).toEqual(parts)
  })

  test('the last part, and what holds it', () => {
    expect(baseName('/home/ann/photos')).toBe('photos')
    expect(parentOf('/home/ann/photos')).toBe('/home/ann')
    expect(parentOf('C:\\Users\\Ann')).toBe('C:\\Users')
    expect(parentOf('/')).toBeNull()
    expect(joinPath('/', 'photos')).toBe('/photos')
    expect(joinPath('C:\\Users', 'Ann')).toBe('C:\\Users\\Ann')
  })

  test('a new project stands beside its images, unless nobody can write there', () => {
    const home = '/home/ann'
    expect(suggestedProjectPath('/home/ann/photos', home)).toBe('/home/ann/photos.surmise')
    expect(suggestedProjectPath(' /home/ann/photos/ ', home)).toBe('/home/ann/photos.surmise')
    expect(suggestedProjectPath('/home/ann', home)).toBe('/home/ann/ann.surmise')
    expect(suggestedProjectPath('/photos', home)).toBe('/photos/photos.surmise')
    expect(suggestedProjectPath('D:\\photos\\2024', home)).toBe('D:\\photos\\2024.surmise')
    expect(suggestedProjectPath('', home)).toBe('')
    expect(suggestedProjectPath('/', home)).toBe('')
  })
})

describe('pasted labels', () => {
  test('trimmed, without empty lines, each name once however it is spelt', () => {
    expect(parseLabels(' beach \r\n\n\tBoat\rboat\nSTRASSE\nstraße\n')).toEqual({
      labels: ['beach', 'Boat', 'STRASSE'],
      repeated: 2,
    })
    // Composed or not, it is the same name.
    expect(parseLabels('cafe\u0301\ncaf\u00e9').labels).toEqual(['caf\u00e9'])
    expect(parseLabels(' \n')).toEqual({ labels: [], repeated: 0 })
  })
})
