import { z } from 'zod'

/** What is looked at, in the order of the report. */
export const doctorParts = ['versions', 'devices', 'disk', 'permissions', 'project', 'cache'] as const

/** One line of what `surmise doctor` finds. No private path is in it: `~`, `<project>`, `<images>` and the like stand for them. */
export const finding = z.object({
  part: z.enum(doctorParts),
  name: z.string(),
  /** `fact` is neither good nor bad; `warning` may be mended, `problem` has to be. */
  state: z.enum(['good', 'fact', 'warning', 'problem']),
  /** What was found, in a few words. */
  says: z.string(),
  /** The way out, where there is something to mend. */
  hint: z.string(),
})

export const doctorReport = z.object({
  findings: z.array(finding),
  /** The same, to be sent to somebody who helps. */
  text: z.string(),
})

export type DoctorPart = (typeof doctorParts)[number]
export type Finding = z.infer<typeof finding>
export type DoctorReport = z.infer<typeof doctorReport>
