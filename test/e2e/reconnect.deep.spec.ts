import { createServer, type IncomingHttpHeaders } from 'node:http'
import { createServer as createTcpServer, type Socket } from 'node:net'
import path from 'node:path'
import type { Page } from '@playwright/test'
import Database from 'better-sqlite3'
import { expect, test } from './fixture.ts'
import { openMade } from './holiday.ts'
import { whileAway } from './quiet.ts'

// Nobody answers while the application is away.
test.use({ expectedErrors: [whileAway] })

const banner = (page: Page) => page.getByRole('status').filter({ hasText: /Surmise isn’t responding|can’t prove/ })
/** What is told at the lower edge, and stays until it is dismissed. */
const notices = (page: Page) => page.locator('[aria-live=polite] > [role=alert]')
const unsaved = (page: Page, count: number) => page.getByText(`${count} not saved yet`, { exact: true })
const saved = (page: Page) => page.getByText('All saved')
const portOf = (url: string): string => new URL(url).port

/** What the file says was done from a page, the latest at the end. */
function done(project: string): string[] {
  const db = new Database(project, { readonly: true })
  const rows = db.prepare('SELECT title FROM action WHERE sent_as IS NOT NULL ORDER BY id').pluck().all() as string[]
  db.close()
  return rows
}

/** The first image, with its picture: nothing can be said of one that did not come. */
async function openFirst(page: Page): Promise<void> {
  await page.locator('[data-path]').first().dblclick()
  const picture = page.locator('main section img[alt]:not([alt=""])')
  const isThere = () =>
    picture.evaluateAll((all) => all.some(({ complete, naturalWidth }) => complete && naturalWidth > 0))
  await expect.poll(isThere).toBe(true)
}

/** The names and keys of labels of the open image that are not decided. */
async function undecided(page: Page): Promise<{ name: string; key: string }[]> {
  const rows = page.locator('li[data-state="unknown"]:has(kbd), li[data-state="suggested"]:has(kbd)')
  await expect(rows.first()).toBeVisible()
  return rows.evaluateAll((all) =>
    all.map((row) => ({
      name: row.getAttribute('data-label') ?? '',
      key: (row.querySelector('kbd')?.textContent ?? '').toLowerCase(),
    })),
  )
}

test('killed and started again: the page comes back by itself, and what was marked meanwhile is saved once, in order', async ({
  served,
  page,
  trained,
}) => {
  await served.end('SIGINT')
  const before = await served.start(trained)
  await page.goto(before)
  await openFirst(page)
  const [first, second, third, fourth] = await undecided(page)
  await page.keyboard.press(first.key)
  await expect(saved(page)).toBeVisible()

  await served.end('SIGKILL')
  await expect(banner(page)).toBeVisible()
  await page.keyboard.press(second.key)
  await page.keyboard.press(`Shift+${third.key}`)
  await page.keyboard.press(fourth.key)
  // Thought better of it: the last word counts.
  await page.keyboard.press(`Shift+${fourth.key}`)
  await expect(unsaved(page, 4)).toBeVisible()
  await expect(banner(page)).toContainText('4 changes aren’t saved yet.')
  await expect(notices(page)).toHaveCount(0)
  // What makes no sense later is told once, however often it is asked for.
  await page.keyboard.press('Control+z')
  await page.keyboard.press('Control+z')
  await page.keyboard.press('Control+z')
  await expect(notices(page)).toHaveCount(1)

  const after = await served.start(trained)
  expect(portOf(after)).toBe(portOf(before))
  await expect(saved(page)).toBeVisible()
  await expect(banner(page)).toHaveCount(0)
  await expect(notices(page)).toHaveCount(0)
  for (const { name, state } of [
    { ...first, state: 'present' },
    { ...second, state: 'present' },
    { ...third, state: 'absent' },
    { ...fourth, state: 'absent' },
  ]) {
    await expect(page.locator(`li[data-label="${name}"]`)).toHaveAttribute('data-state', state)
  }
  expect(done(trained).map((title) => title.replace(/, and .*/, ''))).toEqual([
    `Mark “${first.name}” present`,
    `Mark “${second.name}” present`,
    `Mark “${third.name}” absent`,
    `Mark “${fourth.name}” present`,
    `Mark “${fourth.name}” absent`,
  ])

  // Loaded anew after another restart, it needs no other link.
  await served.end('SIGKILL')
  await served.start(trained)
  await page.reload()
  await expect(page.locator('li[data-label]').first()).toBeVisible()
})

test('saved, but the answer lost with the program: it is not done twice', async ({ served, page, trained }) => {
  await served.end('SIGINT')
  let isDeaf = false
  await page.routeWebSocket(/\/rpc$/, (socket) => {
    const server = socket.connectToServer()
    socket.onMessage((message) => server.send(message))
    server.onMessage((message) => {
      if (!isDeaf) socket.send(message)
    })
  })
  await page.goto(await served.start(trained))
  await openFirst(page)
  const [label, next] = await undecided(page)
  isDeaf = true
  await page.keyboard.press(label.key)
  await expect.poll(() => done(trained).length).toBe(1)
  await served.end('SIGKILL')
  isDeaf = false
  await page.keyboard.press(next.key)
  await expect(unsaved(page, 2)).toBeVisible()
  await served.start(trained)
  await expect(saved(page)).toBeVisible()
  expect(done(trained)).toHaveLength(2)
  await expect(page.locator(`li[data-label="${label.name}"]`)).toHaveAttribute('data-state', 'present')
})

test('started again without its project: what is unsaved waits for it, and says so', async ({ app: page, served }) => {
  await openMade(page, served)
  await openFirst(page)
  const [label] = await undecided(page)
  await served.end('SIGKILL')
  await expect(banner(page)).toBeVisible()
  await page.keyboard.press(label.key)
  await expect(unsaved(page, 1)).toBeVisible()
  await served.start()
  const waiting = page.getByText(/^One change in .*Holiday.* isn’t saved: that project isn’t open/)
  await expect(waiting).toBeVisible()
  await page
    .getByRole('button', { name: /Holiday/ })
    .first()
    .click()
  await expect(saved(page)).toBeVisible()
  expect(done(path.join(served.folder, 'Holiday.surmise'))).toHaveLength(1)
})

test('whoever takes the port meanwhile gets nothing: no cookie, no mark, and no way in', async ({
  app: page,
  served,
}) => {
  await openMade(page, served)
  await openFirst(page)
  const [label] = await undecided(page)
  const [cookie] = await page.context().cookies()
  const port = Number(portOf(served.url))
  await served.end('SIGKILL')
  await expect(banner(page)).toBeVisible()
  await page.keyboard.press(label.key)

  const heard: { url: string; headers: IncomingHttpHeaders; body: string }[] = []
  const squatter = createServer((request, response) => {
    let body = ''
    request.on('data', (part) => {
      body += part
    })
    request.on('end', () => {
      heard.push({ url: request.url ?? '', headers: request.headers, body })
      const answer = { nonce: 'n'.repeat(43), proof: 'p'.repeat(43), id: 'i'.repeat(22), secret: 's'.repeat(43) }
      response.setHeader('Content-Type', 'application/json').end(JSON.stringify(answer))
    })
  })
  squatter.on('upgrade', (request, stream) => {
    heard.push({ url: request.url ?? '', headers: request.headers, body: '' })
    stream.destroy()
  })
  await new Promise<void>((resolve) => squatter.listen(port, '127.0.0.1', resolve))
  await expect(page.getByText('can’t prove that it is Surmise')).toBeVisible()
  await expect.poll(() => heard.length).toBeGreaterThan(2)
  await new Promise<void>((resolve) => {
    squatter.close(() => resolve())
    squatter.closeAllConnections()
  })
  expect([...new Set(heard.map(({ url }) => url))]).toEqual(['/session/greet'])
  expect(heard.filter(({ headers }) => headers.cookie !== undefined)).toEqual([])
  expect(JSON.stringify(heard)).not.toContain(cookie.value)
  for (const { body } of heard) expect(Object.keys(JSON.parse(body)).sort()).toEqual(['id', 'nonce'])

  // And back again; the cookie of before is worth nothing by now.
  const url = await served.start()
  expect(portOf(url)).toBe(String(port))
  await page
    .getByRole('button', { name: /Holiday/ })
    .first()
    .click()
  await expect(saved(page)).toBeVisible()
  const answer = await fetch(`${new URL(url).origin}/`, { headers: { Cookie: `${cookie.name}=${cookie.value}` } })
  expect(answer.status).toBe(401)
})

test('whoever takes the call and never answers doesn’t keep the page from trying again', async ({
  app: page,
  served,
}) => {
  await openMade(page, served)
  await openFirst(page)
  const [label] = await undecided(page)
  const port = Number(portOf(served.url))
  await served.end('SIGKILL')
  await expect(banner(page)).toBeVisible()
  await page.keyboard.press(label.key)

  const held: Socket[] = []
  const silent = createTcpServer((socket) => held.push(socket.on('error', () => undefined)))
  await new Promise<void>((resolve) => silent.listen(port, '127.0.0.1', resolve))
  await expect.poll(() => held.length).toBeGreaterThan(0)
  // Nobody else can call it, and who has stays on the line.
  silent.close()
  expect(portOf(await served.start())).toBe(String(port))
  const project = page.getByRole('button', { name: /Holiday/ }).first()
  await project.click()
  await expect(saved(page)).toBeVisible()
  for (const socket of held) socket.destroy()
})
