import type { BulkLine } from '../../../contract/bulk.ts'
import { counted } from '../words.ts'

/** Why nothing of a label can be accepted in bulk, and what would help. */
export function refusalText({ reason, known, more }: NonNullable<BulkLine['refusal']>): string {
  const would = more === null ? '' : `; ${counted(more, 'more', 'more')} would do`
  switch (reason) {
    case 'nothing':
      return 'no undecided suggestions.'
    case 'few-known':
      return `${counted(known, 'known image')} to check such suggestions against${would}.`
    case 'unsure':
      return `the ${counted(known, 'known image')} it was checked against don’t support this accuracy.`
    case 'few-positives':
      return `${counted(known, 'known positive')}${would}, to tell how many would be lost.`
    case 'loses-positives':
      return `too many of its ${counted(known, 'known positive')} would be lost.`
    case 'nearly-all':
      return 'nearly every unknown image would be accepted, which tells nothing apart.'
  }
}
