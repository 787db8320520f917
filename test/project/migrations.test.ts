import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { Connection } from '../../src/main/project/database.ts'
import { openProject } from '../../src/main/project/file/open.ts'
import { applicationId, migrate, migrations, newestVersion } from '../../src/main/project/migrations/index.ts'
import { closing, temporaryFolder, userError } from './support.ts'

/** A file as that version wrote it. */
function fixture(version: number): string {
  const file = path.join(temporaryFolder(), 'old.surmise')
  const db = new Database(file)
  db.exec(readFileSync(path.join(import.meta.dirname, `fixtures/v${version}.sql`), 'utf8'))
  db.close()
  return file
}

function emptyFile(): string {
  const file = path.join(temporaryFolder(), 'new.surmise')
  writeFileSync(file, '')
  return file
}

describe.each(migrations.map((_, index) => index + 1))('a project of version %i', (version) => {
  test('opens with everything in it', async () => {
    const project = closing(openProject(fixture(version)))
    expect(await project.check()).toEqual([])
    expect(project.settings.all()).toMatchObject({ name: 'Ufer und Küste', annotator: 'Anna', device: 'auto' })
    expect(project.labels.list()).toMatchObject([
      { id: 2, name: 'Boot', presentCount: 0, absentCount: 2 },
      { id: 1, name: 'Möwe', key: 'm', description: 'a gull', presentCount: 1 },
    ])
    expect([...project.images.ids()]).toEqual([3, 1, 2])
    expect(project.images.get(2)).toMatchObject({ status: 'broken', problem: { code: 'empty' } })
    expect(project.states.ofImage(1)).toMatchObject([
      { labelId: 2, state: -1, source: 'human', annotator: 'Anna' },
      { labelId: 1, state: 1, source: 'accepted_suggestion', decidedAt: 1790000002000, modelId: 1, score: 0.875 },
    ])
    expect(project.models.current()).toMatchObject({ id: 1, seed: 7, metrics: { mAP: 0.75 }, labelIds: [1, 2] })
  })

  test('goes on with its history', async () => {
    const project = closing(openProject(fixture(version)))
    expect(project.history).toMatchObject({ undoTitle: 'Remove label “Hund”', redoTitle: 'Mark “Möwe” absent' })
    await project.history.undo()
    expect(project.labels.list()).toHaveLength(3)
    await project.history.undo()
    await project.history.undo()
    expect(project.states.ofImage(3)).toEqual([])
    await project.history.redo()
    expect(project.history.undoTitle).toBe('Mark “Boot” absent')
    expect(await project.check()).toEqual([])
  })
})

test('there is a fixture of the newest version, and the schema is the one that it has', () => {
  const ours = emptyFile()
  const connection = new Connection(ours)
  migrate(connection)
  connection.close()
  const schemaOf = (file: string) => {
    const db = new Database(file, { readonly: true })
    const columns = db.prepare(
      `SELECT t.name AS t, c.* FROM pragma_table_list AS t, pragma_table_xinfo(t.name) AS c
       WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' ORDER BY t.name, c.cid`,
    )
    const indexes = db.prepare("SELECT name, tbl_name FROM sqlite_schema WHERE type = 'index' ORDER BY name")
    const schema = { columns: columns.all(), indexes: indexes.all() }
    db.close()
    return schema
  }
  expect(schemaOf(ours)).toEqual(schemaOf(fixture(newestVersion)))
})

describe('migrating', () => {
  const steps = [...migrations, 'ALTER TABLE label ADD COLUMN next_id INTEGER REFERENCES label (id)']

  test('goes step by step from any version', () => {
    const connection = new Connection(fixture(1))
    migrate(connection, steps)
    expect(connection.pragma('user_version')).toBe(steps.length)
    expect(connection.pragma('application_id')).toBe(applicationId)
    expect(connection.value('SELECT count(*) FROM label WHERE next_id IS NULL')).toBe(3)
    connection.close()
  })

  test('a step that fails leaves the version before it whole', () => {
    const connection = new Connection(fixture(1))
    const broken = [...steps, 'ALTER TABLE label ADD COLUMN x INTEGER; DELETE FROM setting; CREATE TABLE label (y)']
    expect(() => migrate(connection, broken)).toThrow('already exists')
    expect(connection.pragma('user_version')).toBe(steps.length)
    expect(connection.value('SELECT count(*) FROM setting')).toBe(2)
    expect(connection.column<string>("SELECT name FROM pragma_table_info('label')")).not.toContain('x')
    connection.close()
  })

  test('what is newer, or older and read-only, is refused', () => {
    const connection = new Connection(fixture(1))
    expect(userError(() => migrate(connection, steps, { readOnly: true })).code).toBe('project-too-old')
    expect(userError(() => migrate(connection, [])).code).toBe('project-too-new')
    connection.close()
  })
})
