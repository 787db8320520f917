import { type ESTree, parseSync, Visitor } from 'vite'

type Node = ESTree.Expression | ESTree.PrivateIdentifier | ESTree.TSType

/** 1, 0 or -1 as it stands; undefined for anything else. */
function codeOf(node: Node): number | undefined {
  // `z.literal(1)`
  if (node.type === 'CallExpression' && node.callee.type === 'MemberExpression' && node.arguments.length === 1) {
    const { property } = node.callee
    return property.type === 'Identifier' && property.name === 'literal' ? codeOf(node.arguments[0] as Node) : undefined
  }
  if (node.type === 'TSLiteralType') return codeOf(node.literal as ESTree.Expression)
  if (node.type === 'UnaryExpression' && node.operator === '-') {
    const code = codeOf(node.argument)
    return code === undefined ? undefined : -code
  }
  if (node.type !== 'Literal' || typeof node.value !== 'number') return undefined
  return node.value === 0 || node.value === 1 ? node.value : undefined
}

/** `state`, `one.state`, `states[at]`, `matrix.states[at]`. */
function isState(node: Node): boolean {
  if (node.type === 'Identifier') return node.name === 'state'
  if (node.type !== 'MemberExpression') return false
  const { object, property, computed } = node
  if (!computed) return property.type === 'Identifier' && property.name === 'state'
  const holder = object.type === 'MemberExpression' && !object.computed ? object.property : object
  return holder.type === 'Identifier' && /^(states|heldOut|trainedOn)$/.test(holder.name)
}

function isSpelt(node: Node): boolean {
  if (node.type === 'ParenthesizedExpression' || node.type === 'TSAsExpression') return isSpelt(node.expression)
  if (node.type === 'ConditionalExpression') return isSpelt(node.consequent) || isSpelt(node.alternate)
  return codeOf(node) !== undefined
}

/**
 * Where a source file spells a label's state as a bare 1, 0 or -1: compares one with it, gives it to one or to `mark`, or lists the codes as a
 * type or as keys. Comparing two numbers for a sort gives ±1 too, and so does a step (`by`); both are left out. @returns the lines, from 1, each once
 */
export function stateSpellings(file: string, text: string): number[] {
  const { program, errors } = parseSync(file, text)
  if (errors.length > 0) throw new Error(`${file}: ${errors[0].message}`)
  const found = new Set<number>()
  const add = ({ start }: { start: number }): void => {
    found.add(text.slice(0, start).split('\n').length)
  }
  const steps = new Set<ESTree.TSType>()
  const leaveSteps = ({ params }: { params: readonly ESTree.ParamPattern[] }): void => {
    for (const one of params)
      if (one.type === 'Identifier' && one.name === 'by' && one.typeAnnotation)
        steps.add(one.typeAnnotation.typeAnnotation)
  }
  new Visitor({
    FunctionDeclaration: leaveSteps,
    ArrowFunctionExpression: leaveSteps,
    ObjectExpression(node) {
      const keys = node.properties.flatMap((one) =>
        one.type === 'Property' && !one.computed && one.key.type === 'Literal' ? [String(one.key.value)] : [],
      )
      if (keys.includes('1') && keys.includes('-1')) add(node)
    },
    BinaryExpression(node) {
      if (!/^[!=]==?$/.test(node.operator)) return
      const [left, right] = [node.left, node.right]
      if ((isState(left) && codeOf(right) !== undefined) || (isState(right) && codeOf(left) !== undefined)) add(node)
    },
    TSUnionType(node) {
      if (steps.has(node)) return
      const codes = node.types.map(codeOf)
      if (codes.includes(1) && codes.includes(-1) && !codes.includes(undefined)) add(node)
    },
    CallExpression({ callee, arguments: given, ...node }) {
      if (callee.type === 'Identifier' && callee.name === 'mark' && given.some((one) => isSpelt(one as Node))) add(node)
    },
    Property(node) {
      if (!node.computed && node.key.type === 'Identifier' && node.key.name === 'state' && isSpelt(node.value as Node))
        add(node)
    },
    ConditionalExpression(node) {
      const codes = [codeOf(node.consequent), codeOf(node.alternate)]
      const compares = node.test.type === 'BinaryExpression' && /[<>]/.test(node.test.operator)
      if (codes.includes(1) && codes.includes(-1) && !compares) add(node)
    },
    ArrayExpression({ elements, ...node }) {
      const codes = elements.map((one) => (one && one.type !== 'SpreadElement' ? codeOf(one) : undefined))
      if (codes.includes(1) && codes.includes(-1) && !codes.includes(undefined)) add(node)
    },
    AssignmentExpression(node) {
      if (node.operator === '=' && isState(node.left as Node) && isSpelt(node.right)) add(node)
    },
  }).visit(program)
  return [...found].sort((a, b) => a - b)
}
