import { readFileSync } from 'node:fs'
import { embed } from '../../src/main/backbone/embed/embed.ts'

/** Embeds what the file that it is given says, tells each report, and is there to be killed. */
const result = await embed(JSON.parse(readFileSync(process.argv[2], 'utf8')), {
  progress: (report) => process.stdout.write(`${JSON.stringify(report)}\n`),
})
process.stdout.write(`${JSON.stringify({ complete: result.complete, embedded: result.embedded })}\n`)
