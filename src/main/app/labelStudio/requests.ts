import { z } from 'zod'

/** The requests Label Studio sends to a machine learning backend; only the fields used here, others are allowed. */
const projectId = z.union([z.string(), z.number()]).nullish()
export const setupRequest = z.looseObject({
  project: projectId,
  schema: z.string().nullish(),
  hostname: z.string().nullish(),
  access_token: z.string().nullish(),
})
export const predictRequest = z.looseObject({
  tasks: z.array(z.unknown()),
  project: projectId,
  label_config: z.string().nullish(),
})
/** Parsed one by one, so that a malformed task doesn't fail the others. */
export const predictTask = z.looseObject({ id: z.unknown(), data: z.record(z.string(), z.unknown()) })
const anything = z.record(z.string(), z.unknown())
export const webhookRequest = z.looseObject({
  action: z.string(),
  annotation: z.union([anything, z.array(anything)]).nullish(),
  /** Deleted ones: only their ids. */
  annotations: z.array(anything).nullish(),
  task: z.union([anything, z.array(anything)]).nullish(),
  project: anything.nullish(),
})
export const jobRequest = z.looseObject({ job: z.string() })
