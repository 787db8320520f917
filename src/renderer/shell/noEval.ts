import { config } from 'zod'

// Zod tries whether it may compile its schemas to code. The page's policy forbids that, and says so in the console each time.
config({ jitless: true })
