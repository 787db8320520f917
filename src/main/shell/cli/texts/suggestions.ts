import { counted } from '../../../app/words.ts'
import { common } from './common.ts'

export const suggest = {
  description: 'write the model’s suggestions for every unknown label to a CSV file',
  out: 'CSV file to write: image,label,probability,suggestion',
  known:
    'also write the known labels, with probabilities of parts of the model that never saw them (held out), as cleanlab needs them; adds the columns known (present, absent, or empty for suggestions) and held_out (yes for known labels)',
  heldOut: (known: number, leftOut: number): string => {
    const left = leftOut > 0 ? ` ${leftOut} left out: no held-out probability, or an image that can’t be read.` : ''
    return `And ${counted(known, 'known label')}, held out.${left}`
  },
  fromNames: 'suggest from label names first, with a backbone that has a text encoder: no marks needed',
  template: 'prompt for each label, such as “a photo of a {label}” (with --from-names)',
  device: 'auto, cpu, webgpu, … (with --from-names; default: the project’s setting)',
  done: (suggestions: number, file: string, byNames: boolean): string =>
    `Wrote ${counted(suggestions, 'suggestion')} to ${file}.${byNames ? ' From names only, not learnt yet: trust the order, not the numbers.' : ''}`,
} as const

export const accept = {
  description: 'accept suggestions in bulk, as far as each label’s known images support it; one undoable action',
  precision: 'target accuracy: for each label, at least this share of what is accepted is right',
  absent: 'also accept absent suggestions; loses some positives, at most --max-lost of each label’s',
  maxLost: 'at most this share of each label’s undecided positives may be lost',
  label: 'only these labels',
  unknownLabel: (name: string) =>
    [`There is no label “${name}” in this project.`, '“surmise status” lists the labels.'] as const,
  columns: ['label', 'as', 'accepted', 'accuracy at least', 'positives lost at most'],
  of: (count: number, suggested: number): string => `${count} of ${suggested}`,
  lost: (count: number, positives: number): string => `${count} of about ${positives}`,
  refused: 'Not accepted:',
  refusal: (label: string | undefined, side: string, why: string): string => `  ${label}, ${side}: ${why}`,
  nothing: 'Nothing to accept: no label has enough known images yet. Mark more, or lower --precision.',
  would: (count: number, images: number): string =>
    `Would accept ${counted(count, 'suggestion')} in ${counted(images, 'image')}; nothing was written.`,
  done: (changed: number): string => `Accepted ${counted(changed, 'suggestion')} in one action, which can be undone.`,
} as const

export const explain = {
  description: 'explain why a label is suggested for an image',
  image: 'path of the image within the image folder',
  label: 'name of the label',
  unknownImage: (image: string) =>
    [`There is no image “${image}” in this project.`, 'Give its path within the image folder, as in exports.'] as const,
  unknownLabel: (label: string, names: readonly string[]) => {
    const some = names.slice(0, 10).map((name) => `“${name}”`)
    const more = names.length > 10 ? ` and ${names.length - 10} more` : ''
    return [`There is no label “${label}” in this project.`, `Labels: ${some.join(', ')}${more}.`] as const
  },
  head: (label: string, suggestion: string, image: string, sure: number): string =>
    `${label}: ${suggestion} in ${image}, ${common.percent(sure)}`,
  columns: ['reason', 'log odds'],
  base: 'how common it is',
  looks: (model: string): string => `how the image looks (${model})`,
  known: (label: string, state: string): string => `“${label}” is ${state}`,
  others: 'other labels in the image, as far as visible',
  total: 'total',
  similar: 'similar images',
  nearest: (present: number, known: number): string => `${present} of the ${known} most similar known images have it`,
  nearestTitle: 'Most similar images where it’s known:',
  nearestColumns: ['image', 'similarity', 'state'],
} as const

export const next = {
  description: 'list the most useful labels to mark next',
  count: 'how many',
  columns: ['image', 'label', 'probability', 'gain'],
  audit: 'audit',
  nothing: 'Nothing left to ask.',
  audited: (side: string, right: number, count: number, low: number, high: number): string =>
    `Audit: ${right} of ${counted(count, 'likely suggestion')} of ${side}, drawn at random, ${right === 1 ? 'was' : 'were'} right; that is ${(low * 100).toFixed(1)}–${common.percent(high)} of all.`,
} as const
