import { backbonesContract } from './backbones.ts'
import { bulkContract } from './bulk.ts'
import { exchangeContract } from './exchange.ts'
import { imagesContract } from './images.ts'
import { labelByLabelContract } from './labelByLabel.ts'
import { labelsContract } from './labels.ts'
import { marksContract } from './marks.ts'
import { modelsContract } from './models.ts'
import { programContract } from './program.ts'
import { progressContract } from './progress.ts'
import { projectContract } from './project.ts'
import { suggestionsContract } from './suggestions.ts'
import { trainingContract } from './training.ts'

/**
 * The one contract between what people see (`renderer/`) and what works (`main/app/`), over a MessagePort in the desktop
 * application and a WebSocket in a browser: a list of features. Everything that comes in is checked, whoever sends it. Bulk data
 * (the ids of 100,000 images) passes as bytes, images by a route of their own (`imageUrl`).
 */
export const contract = {
  ...programContract,
  ...projectContract,
  ...labelsContract,
  ...imagesContract,
  ...suggestionsContract,
  ...progressContract,
  ...marksContract,
  ...bulkContract,
  ...labelByLabelContract,
  ...trainingContract,
  ...modelsContract,
  ...backbonesContract,
  ...exchangeContract,
}

/** Where the renderer finds an image. The id alone says which: no path of the machine is in a URL. */
export function imageUrl(base: string, size: 'thumbnail' | 'full', image: { id: number; version: string }): string {
  return `${base}/images/${size}/${image.id}?v=${image.version}`
}
