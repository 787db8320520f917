import { counted } from '../../../app/words.ts'

export const address = {
  cert: 'PEM certificate, to encrypt connections; with --key',
  key: 'private key of the certificate',
  halfPair: ['A certificate needs its key, and a key its certificate.', 'Give both --cert and --key.'] as const,
  plainText: (host: string, danger: string): string =>
    `Connections to ${host} aren’t encrypted. ${danger}. Use --cert and --key, or connect through an SSH tunnel instead.`,
} as const

export const serve = {
  description: 'serve the application to a browser on this machine, or on others with --host',
  project: 'project file to open',
  port: 'port to listen on (default: the last one used, if free)',
  noOpen: 'print the address without opening a browser',
  name: 'other host names people use, for instance behind a proxy',
  host: 'address to listen on; other machines can connect to any address but this machine’s own',
  danger: 'Anyone on the network path could read along and get in',
} as const

export const labelStudio = {
  description: 'run as a machine learning backend for Label Studio',
  port: 'port to listen on; 0 for any free port',
  authFile: 'file with the user:password that Label Studio must send (Basic authentication)',
  auth: 'the same on the command line, where others can read it (or SURMISE_AUTH)',
  url: 'address of Label Studio, to fetch images the project lacks (default: what Label Studio sends when it connects)',
  tokenFile: 'file with a personal access token or legacy token of Label Studio, for --url',
  token: 'the same on the command line, where others can read it (or LABEL_STUDIO_API_KEY)',
  host: 'address to listen on; any but this machine’s own needs --auth-file',
  danger: 'Anyone on the network path could read along, including the password',
  listening: (url: string): string => `Listening at ${url}. Press Ctrl+C to stop.`,
  annotated: (annotations: number): string =>
    `${counted(annotations, 'annotation')} received. To import them: export as JSON in Label Studio, then run surmise import --format label-studio.`,
  learnt: (annotations: number): string => `${counted(annotations, 'annotation')} turned into marks.`,
  noLearn: 'don’t turn annotations into marks, and don’t train when Label Studio asks',
  openElsewhere: 'The project is open elsewhere, so annotations don’t become marks, and nothing is trained.',
  stopped: 'Stopped.',
} as const

export const secrets = {
  twice: (option: string) => [`Both ${option} and ${option}-file were given.`, `Leave out ${option}.`] as const,
  readable: (file: string): string =>
    `Others on this machine may be able to read ${file}. To prevent that: chmod 600 ${file}`,
  empty: (file: string) => [`${file} is empty.`, 'Write the secret into it, on one line.'] as const,
  onCommandLine: (option: string, instead: string): string =>
    `Anyone on this machine could read what you passed with ${option}, because command lines are public. Use ${instead}.`,
  instead: (option: string, variable: string): string => `${option}-file, or the environment variable ${variable}`,
} as const
