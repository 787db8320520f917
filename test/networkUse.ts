import { isBuiltin } from 'node:module'
import { parseSync, Visitor } from 'vite'

/** Modules that reach another machine, or start a program that could. */
const modules: ReadonlySet<string> = new Set([
  ...['http', 'https', 'http2', 'net', 'tls', 'dns', 'dns/promises', 'dgram', 'inspector', 'cluster', 'child_process'],
  ...['undici', 'ws', 'open', 'electron-updater', 'playwright', 'axios', 'node-fetch', 'got'],
])

/** What Node and browsers have for it without being asked. */
const globals: ReadonlySet<string> = new Set([
  ...['fetch', 'WebSocket', 'WebSocketStream', 'EventSource', 'XMLHttpRequest', 'WebTransport', 'RTCPeerConnection'],
  'importScripts',
])

/** Of `navigator`, of workers, of Electron: seen by their names, whatever they are members of. */
const members: ReadonlySet<string> = new Set([
  'sendBeacon',
  'serviceWorker',
  'openExternal',
  'setFeedURL',
  'getBuiltinModule',
])
const ofElectron: ReadonlySet<string> = new Set(['net', 'autoUpdater', 'crashReporter'])
const globalObjects: ReadonlySet<string> = new Set(['globalThis', 'window', 'self', 'global'])

/** Most files mention none of these, and need not be parsed. */
const mention = new RegExp(`\\b(${[...modules, ...globals, ...members, 'electron', 'import\\('].join('|')})`)

/**
 * What of a source file can reach another machine: modules by their names without `node:`, globals by theirs, `import(?)` for a
 * module that is named only at run time. Types don't count; a variable that is called like one of them does.
 */
export function networkUses(file: string, text: string): string[] {
  if (!mention.test(text)) return []
  const { program, errors } = parseSync(file, text)
  if (errors.length > 0) throw new Error(`${file}: ${errors[0].message}`)
  const found = new Set<string>()
  const load = (name: string): void => {
    const bare = isBuiltin(name) ? name.replace(/^node:/, '') : name
    if (modules.has(bare)) found.add(bare)
  }
  /** Names that are no uses: keys, members, types. By where they begin. */
  const names = new Set<number>()
  const key = (node: { computed?: boolean; shorthand?: boolean; key: { start: number } }): void => {
    if (!node.computed && !node.shorthand) names.add(node.key.start)
  }
  const used: { name: string; start: number }[] = []
  new Visitor({
    ImportDeclaration({ importKind, specifiers, source }) {
      for (const one of specifiers) if (one.type === 'ImportSpecifier') names.add(one.imported.start)
      const isType = (one: (typeof specifiers)[number]) => one.type === 'ImportSpecifier' && one.importKind === 'type'
      for (const one of specifiers) if (importKind === 'type' || isType(one)) names.add(one.local.start)
      if (importKind === 'type' || (specifiers.length > 0 && specifiers.every(isType))) return
      load(source.value)
      if (source.value !== 'electron') return
      for (const one of specifiers) {
        const name = one.type === 'ImportSpecifier' && 'name' in one.imported ? one.imported.name : '*'
        if (name === '*' || ofElectron.has(name)) found.add(`electron.${name}`)
      }
    },
    ExportNamedDeclaration({ source, exportKind }) {
      if (source && exportKind !== 'type') load(source.value)
    },
    ExportAllDeclaration({ source, exportKind }) {
      if (exportKind !== 'type') load(source.value)
    },
    ImportExpression({ source }) {
      if (source.type === 'Literal' && typeof source.value === 'string') load(source.value)
      else found.add('import(?)')
    },
    CallExpression({ callee, arguments: args }) {
      const [first] = args
      if (first?.type !== 'Literal' || typeof first.value !== 'string') return
      const loader = callee.type === 'CallExpression' ? callee.callee : callee
      if (loader.type === 'Identifier' && /require/i.test(loader.name)) load(first.value)
      else if (first.value.startsWith('node:')) load(first.value)
    },
    VariableDeclarator({ id, init }) {
      if (id.type !== 'ObjectPattern' || init?.type !== 'Identifier' || !globalObjects.has(init.name)) return
      for (const one of id.properties)
        if (one.type === 'Property' && one.key.type === 'Identifier' && globals.has(one.key.name))
          found.add(one.key.name)
    },
    MemberExpression({ object, property, computed }) {
      const name =
        !computed && property.type === 'Identifier'
          ? property.name
          : property.type === 'Literal' && typeof property.value === 'string'
            ? property.value
            : ''
      if (!computed) names.add(property.start)
      if (members.has(name)) found.add(name)
      if (object.type === 'Identifier' && globalObjects.has(object.name) && globals.has(name)) found.add(name)
    },
    Property: key,
    PropertyDefinition: key,
    MethodDefinition: key,
    TSPropertySignature: key,
    TSMethodSignature: key,
    TSTypeReference({ typeName }) {
      names.add(typeName.start)
    },
    TSTypeQuery({ exprName }) {
      names.add(exprName.start)
    },
    TSQualifiedName({ left, right }) {
      names.add(left.start).add(right.start)
    },
    TSInterfaceDeclaration({ id }) {
      names.add(id.start)
    },
    TSTypeAliasDeclaration({ id }) {
      names.add(id.start)
    },
    Identifier({ name, start }) {
      if (globals.has(name)) used.push({ name, start })
    },
  }).visit(program)
  for (const { name, start } of used) if (!names.has(start)) found.add(name)
  return [...found].sort()
}
