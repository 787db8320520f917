/**
 * Writes a software bill of materials: every package that the application consists of, with version, licence and hash, in
 * CycloneDX.
 *
 *     npm run sbom [-- FILE]
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { npm } from './npm.ts'

const root = path.join(import.meta.dirname, '..')
const target = path.resolve(process.env.INIT_CWD ?? root, process.argv[2] ?? path.join(root, 'dist/sbom.cdx.json'))
interface Component {
  'bom-ref': string
  properties?: { name: string; value: string }[]
}
interface Bill {
  components: Component[]
  dependencies: { ref: string; dependsOn?: string[] }[]
  metadata: { component: { name: string } }
}

const args = ['--sbom-format', 'cyclonedx', '--sbom-type', 'application', '--package-lock-only']
const { status, stdout, stderr } = npm('sbom', ...args)
if (status !== 0) {
  console.error(stderr)
  process.exit(1)
}
const bill = JSON.parse(stdout) as Bill
// npm calls it by the folder that the checkout happens to lie in.
bill.metadata.component.name = 'surmise'
// `--omit dev` would also leave out what a tool happens to ask for, too.
const isShipped = ({ properties = [] }: Component) =>
  !properties.some(({ name, value }) => name === 'cdx:npm:package:development' && value === 'true')
const tools = new Set(bill.components.filter((one) => !isShipped(one)).map((one) => one['bom-ref']))
bill.components = bill.components.filter(isShipped)
bill.dependencies = bill.dependencies
  .filter(({ ref }) => !tools.has(ref))
  .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((one) => !tools.has(one)) }))
mkdirSync(path.dirname(target), { recursive: true })
writeFileSync(target, `${JSON.stringify(bill, null, 2)}\n`)
console.log(`${bill.components.length} packages: ${target}`)
