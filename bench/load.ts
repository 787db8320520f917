/**
 * Fifty people on one project in the web shell, each marking twice a second for five minutes, all of them looking at the same
 * images: how long a mark takes, whether every one is there, and whether all screens agree.
 *
 *     node bench/load.ts [--json] [--seconds=300]
 */
import { parseArgs } from 'node:util'
import { runLoad } from '../test/shell/load.ts'

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '300' }, json: { type: 'boolean', default: false } },
})
const seconds = Number(values.seconds)
const options = { clients: 50, perSecond: 2, seconds, images: 10_000, labels: 50 }
const { waits, ...result } = await runLoad(options)
const at = (share: number): number =>
  Math.round(waits[Math.min(waits.length - 1, Math.floor(share * waits.length))] * 10) / 10
const figures = { ...options, ...result, p50: at(0.5), p95: at(0.95), p99: at(0.99), longest: at(1) }
if (values.json) console.log(JSON.stringify(figures))
else {
  const { marks, lost, actionsAmiss, screensAmiss, integrity } = result
  console.log(
    `${options.clients} people, ${options.perSecond} marks a second each, ${seconds} s, ${options.images.toLocaleString('en')} images × ${options.labels} labels`,
  )
  console.log(
    `${marks.toLocaleString('en')} marks acknowledged; ${lost} of them not there; ${actionsAmiss} actions too many or too few; integrity: ${integrity}`,
  )
  console.log(`${screensAmiss} of ${options.clients} screens show something else than the file holds`)
  console.log(
    `a mark, call to answer: p50 ${figures.p50} ms, p95 ${figures.p95} ms, p99 ${figures.p99} ms, longest ${figures.longest} ms   budget p99 100 ms`,
  )
}
if (result.lost + Math.abs(result.actionsAmiss) + result.screensAmiss > 0 || result.integrity !== 'ok')
  process.exitCode = 1
