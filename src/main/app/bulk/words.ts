import type { BulkLine } from '../../../contract/bulk.ts'
import { counted } from '../words.ts'

/** Why nothing of a label is accepted in bulk, and what would help. */
export function refusalText({ reason, known, more }: NonNullable<BulkLine['refusal']>): string {
  const would = more === null ? '' : `; ${counted(more, 'more', 'more')} would do`
  switch (reason) {
    case 'nothing':
      return 'nothing undecided is suggested so.'
    case 'few-known':
      return `${counted(known, 'known image')} to check such suggestions against${would}.`
    case 'unsure':
      return `the ${counted(known, 'known image')} it was checked against don’t bear out this accuracy.`
    case 'few-positives':
      return `${counted(known, 'known positive')}${would}, to tell how many of them absents would lose.`
    case 'loses-positives':
      return `too many of its ${counted(known, 'known positive')} would be lost.`
    case 'nearly-all':
      return 'nearly every unknown image would be taken in: that tells nothing apart.'
  }
}
