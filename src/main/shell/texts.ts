/** Texts of the shells themselves: pages for those without access, system dialogs and menus. The screens' texts are with the pages. */
export const name = 'Surmise'

const safe = 'Your project is safe: every mark is on disk.'
const seeLog = 'See the log file for details.'

/** Answers of the web shell and of Electron's protocol. */
export const pages = {
  nothingHere: 'Page not found.',
  readOnly: 'Only reading is allowed here.',
  failed: 'Something went wrong in Surmise.',
  failedHint: seeLog,
  wrongAddress: 'This address isn’t served here.',
  otherSite: 'This request came from another site.',
  useLink: 'Use the link that Surmise printed.',
  linkUsed: 'This link has already been used.',
  linkInvalid: 'This link isn’t valid.',
  newLink: 'For a new link, press Enter in the terminal where Surmise is running, or restart it.',
  open: 'Open Surmise',
} as const

/** Answers to Label Studio. */
export const labelStudio = {
  needsPassword: (host: string) =>
    [
      `At ${host}, other machines could send requests without a password.`,
      'Write user:password into a file for --auth-file and enter the same in Label Studio, or leave out --host.',
    ] as const,
  notServed: 'Not served here.',
  wait: 'Too many wrong passwords. Wait a little.',
  wrongPassword: 'Wrong user or password.',
  tooLarge: 'The request is too large.',
  nothingHere: 'Not found.',
  badRequest: (problem: string): string => `This isn’t a Label Studio request: ${problem}`,
  failed: `Something went wrong in Surmise. ${seeLog}`,
} as const

export const listening = {
  badCertificate: (cert: string, key: string) =>
    [
      `The certificate and the key don’t work together: ${cert}, ${key}`,
      'Both must be PEM files, and the key must belong to the certificate.',
    ] as const,
  portTaken: (port: number) => [`Port ${port} can’t be used.`, 'Choose another with --port.'] as const,
  noAddress: (host: string) =>
    [`This machine has no address ${host}.`, 'Use one of its own with --host, or 0.0.0.0 for all of them.'] as const,
  notBuilt: ['The pages haven’t been built yet.', 'Run: npm run build'] as const,
} as const

export const buttons = {
  ok: 'OK',
  quit: 'Quit',
  wait: 'Wait',
  restore: 'Restore',
  restart: 'Restart',
  showLog: 'Show log',
} as const

export const crash = {
  safe: `${safe} Restore brings the window back where you were.`,
  outOfMemory: 'The window ran out of memory.',
  crashed: 'The window crashed.',
  unresponsive: 'The window isn’t responding.',
  imageNotSent: ['The image couldn’t be loaded.', 'Open it again.'] as const,
} as const

export const fatal = { message: 'Something went wrong in Surmise.', detail: `${safe} ${seeLog}` } as const

export const menu = {
  file: '&File',
  edit: '&Edit',
  view: '&View',
  image: '&Image',
  model: '&Model',
  help: '&Help',
  recent: 'Open &recent',
  clearRecent: 'Clear list',
  checkNow: 'Check for updates…',
  checkDaily: 'Check for updates daily',
} as const

export const updates = {
  upToDate: 'Surmise is up to date.',
  checkFailed: 'Couldn’t check for updates.',
  checkFailedHint: seeLog,
  ask: 'Check for updates automatically?',
  askDetail:
    'Surmise would ask its download server for the latest version once a day. Nothing about you or your images is sent, and nothing is installed without asking. You can change this in the menu.',
  dontCheck: 'Don’t check',
  checkDaily: 'Check daily',
  found: (version: string): string => `Surmise ${version} is available.`,
  download: 'Download',
  later: 'Later',
  ready: (version: string): string => `Surmise ${version} is ready to install.`,
  restartNow: 'Restart now',
  whenIQuit: 'When I quit',
  downloadFailed: 'The update couldn’t be downloaded.',
  downloadFailedHint: `Nothing has changed. ${seeLog}`,
} as const

/** How the core ended. */
export const core = {
  notStarted: (why: string): string => `Its Node program can’t be started: ${why}.`,
  endedBy: (signal: string): string => `It ended by ${signal}.`,
  endedWith: (code: number | null): string => `It ended with exit code ${code}.`,
} as const

export const desktop = {
  noFileManager: (image: string) => ['The folder can’t be opened on this machine.', `The image is ${image}`] as const,
} as const
