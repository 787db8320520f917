import { serveTasks } from '../../src/main/compute/server.ts'

/** What probes meet: a library that aborts, a driver that hangs, and a device that works. */
serveTasks({
  probeDevice: async ({ device }: { device: string }) => {
    if (device === 'cuda') process.abort()
    if (device === 'webgpu') for (;;);
    return { secondsPerStep: 1, cpuSecondsPerStep: 2 }
  },
})
