import { config } from 'zod'

// Zod tests whether it may compile schemas to code. The page's policy forbids that, and each attempt would log an error.
config({ jitless: true })
