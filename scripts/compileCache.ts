import path from 'node:path'

/**
 * Where Node keeps the program compiled while tests run: they start it hundreds of times, and reading its TypeScript anew takes
 * most of a start.
 */
export const compileCache = { NODE_COMPILE_CACHE: path.join(import.meta.dirname, '../node_modules/.cache/compiled') }
