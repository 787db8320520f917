import { existsSync } from 'node:fs'
import { aptInstall } from './apt.ts'

const places = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

/** The browser that the end-to-end tests drive, if this machine has one. */
export function findChromium(): string | undefined {
  return places.find((place) => place !== undefined && existsSync(place))
}

/** The same; where the system's own package can be installed without asking anyone, it is. */
export function ensureChromium(): string | undefined {
  const found = findChromium()
  if (found || !aptInstall(['chromium'], 'the end-to-end tests')) return found
  return findChromium()
}
