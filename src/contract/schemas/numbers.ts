import { z } from 'zod'

/** Lists of ids pass as Int32. */
export const id = z.int().positive().max(0x7fffffff)

export const count = z.int().nonnegative()
