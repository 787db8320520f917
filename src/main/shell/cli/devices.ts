import type { Command } from 'commander'
import type { DeviceReport } from '../../app/devices/devices.ts'
import { type CommonOptions, run, withJson } from './run.ts'

export function addDevices(program: Command): void {
  const command = program.command('devices').description('say what training can run on here, and what is in the way')
  withJson(command).action((options: CommonOptions) =>
    run(options, async ({ context }) => {
      const devices = await context.devices.list()
      return { lines: devices.map(lineOf), json: { devices } }
    }),
  )
}

function lineOf({ device, reason, speed, automatic }: DeviceReport): string {
  const name = device.padEnd(7)
  if (speed === null) return `${name} ${reason}`
  const fast = device === 'cpu' ? 'usable' : `usable, ${speed.toPrecision(2)} × as fast as the CPU`
  return `${name} ${fast}${automatic ? '; this is what auto takes' : ''}`
}
