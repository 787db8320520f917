/** A reader of protobuf's text format, for files of plain fields: what NVIDIA Triton reads a model's configuration with. */
export type TextValue = string | number | TextMessage
export interface TextMessage {
  [field: string]: TextValue[]
}

export function parseText(text: string): TextMessage {
  const tokens = text.replace(/#.*$/gm, '').match(/"(?:[^"\\]|\\.)*"|[A-Za-z_][\w.]*|-?\d+|[{}[\]:,]/g) ?? []
  let next = 0
  const message = (): TextMessage => {
    const fields: TextMessage = {}
    while (next < tokens.length && tokens[next] !== '}') {
      const name = tokens[next++]
      if (!/^[a-z_]\w*$/.test(name)) throw new Error(`Not a field: ${name}`)
      if (tokens[next] === ':') next++
      else if (tokens[next] !== '{') throw new Error(`${name} has no value`)
      fields[name] = [...(fields[name] ?? []), ...values()]
    }
    return fields
  }
  const values = (): TextValue[] => {
    if (tokens[next] !== '[') return [value()]
    const list: TextValue[] = []
    for (next++; tokens[next] !== ']'; ) {
      list.push(value())
      if (tokens[next] === ',') next++
    }
    next++
    return list
  }
  const value = (): TextValue => {
    const token = tokens[next++]
    if (token === '{') {
      const inner = message()
      next++
      return inner
    }
    if (token.startsWith('"')) return token.slice(1, -1).replace(/\\(.)/g, '$1')
    return /^-?\d+$/.test(token) ? Number(token) : token
  }
  const whole = message()
  if (next !== tokens.length) throw new Error(`What is left over: ${tokens.slice(next).join(' ')}`)
  return whole
}

/** A field's type: a kind of number or text, an enumeration, or a message; `repeated` where it may come several times. */
interface Field {
  type: 'string' | 'int' | readonly string[] | Schema
  repeated?: boolean
}
export type Schema = { [field: string]: Field }

const dataTypes = [
  ...[
    'TYPE_INVALID',
    'TYPE_BOOL',
    'TYPE_UINT8',
    'TYPE_UINT16',
    'TYPE_UINT32',
    'TYPE_UINT64',
    'TYPE_INT8',
    'TYPE_INT16',
  ],
  ...['TYPE_INT32', 'TYPE_INT64', 'TYPE_FP16', 'TYPE_FP32', 'TYPE_FP64', 'TYPE_STRING', 'TYPE_BF16'],
]

/** The fields of Triton's model_config.proto that a plain ONNX model can have: ModelConfig and what is in it. */
export const modelConfig: Schema = {
  name: { type: 'string' },
  platform: { type: 'string' },
  backend: { type: 'string' },
  runtime: { type: 'string' },
  version_policy: {
    type: {
      latest: { type: { num_versions: { type: 'int' } } },
      all: { type: {} },
      specific: { type: { versions: { type: 'int', repeated: true } } },
    },
  },
  max_batch_size: { type: 'int' },
  input: {
    repeated: true,
    type: {
      name: { type: 'string' },
      data_type: { type: dataTypes },
      format: { type: ['FORMAT_NONE', 'FORMAT_NHWC', 'FORMAT_NCHW'] },
      dims: { type: 'int', repeated: true },
      reshape: { type: { shape: { type: 'int', repeated: true } } },
    },
  },
  output: {
    repeated: true,
    type: {
      name: { type: 'string' },
      data_type: { type: dataTypes },
      dims: { type: 'int', repeated: true },
      reshape: { type: { shape: { type: 'int', repeated: true } } },
      label_filename: { type: 'string' },
    },
  },
  default_model_filename: { type: 'string' },
  dynamic_batching: {
    type: {
      preferred_batch_size: { type: 'int', repeated: true },
      max_queue_delay_microseconds: { type: 'int' },
      preserve_ordering: { type: ['true', 'false'] },
      priority_levels: { type: 'int' },
      default_priority_level: { type: 'int' },
    },
  },
}

/** What of a message the schema doesn't know, in words. */
export function strangers(message: TextMessage, schema: Schema, at = ''): string[] {
  return Object.entries(message).flatMap(([name, values]) => {
    const field = schema[name]
    const path = `${at}${name}`
    if (!field) return [`${path}: no such field`]
    const { type, repeated = false } = field
    const wrong = values.flatMap((value) => {
      if (type === 'string') return typeof value === 'string' ? [] : [`${path}: not a text`]
      if (type === 'int') return Number.isInteger(value) ? [] : [`${path}: not a whole number`]
      if (Array.isArray(type)) return type.includes(value as string) ? [] : [`${path}: ${value}`]
      return typeof value === 'object' ? strangers(value, type as Schema, `${path}.`) : [`${path}: not a message`]
    })
    return values.length > 1 && !repeated ? [...wrong, `${path}: several`] : wrong
  })
}
