import { z } from 'zod'

export const id = z.int().positive()

export const count = z.int().nonnegative()
