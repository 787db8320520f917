import { expect, test } from 'vitest'
import { deviceFailed } from '../../src/main/base/deviceFailure.ts'

// As ONNX Runtime’s providers say it.
test.each([
  [
    'cuda',
    'CUDA failure 2: out of memory ; GPU=0 ; hostname=x ; file=cuda_allocator.cc ; expr=cudaMalloc((void**)&p, size)',
  ],
  ['cuda', 'bfc_arena.cc:376 AllocateRawInternal Failed to allocate memory for requested buffer of size 4294967296'],
  [
    'dml',
    'DmlCommittedResourceAllocator.cpp(23)\\onnxruntime.dll!00007FF: Exception(1) tid(1) 8007000E Not enough memory resources',
  ],
  ['webgpu', 'WebGPU device error(4): Out of memory'],
])('memory of %s that runs out is a sentence: %s', (device, words) => {
  const error = deviceFailed(device, words)
  expect(error).toMatchObject({ code: 'device-failed', hint: expect.stringContaining('Choose another device') })
  expect(error.message).toMatch(/ can’t be used: the memory of the graphics card is full\.$/)
})
