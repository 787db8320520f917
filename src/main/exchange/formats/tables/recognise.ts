import type { Glimpse } from '../../read/glimpse.ts'
import { columnKey, imageRank } from '../../read/table/columns.ts'
import { surveyTable, type TableColumn, type TableSurvey } from '../../read/table/survey.ts'
import { type Evidence, likely, perhaps, sure } from '../format.ts'

/** The three ways to read a table. */
export type TableKind = 'csv' | 'csv-wide' | 'tags'

type Kinds = Partial<Record<TableKind, Evidence>>

/** The three formats are asked one after the other about the same beginning. */
let last: { head: string; name: string; kinds: Kinds } | undefined

/** What speaks for reading it as this kind of table: equal scores are as good as each other, and are asked about. */
export function tableEvidence({ isFolder, head, name }: Glimpse, kind: TableKind): Evidence | undefined {
  // Other kinds of text.
  if (isFolder || /^\s*[[{<]/.test(head) || /\.(json|jsonl|xml|ya?ml|names|data)$/.test(name) || head.includes('\0'))
    return undefined
  if (last?.head !== head || last.name !== name) {
    last = { head, name, kinds: kindsOf(surveyTable(head, false), /\.(csv|tsv|txt|tab|psv)$/.test(name)) }
  }
  return last.kinds[kind]
}

function kindsOf(survey: TableSurvey, isNamedTable: boolean): Kinds {
  const { image, tags, value, states, columns, hasHeader } = survey
  if (!image || columns.length < 2 || (!hasHeader && !tags)) return {}
  const known = imageRank(image.name) !== undefined || !hasHeader
  if (tags && value) {
    const names = [image, tags, value].map(({ name }) => columnKey(name))
    const isOurs = names.join() === 'image,label,value'
    const because = `its columns are ${listed([image, tags, value])}`
    return { csv: { score: isOurs ? sure : likely, because } }
  }
  const found: Kinds = {}
  if (tags) {
    const because = `column ${quoted(image)} has images and column ${quoted(tags)} has labels`
    found.tags = { score: likely, because }
  }
  // 0 and 1 in a column “label” may be two labels, or one that is there or isn't.
  const others = states.filter((column) => column !== tags)
  if (
    (tags && tags.holds === 'states' && others.length === 0) ||
    (tags && others.length > 1) ||
    (!tags && states.length > 0)
  ) {
    const because = `column ${quoted(image)} has images and ${listed(states)} ${states.length === 1 ? 'says' : 'say'} present or absent`
    found['csv-wide'] = { score: known && isNamedTable ? likely : perhaps, because }
  }
  if (!found.tags && !found['csv-wide'] && hasHeader && isNamedTable && known) {
    const because = `column ${quoted(image)} names images, and each other column may be a label`
    found['csv-wide'] = { score: perhaps, because }
  }
  return found
}

const namesShown = 4

function listed(columns: readonly TableColumn[]): string {
  const names = columns.slice(0, namesShown).map(quoted)
  if (columns.length > namesShown) return `${names.join(', ')} and ${columns.length - namesShown} more`
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

function quoted({ name }: TableColumn): string {
  return `“${name.trim()}”`
}
