import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Page } from '@playwright/test'
import Database from 'better-sqlite3'
import { openProject } from '../../src/main/project/file/open.ts'
import { expect, test } from './fixture.ts'

/** Markup that runs in some place of a page that takes text for markup: in elements, attributes, scripts, styles, addresses. */
const markup = [
  '<script>hacked=1</script>',
  '<img src=x onerror=hacked=1>',
  '"><svg onload=hacked=1>',
  "' onmouseover='hacked=1' x='",
  '</title></style></textarea></script><script>hacked=1</script>',
  'javascript:hacked=1//',
  '<iframe srcdoc="<script>parent.hacked=1</script>">',
  '{{constructor.constructor("hacked=1")()}}',
  '<a href="javascript:hacked=1">click</a>',
  '<style>@import url(http://127.0.0.1:9/x)</style>',
  '<math><mtext><table><mglyph><style><img src=x onerror=hacked=1>',
  '<details open ontoggle=hacked=1>',
  '<%= hacked=1 %>',
  '<base href=http://127.0.0.1:9/>',
  '<meta http-equiv=refresh content="0;url=javascript:hacked=1">',
  '\u202e<script>hacked=1</script>',
  '&lt;script&gt;hacked=1&lt;/script&gt;',
  '<input autofocus onfocus=hacked=1>',
  '=HYPERLINK("http://127.0.0.1:9","x")',
  '__proto__',
]

/** Labels, files, the project, its annotator, its filters, its history: every name is one of these. */
function poison(file: string): { labels: string[]; images: string[] } {
  const imagesRoot = path.join(path.dirname(file), 'images')
  const used: { labels: string[]; images: string[] } = { labels: [], images: [] }
  const names = readdirSync(imagesRoot).sort()
  const db = new Database(file)
  for (const [i, name] of names.slice(0, markup.length).entries()) {
    const hostile = `${markup[i].replaceAll('/', '∕')}.png`
    renameSync(path.join(imagesRoot, name), path.join(imagesRoot, hostile))
    db.prepare('UPDATE image SET path = ?, search_text = ? WHERE path = ?').run(hostile, hostile.toLowerCase(), name)
    used.images.push(hostile)
  }
  db.close()
  const project = openProject(file)
  try {
    for (const [i, { id }] of project.labels.list().entries()) {
      project.labels.update(id, { name: markup[i], description: markup[(i + 1) % markup.length] })
      used.labels.push(markup[i])
    }
    project.settings.set({ name: markup[0], annotator: markup[1] })
  } finally {
    project.close()
  }
  return used
}

/** Whether anything ran, was asked for, or had to be stopped by the page's policy. */
function watch(page: Page) {
  const seen: string[] = []
  page.on('dialog', async (dialog) => {
    seen.push(`dialog: ${dialog.message()}`)
    await dialog.dismiss()
  })
  page.on('request', (request) => {
    const { protocol, hostname, port } = new URL(request.url())
    if (/^https?:$/.test(protocol) && (hostname !== '127.0.0.1' || port === '9')) seen.push(`asked: ${request.url()}`)
  })
  page.on('console', (message) => {
    if (/Content Security Policy|Trusted/i.test(message.text())) seen.push(`policy: ${message.text()}`)
  })
  page.on('popup', () => seen.push('popup'))
  const hacked = async () => {
    const found = await page.evaluate(
      'typeof hacked + document.querySelectorAll("body script, iframe, base, object").length',
    )
    expect([found, ...seen]).toEqual(['undefined0'])
  }
  return { seen, hacked }
}

test('names of labels, files and projects are text on every screen, and in the report', async ({
  app: page,
  served,
  trained,
}) => {
  test.slow()
  const { seen, hacked } = watch(page)
  const { labels, images } = poison(trained)
  await page.getByRole('button', { name: 'Open a project' }).click()
  await page.getByLabel('Project file', { exact: true }).fill(trained)
  await page.keyboard.press('Enter')
  await expect(page.locator('[data-path] img').first()).toBeVisible()
  const sidebar = page.getByRole('complementary', { name: 'Labels' })
  for (const name of labels) await expect(sidebar.getByText(name, { exact: true })).toBeVisible()
  await hacked()

  // Filters, as chips, as text, saved.
  await sidebar.locator('li button[aria-expanded]').first().click()
  await expect(page.getByText(labels[0]).first()).toBeVisible()
  await hacked()
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+a')
  await hacked()
  await page.keyboard.press('Escape')

  // An image, with reasons; marks, whose titles hold the names.
  await page.locator('[data-path]').first().dblclick()
  await expect(page.locator('li[data-label]').first()).toBeVisible()
  await page.keyboard.press('w')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('a')
  await hacked()
  await page.keyboard.press('/')
  await page.keyboard.type(markup[1])
  await hacked()
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')

  for (const [keys, name] of [
    ['Control+k', 'Commands'],
    ['v', undefined],
    ['Control+Shift+a', 'Accept in bulk'],
    ['Control+Shift+p', 'Progress'],
    ['Control+h', 'History'],
    ['Control+i', 'Import labels'],
    ['Control+e', 'Export'],
    ['Control+,', 'Settings'],
    ['?', 'Keyboard shortcuts'],
  ] as const) {
    await page.keyboard.press(keys)
    if (name) await expect(page.getByRole('dialog', { name, exact: true })).toBeVisible()
    else await expect(page.getByRole('region', { name: 'Label by label', exact: true })).toBeVisible()
    await hacked()
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
  }
  await page.keyboard.press('Control+.')
  await expect(page.getByRole('heading', { name: 'Average precision by label' })).toBeVisible()
  await hacked()
  await page.keyboard.press('Escape')

  // What is imported: a file whose every word is markup.
  const csv = path.join(served.folder, `${markup[1].replaceAll('/', '')}.csv`)
  const cell = (text: string) => `"${text.replaceAll('"', '""')}"`
  const rows = markup.map(
    (name, i) => `${cell(images[i])},${cell(`new ${name}`)},${i % 3 === 0 ? cell(name) : 'present'}`,
  )
  writeFileSync(csv, `image,label,value\n${rows.join('\n')}\n${cell(markup[0])},${cell(markup[1])},absent\n`)
  await page.keyboard.press('Control+i')
  const importing = page.getByRole('dialog', { name: 'Import labels', exact: true })
  await importing.getByLabel('File or folder', { exact: true }).fill(csv)
  await page.keyboard.press('Enter')
  await expect(importing.getByText(`new ${markup[1]}`).first()).toBeVisible()
  await hacked()
  await importing
    .getByRole('button', { name: /^Import/ })
    .last()
    .click()
  await importing.getByRole('button', { name: 'Done' }).click()
  await expect(importing).toBeHidden()
  await expect(sidebar.getByText(`new ${markup[1]}`, { exact: true })).toBeVisible()
  await hacked()

  await served.surmise('report', trained, path.join(served.folder, 'report.html'))

  // The report opens anywhere: as a file, with nothing but its own policy.
  const report = path.join(served.folder, 'report.html')
  const text = readFileSync(report, 'utf8')
  expect(text).not.toMatch(/<script|<iframe|<img src=x|onerror=hacked=1>|<base/i)
  await page.goto(pathToFileURL(report).href)
  await expect(page.getByText(labels[0]).first()).toBeVisible()
  await hacked()
  expect(seen).toEqual([])
})

test('the sentence of an error is text, too', async ({ app: page, served }) => {
  const { hacked } = watch(page)
  mkdirSync(served.folder, { recursive: true })
  for (const name of ['<img src=x onerror=hacked=1>', '"><svg onload=hacked=1>']) {
    const file = path.join(served.folder, `${name}.surmise`)
    writeFileSync(file, 'no project')
    await page.getByRole('button', { name: 'Open a project' }).click()
    await page.getByLabel('Project file', { exact: true }).fill(file)
    await page.keyboard.press('Enter')
    await expect(page.getByRole('alert')).toContainText(name)
    await hacked()
    await page.keyboard.press('Escape')
  }
})
