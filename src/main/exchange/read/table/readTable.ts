import { open } from 'node:fs/promises'
import { asUserError } from '../../../base/errors.ts'
import type { ReadOptions } from '../../formats/format.ts'
import { answerTo, type Setting } from '../../formats/settings.ts'
import { readCsvRecords } from '../csvRecords.ts'
import { encodingIn } from '../encoding.ts'
import { type SurveyChoices, surveyBytes, type TableSurvey } from './survey.ts'

/** So much of a table says what its columns are. */
const surveyedBytes = 4 * 1024 * 1024

export const encodingSetting: Setting = {
  id: 'encoding',
  on: 'read',
  title: 'Encoding',
  hint: 'Such as gbk, shift_jis or windows-1252. If empty: UTF-8, or UTF-16 where the file says so.',
  usual: '',
}

/**
 * Reads a table: first looks at its beginning for what its columns are, then tells of its records, without the header.
 * @param begin gets what the beginning says, and says what to do with each record; @throws what it throws
 * @throws UserError as `readCsvRecords`
 */
export async function readTable(
  file: string,
  options: ReadOptions,
  choices: SurveyChoices,
  begin: (survey: TableSurvey) => (record: string[], line: number) => void,
): Promise<void> {
  const asked = answerTo(encodingSetting, options.settings).trim()
  const { bytes, isWhole } = await beginningOf(file)
  const encoding = asked === '' ? encodingIn(bytes) : asked
  const survey = surveyBytes(bytes, isWhole, choices, encoding)
  const visit = begin(survey)
  let isHeader = survey.hasHeader
  await readCsvRecords(
    file,
    options,
    (record, line) => {
      if (isHeader) isHeader = false
      // A remark between the lines.
      else if (record.length > 1 || survey.columns.length < 2 || !record[0].startsWith('#')) visit(record, line)
    },
    { ...survey.layout, encoding },
  )
}

async function beginningOf(file: string): Promise<{ bytes: Uint8Array; isWhole: boolean }> {
  try {
    const handle = await open(file)
    try {
      const { size } = await handle.stat()
      const length = Math.min(size, surveyedBytes)
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, 0)
      return { bytes: buffer.subarray(0, bytesRead), isWhole: size <= surveyedBytes }
    } finally {
      await handle.close()
    }
  } catch (error) {
    throw asUserError(error)
  }
}
