import { type Fields, model } from '../tensor/onnxFile.ts'

/*
 * Models that are sound by every rule of the format, and never end. They take images of 32 × 32 pixels, and would give a map of
 * features.
 */

const int64 = (name: string, ...values: bigint[]): Fields => ({
  name,
  dims: [],
  data_type: 7,
  raw_data: Buffer.from(new BigInt64Array(values).buffer),
})
const list = (name: string, ...values: bigint[]): Fields => ({ ...int64(name, ...values), dims: [values.length] })
const yes: Fields = { name: 'yes', dims: [], data_type: 9, raw_data: Buffer.from([1]) }
const one: Fields = { name: 'one', dims: [], data_type: 1, raw_data: Buffer.from(new Float32Array([1]).buffer) }

const tensor = (name: string, elem_type: number, ...dims: number[]): Fields => ({
  name,
  type: { tensor_type: { elem_type, shape: { dim: dims.map((dim_value) => ({ dim_value })) } } },
})
/** Of a shape that nobody tells. */
const open = (name: string): Fields => ({ name, type: { tensor_type: { elem_type: 1 } } })
const image = tensor('x', 1, 1, 3, 32, 32)
const node = (op_type: string, input: string[], output: string[], attribute: Fields[] = []): Fields => ({
  ...{ op_type, input, output, attribute },
})
const graphOf = (name: string, g: Fields): Fields => ({ name, type: 5, g })

/** Adds one again and again, as long as `stays` says. */
function body(name: string, stays: Fields[] = [node('Identity', ['on'], ['goesOn'])]): Fields {
  return graphOf('body', {
    name,
    node: [...stays, node('Add', ['v', 'one'], ['w'])],
    input: [tensor('i', 7), tensor('on', 9), tensor('v', 1, 1, 3, 32, 32)],
    output: [tensor('goesOn', 9), tensor('w', 1, 1, 3, 32, 32)],
  })
}

/** A condition that is computed, and always holds. */
const always = [node('Equal', ['one', 'one'], ['goesOn'])]

/** Of few positions, and of what a loop made. */
const ends = [
  node(
    'AveragePool',
    ['looped'],
    ['map'],
    [
      { name: 'kernel_shape', type: 7, ints: [8, 8] },
      { name: 'strides', type: 7, ints: [8, 8] },
    ],
  ),
  node('GlobalAveragePool', ['map'], ['pooled']),
]
const outputs = [tensor('map', 1), tensor('pooled', 1)]

function looping(before: Fields[], trips: string, initializer: Fields[], inside = body('endless')): Uint8Array {
  return model({
    node: [...before, node('Loop', [trips, 'yes', 'x'], ['looped'], [inside]), ...ends],
    initializer: [yes, one, ...initializer],
    input: [image],
    output: outputs,
  })
}

/** That it loops 2^62 times can be read in the file. */
export const readablyEndless = (): Uint8Array => looping([], 'trips', [int64('trips', 2n ** 62n)])

/** So many rounds. @param mayEnd whether its condition is computed */
export const loopsOf = (rounds: bigint, mayEnd = false): Uint8Array =>
  looping([], 'trips', [int64('trips', rounds)], mayEnd ? body('loop', always) : body('loop'))

/** 100,000 times 100,000 times: neither is much. */
export function nestedEndless(): Uint8Array {
  const inner = node(
    'Loop',
    ['trips', 'yes', 'v'],
    ['w'],
    [
      graphOf('body', {
        name: 'inner',
        node: [node('Identity', ['innerOn'], ['innerGoesOn']), node('Add', ['u', 'one'], ['t'])],
        input: [tensor('k', 7), tensor('innerOn', 9), tensor('u', 1, 1, 3, 32, 32)],
        output: [tensor('innerGoesOn', 9), tensor('t', 1, 1, 3, 32, 32)],
      }),
    ],
  )
  const outer = graphOf('body', {
    name: 'outer',
    node: [node('Identity', ['on'], ['goesOn']), inner],
    input: [tensor('i', 7), tensor('on', 9), tensor('v', 1, 1, 3, 32, 32)],
    output: [tensor('goesOn', 9), tensor('w', 1, 1, 3, 32, 32)],
  })
  return looping([], 'trips', [int64('trips', 100_000n)], outer)
}

/** How often it loops is computed. */
export const countedEndless = (): Uint8Array =>
  looping([node('Mul', ['half', 'half'], ['trips'])], 'trips', [int64('half', 2n ** 31n)])

/** It loops as long as a condition holds, which it hands on as it is. */
export const steadyEndless = (): Uint8Array => looping([], '', [])

/** It loops as long as a condition holds, and that always does. */
export const conditionEndless = (): Uint8Array => looping([], '', [], body('endless', always))

/** The same, where only one branch of an `If` is endless. */
export function branchEndless(): Uint8Array {
  const branch = (name: string, nodes: Fields[], given: string): Fields =>
    graphOf(name, { name, node: nodes, output: [tensor(given, 1, 1, 3, 32, 32)] })
  const loops = node('Loop', ['', 'yes', 'x'], ['a'], [body('endless', always)])
  const choice = node(
    'If',
    ['yes'],
    ['looped'],
    [branch('then_branch', [loops], 'a'), branch('else_branch', [node('Identity', ['x'], ['b'])], 'b')],
  )
  return model({ node: [choice, ...ends], initializer: [yes, one], input: [image], output: outputs })
}

/** It ends for a grey image, and for no other: as many times as the image's difference from grey says, times 10^18. */
export function unlessGrey(): Uint8Array {
  const before = [
    node('Abs', ['x'], ['away']),
    node('ReduceMax', ['away'], ['most'], [{ name: 'keepdims', type: 2, i: 0 }]),
    node('Mul', ['most', 'often'], ['many']),
    node('Cast', ['many'], ['trips'], [{ name: 'to', type: 2, i: 7 }]),
  ]
  const often: Fields = {
    name: 'often',
    dims: [],
    data_type: 1,
    raw_data: Buffer.from(new Float32Array([1e17]).buffer),
  }
  return looping(before, 'trips', [often])
}

/** A scan over a sequence that is computed to be long. */
export function scanEndless(): Uint8Array {
  const step = graphOf('body', {
    name: 'step',
    node: [node('Add', ['v', 'one'], ['w']), node('Identity', ['e'], ['f'])],
    input: [tensor('v', 1, 1, 3, 32, 32), tensor('e', 1)],
    output: [tensor('w', 1, 1, 3, 32, 32), tensor('f', 1)],
  })
  return model({
    node: [
      node('Mul', ['half', 'half'], ['length']),
      node('ConstantOfShape', ['length'], ['sequence']),
      node('Scan', ['x', 'sequence'], ['looped', 'rest'], [step, { name: 'num_scan_inputs', type: 2, i: 1 }]),
      ...ends,
    ],
    initializer: [one, list('half', 2n ** 15n)],
    input: [image],
    output: outputs,
  })
}

/** A tensor of 2^40 numbers, whose shape is computed. */
export function hugeTensor(): Uint8Array {
  const value = {
    name: 'value',
    type: 4,
    t: { name: 'v', dims: [1], data_type: 1, raw_data: Buffer.from(new Float32Array([1]).buffer) },
  }
  return model({
    node: [
      node('Mul', ['half', 'half'], ['shape']),
      node('ConstantOfShape', ['shape'], ['huge'], [value]),
      node('ReduceMax', ['huge'], ['most'], [{ name: 'keepdims', type: 2, i: 0 }]),
      node('Mul', ['x', 'most'], ['looped']),
      ...ends,
    ],
    initializer: [list('half', 2n ** 20n)],
    input: [image],
    output: outputs,
  })
}

/** A tensor that doubles in each of a few rounds, which is soon all the memory there is. */
export function doubling(): Uint8Array {
  const inside = graphOf('body', {
    name: 'doubling',
    node: [node('Identity', ['on'], ['goesOn']), node('Concat', ['v', 'v'], ['w'], [{ name: 'axis', type: 2, i: 0 }])],
    input: [tensor('i', 7), tensor('on', 9), open('v')],
    output: [tensor('goesOn', 9), open('w')],
  })
  return looping([], 'trips', [int64('trips', 40n)], inside)
}
