import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

const folder = path.resolve(import.meta.dirname, '../../resources/examples')

// nothingSent.deep.test.ts runs one of them; this one says it of all.
test.each(readdirSync(folder))(
  '%s, which goes out with a model, keeps ONNX Runtime still before it loads it',
  (name) => {
    const code = readFileSync(path.join(folder, name), 'utf8').replace(/^(#|\/\/).*$/gm, '')
    const off = code.search(/(process\.env\.|os\.environ\[")ORT_DISABLE_TELEMETRY("\])? = ['"]1['"]/)
    const loads = code.search(/import[ (].*onnxruntime/)
    expect(off).toBeGreaterThan(-1)
    expect(loads).toBeGreaterThan(off)
  },
)
