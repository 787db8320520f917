import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { probeApart } from '../../src/main/app/devices/deviceProbe.ts'
import { Devices, type ProbeDevice } from '../../src/main/app/devices/devices.ts'
import { onDevice } from '../../src/main/app/devices/onDevice.ts'
import { Events } from '../../src/main/app/events.ts'
import { UserError } from '../../src/main/base/errors.ts'
import { computeEntry } from '../../src/main/shell/paths.ts'
import { softwareVulkan, testWithVulkan } from '../softwareVulkan.ts'

describe('a probe in a process of its own', () => {
  const entry = path.join(import.meta.dirname, 'probeEntry.ts')

  test('that aborts is a sentence', async () => {
    await expect(probeApart({ entry }, 'cuda')).rejects.toMatchObject({
      code: 'device-failed',
      message: expect.stringMatching(/^CUDA can’t be used: .*a native library aborted/),
    })
  })

  test('that hangs is killed, and a sentence', async () => {
    await expect(probeApart({ entry }, 'webgpu', { within: 800 })).rejects.toMatchObject({
      code: 'device-failed',
      message: expect.stringMatching(/^WebGPU can’t be used: it didn’t respond/),
    })
  })

  test('ends with the application, which waits for it, and none begins after', async () => {
    const devices = new Devices((device, signal) => probeApart({ entry }, device, { signal }), 'linux')
    const refused = expect(devices.choose('webgpu')).rejects.toMatchObject({ code: 'compute-stopped' })
    // By then it hangs.
    await wait(500)
    await devices.close()
    await refused
    await expect(devices.choose('dml')).rejects.toMatchObject({ code: 'compute-stopped' })
  })

  test('tells how fast the device is', async () => {
    expect(await probeApart({ entry }, 'dml')).toEqual({ secondsPerStep: 1, cpuSecondsPerStep: 2 })
  })

  test('is the real one: the CPU agrees with itself, and what another system has is not here', async () => {
    const { secondsPerStep } = await probeApart({ entry: computeEntry }, 'cpu')
    expect(secondsPerStep).toBeGreaterThan(0)
    const foreign = process.platform === 'win32' ? 'coreml' : 'dml'
    await expect(probeApart({ entry: computeEntry }, foreign)).rejects.toThrow(
      'ONNX Runtime doesn’t support it on this system',
    )
  })

  testWithVulkan('WebGPU on software works, and auto passes it over: the CPU is faster', async () => {
    const devices = new Devices((device) =>
      probeApart({ entry: computeEntry, environment: softwareVulkan }, device, { within: 600_000 }),
    )
    expect(await devices.choose('webgpu')).toBe('webgpu')
    expect(await devices.choose('auto')).toBe('cpu')
    const webgpu = (await devices.list()).find(({ device }) => device === 'webgpu')!
    expect(webgpu).toMatchObject({ usable: true, reason: null, automatic: false })
    expect(webgpu.speed).toBeLessThan(0.5)
  })
})

describe('of the devices of other machines', () => {
  /** Stands in for graphics cards that this machine does not have: how many times as fast as the CPU each is. */
  const cards = (speeds: Record<string, number>) => {
    const probed: string[] = []
    const probe: ProbeDevice = async (device) => {
      probed.push(device)
      if (!(device in speeds)) throw new UserError('device-failed', `${device}: none here.`)
      return { secondsPerStep: 1 / speeds[device], cpuSecondsPerStep: 1 }
    }
    return { probed, probe }
  }

  test('auto takes the first of the platform’s that is faster than the CPU', async () => {
    const auto = (platform: NodeJS.Platform, speeds: Record<string, number>) =>
      new Devices(cards(speeds).probe, platform).choose('auto')
    expect(await auto('linux', { cuda: 5, webgpu: 9 })).toBe('cuda')
    expect(await auto('linux', { webgpu: 3 })).toBe('webgpu')
    expect(await auto('linux', { cuda: 0.5, webgpu: 3 })).toBe('webgpu')
    expect(await auto('linux', { dml: 5 })).toBe('cpu')
    expect(await auto('win32', { dml: 5, webgpu: 4 })).toBe('webgpu')
    expect(await auto('win32', { dml: 5 })).toBe('dml')
    expect(await auto('darwin', { coreml: 2 })).toBe('coreml')
    expect(await auto('darwin', { coreml: 0.9, webgpu: 0.8 })).toBe('cpu')
    expect(await auto('freebsd', { webgpu: 5 })).toBe('cpu')
  })

  test('each is tried once; one that failed is not used again', async () => {
    const { probed, probe } = cards({ cuda: 5, webgpu: 3 })
    const devices = new Devices(probe, 'linux')
    expect([await devices.choose('auto'), await devices.choose('cuda')]).toEqual(['cuda', 'cuda'])
    devices.markFailed('cuda', new UserError('device-failed', 'CUDA was lost.'))
    expect(await devices.choose('auto')).toBe('webgpu')
    await expect(devices.choose('cuda')).rejects.toThrow('CUDA was lost.')
    expect(await devices.list()).toEqual([
      { device: 'cuda', usable: false, reason: 'CUDA was lost.', speed: null, automatic: false },
      { device: 'webgpu', usable: true, reason: null, speed: 3, automatic: true },
      { device: 'cpu', usable: true, reason: null, speed: 1, automatic: false },
    ])
    expect(probed).toEqual(['cuda', 'webgpu'])
    expect(() => devices.check('abacus')).toThrow('There is no device called “abacus”.')
    await expect(devices.choose('abacus')).rejects.toMatchObject({ code: 'device-unknown' })
  })

  test('says why it is this one', async () => {
    const linux = (speeds: Record<string, number>) => new Devices(cards(speeds).probe, 'linux')
    expect(await linux({ webgpu: 3.25 }).why('webgpu', 'auto')).toBe('3.3× as fast as the CPU')
    expect(await linux({ webgpu: 0.5 }).why('cpu', 'auto')).toBe('faster than any GPU here')
    expect(await linux({}).why('cpu', 'auto')).toBe('no supported GPU')
    expect(await linux({}).why('cpu', 'cpu')).toBe('as chosen')
    expect(await linux({}).why('cpu', 'cuda')).toBe('CUDA can’t be used')
    expect(await linux({ cuda: 5 }).why('cpu', 'auto', 'cuda')).toBe('CUDA failed')
  })

  test('work goes on on the next when one fails in the middle; what is not the device’s doing is not tried again', async () => {
    const devices = new Devices(cards({ cuda: 5, webgpu: 3 }).probe, 'linux')
    const events = new Events()
    const heard = events.subscribe()
    const tried: [string, string | undefined][] = []
    const done = await onDevice({ devices, events }, 'auto', async (device, failed) => {
      tried.push([device, failed])
      if (device === 'cuda') throw new UserError('device-failed', 'CUDA can’t be used: its results aren’t finite.')
      if (device === 'webgpu') throw new UserError('compute-crashed', 'The compute process crashed.')
      return { answer: 42 }
    })
    expect(done).toEqual({ answer: 42, device: 'cpu' })
    expect(tried).toEqual([
      ['cuda', undefined],
      ['webgpu', 'cuda'],
      ['cpu', 'webgpu'],
    ])
    expect([(await heard.next()).value, (await heard.next()).value]).toMatchObject([
      { message: 'CUDA can’t be used: its results aren’t finite. Surmise continues on WebGPU.' },
      { message: 'WebGPU can’t be used: it crashed the compute process. Surmise continues on the CPU.' },
    ])
    await heard.return()

    let times = 0
    const mistake = async () => {
      times++
      throw new UserError('too-few-labels', 'No label can be learnt yet.')
    }
    const fresh = new Devices(cards({ cuda: 5 }).probe, 'linux')
    await expect(onDevice({ devices: fresh, events }, 'auto', mistake)).rejects.toMatchObject({
      code: 'too-few-labels',
    })
    expect([times, await fresh.choose('auto')]).toEqual([1, 'cuda'])
  })
})
