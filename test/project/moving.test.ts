import { copyFileSync, existsSync, mkdirSync, renameSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { openProject } from '../../src/main/project/file/open.ts'
import { closing, newProject, temporaryFolder, userError } from './support.ts'

test('project and images together', () => {
  const folder = temporaryFolder()
  const project = newProject({ folder: mkdir(folder, 'before') })
  project.close()
  renameSync(path.join(folder, 'before'), path.join(folder, 'after'))
  const moved = closing(openProject(path.join(folder, 'after', 'p.surmise')))
  expect(moved.imagesRoot).toBe(path.join(folder, 'after', 'images'))
  expect(moved.uuid).toBe(project.uuid)
})

test('a copy uses the images beside it, not those of the original', () => {
  const folder = temporaryFolder()
  const project = newProject({ folder: mkdir(folder, 'original') })
  project.close()
  mkdirSync(path.join(folder, 'copy', 'images'), { recursive: true })
  copyFileSync(project.path, path.join(folder, 'copy', 'p.surmise'))
  expect(closing(openProject(path.join(folder, 'copy', 'p.surmise'))).imagesRoot).toBe(
    path.join(folder, 'copy', 'images'),
  )
})

test('the project alone: the images stay where they are', () => {
  const folder = temporaryFolder()
  const project = newProject({ folder: mkdir(folder, 'a') })
  project.close()
  const target = path.join(mkdir(folder, 'far/away/from/it'), 'p.surmise')
  renameSync(project.path, target)
  const moved = closing(openProject(target))
  expect(moved.imagesRoot).toBe(path.join(folder, 'a', 'images'))
})

test('the images alone: found again by the user', () => {
  const folder = temporaryFolder()
  const project = newProject({ folder, labels: ['dog'], images: ['a.jpg'] })
  project.close()
  renameSync(path.join(folder, 'images'), path.join(folder, 'pictures'))
  const opened = closing(openProject(project.path))
  expect(existsSync(opened.imagesRoot)).toBe(false)
  expect(userError(() => opened.relocateRoot(path.join(folder, 'nowhere'))).code).toBe('images-folder-missing')
  opened.relocateRoot(path.join(folder, 'pictures'))
  opened.close()
  expect(closing(openProject(project.path)).imagesRoot).toBe(path.join(folder, 'pictures'))
})

function mkdir(...parts: string[]): string {
  const folder = path.join(...parts)
  mkdirSync(folder, { recursive: true })
  return folder
}
