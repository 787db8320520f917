import { UserError } from '../../base/errors.ts'
import { coco } from './coco.ts'
import { csv } from './csv.ts'
import { csvWide } from './csvWide.ts'
import { cvat } from './cvat.ts'
import { datumaro } from './datumaro.ts'
import { features } from './features.ts'
import { fiftyOne } from './fiftyOne.ts'
import { fiftyOneDataset } from './fiftyOneDataset.ts'
import { folders, yoloClassification } from './folders.ts'
import type { Format } from './format.ts'
import { huggingFace } from './huggingFace.ts'
import { imageJson } from './imageJson.ts'
import { imagenetTxt } from './imagenetTxt.ts'
import { labelStudio, labelStudioTable } from './labelStudio.ts'
import { lvis } from './lvis.ts'
import { npy } from './npy.ts'
import { openImages } from './openImages.ts'
import { records } from './records.ts'
import { tagFiles } from './tagFiles.ts'
import { tagsCsv } from './tagsCsv.ts'
import { via } from './via.ts'
import { voc } from './voc.ts'
import { yolo } from './yolo.ts'

/** In the order in which they are offered. */
export const formats: readonly Format[] = [
  ...[coco, lvis, csv, csvWide, openImages, tagsCsv],
  ...[voc, yolo, yoloClassification, folders],
  ...[labelStudio, labelStudioTable, cvat, datumaro, fiftyOne, fiftyOneDataset, huggingFace, records],
  ...[imageJson, via, tagFiles, imagenetTxt],
  ...[npy, features],
]

/** @throws UserError `format-unknown` */
export function formatById(id: string): Format {
  const format = formats.find((one) => one.id === id.toLowerCase())
  if (format) return format
  throw new UserError(
    'format-unknown',
    `There is no format “${id}”.`,
    `Choose one of: ${formats.map((one) => one.id).join(', ')}.`,
  )
}
