import type { Command } from 'commander'
import type { DeviceReport } from '../../../../app/devices/devices.ts'
import { type CommonOptions, run, withJson } from '../../run.ts'
import { devices as texts } from '../../texts/measuring.ts'

export function addDevices(program: Command): void {
  const command = program.command('devices').description(texts.description)
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
  return `${name} ${texts.usable(device === 'cpu' ? null : speed)}${automatic ? texts.automatic : ''}`
}
