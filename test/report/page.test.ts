import { describe, expect, test } from 'vitest'
import type { ReportContent } from '../../src/main/report/content.ts'
import { html } from '../../src/main/report/html.ts'
import { reportPage } from '../../src/main/report/page.ts'

const nasty = `</title><script>alert(1)</script>"'&<img src=x onerror=alert(2)>\u0000\ud800`

function content(): ReportContent {
  const picture = { path: nasty, label: nasty, probability: 0.97, picture: Uint8Array.of(1, 2, 3) }
  return {
    project: nasty,
    writtenAt: '2026-01-02 03:04 UTC',
    version: '1',
    images: { total: 3, ok: 1, broken: 1, missing: 1 },
    labels: [
      {
        ...{ name: nasty, colour: 'red;background:url(http://elsewhere/)', present: 1, absent: 2, unknown: 0 },
        ...{ averagePrecision: 0.5, likely: { present: 0, absent: 1 } },
      },
      { name: 'plain', colour: '#aabbcc', present: 0, absent: 0, unknown: 3, averagePrecision: null, likely: null },
    ],
    pairs: { present: 1, absent: 2, unknown: 3 },
    cooccurrence: {
      names: [nasty, 'plain'],
      labels: 50,
      cells: [null, { value: 2.5, together: true, share: 0.3 }, null, null],
    },
    model: {
      facts: nasty,
      mAP: 0.5,
      calibrationError: null,
      heldOut: { present: 1, absent: 2 },
      reliability: [
        { count: 4, predicted: 0.1, observed: 0.25, low: 0.05, high: 0.7 },
        { count: 0, predicted: null, observed: null, low: 0, high: 1 },
      ],
      precisionRecall: [
        { precision: 0.5, recall: 1 },
        { precision: 1, recall: 0.5 },
        { precision: null, recall: 0 },
      ],
      mistakes: [{ ...picture, state: 'absent' }],
      suggestions: [{ label: nasty, pictures: [{ ...picture, state: null, picture: undefined }] }],
    },
  }
}

describe('the report', () => {
  test('names are text, whatever is in them; nothing comes from elsewhere and nothing runs', () => {
    const page = reportPage(content())
    expect(page).not.toMatch(/<script|onerror=alert\(2\)>|<img src=x/i)
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
    // Every attribute that could fetch something holds the data itself.
    const fetched = [...page.matchAll(/\b(?:src|href|srcset|action|data|poster)\s*=\s*"([^"]*)"/g)].map(
      ([, url]) => url,
    )
    expect(fetched).toEqual(['data:image/webp;base64,AQID'])
    expect(page.replaceAll(/&[a-z#0-9]+;/g, '')).not.toMatch(/url\(|@import|elsewhere\/\)"/)
    expect(page).toMatch(
      /Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"/,
    )
    expect(page).not.toContain('\u0000')
    expect(page.isWellFormed()).toBe(true)
  })

  test('says what is known, three states apart, and what is not', () => {
    const page = reportPage(content())
    for (const words of [
      '1 unreadable, 1 missing',
      'not learnt',
      'Showing the 2 most common of 50 labels',
      'predicted 97%',
    ]) {
      expect(page).toContain(words)
    }
    expect(page).toContain('width:33.33%')
    const empty = reportPage({
      ...content(),
      labels: [],
      cooccurrence: { names: [], labels: 0, cells: [] },
      pairs: { present: 0, absent: 0, unknown: 0 },
      model: null,
    })
    expect(empty).toContain('The project has no labels yet')
    expect(empty).toContain('No model has been trained yet')
    const untold = reportPage({ ...content(), model: { ...content().model!, reliability: null, mistakes: [] } })
    expect(untold).toContain('Too few labels are known')
    expect(untold).toContain('<p>None.</p>')
  })

  test('templates: HTML within HTML stays, lists are joined, nothing comes of nothing', () => {
    const inner = html`<b>${'<'}</b>`
    expect(html`${inner}${[inner, 'a&b']}${null}${undefined}${false}${0}`.text).toBe('<b>&lt;</b><b>&lt;</b>a&amp;b0')
  })
})
