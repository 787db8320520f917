import { namesFile } from '../../read/fileNames.ts'
import { mayHoldLabels } from '../../read/glimpse.ts'
import { hasImageName, splitNames } from '../../read/walkFiles.ts'
import { type Evidence, type Glimpse, likely } from '../format.ts'

/** Folders that hold a data set's images, masks or files, and say nothing of what is in the images. */
const containers = new Set([
  ...[
    'data',
    'dataset',
    'images',
    'image',
    'imgs',
    'img',
    'jpegimages',
    'jpeg',
    'jpg',
    'png',
    'photos',
    'pictures',
    'pics',
  ],
  ...[
    'files',
    'samples',
    'raw',
    'media',
    'original',
    'originals',
    'input',
    'inputs',
    'output',
    'outputs',
    'frames',
    'default',
  ],
  ...[
    'masks',
    'mask',
    'labels',
    'annotations',
    'annots',
    'ground_truth',
    'groundtruth',
    'gt',
    'segmentations',
    'thumbnails',
  ],
  ...[
    'segmentationclass',
    'segmentationobject',
    'depth',
    'imagesets',
    'query',
    'gallery',
    'split',
    'splits',
    'upload',
    'uploads',
  ],
  ...[
    'training_set',
    'test_set',
    'train_images',
    'test_images',
    'val_images',
    'images_test',
    'images_train',
    'images_val',
    'dev',
  ],
])

/** Whether a folder of this name parts a data set or holds its files, rather than being a label. */
export function isContainer(name: string): boolean {
  const key = name.toLowerCase()
  return (
    containers.has(key) ||
    splitNames.has(key) ||
    // train2017, bounding_box_train, obj_train_data, images_001, part-3
    /^(train|val|valid|test|dev)\w{0,3}\d{4}$|^(bounding_box|obj|images?|imgs?|photos?|data|part|batch|shard|fold|split|chunk)[_-]?(train|val|valid|test|\d+)(_data)?$/.test(
      key,
    )
  )
}

/** Where programs put the images that have no label. */
export function isNoLabel(name: string): boolean {
  return /^(_?unlabell?ed|no[_-]label|__?no_?label__?|_unassigned)$/i.test(name)
}

/**
 * What speaks for a folder for each label: images in folders that aren't containers, and no file that may say otherwise, in it,
 * in them, or above.
 * @param wanted whether labels are looked for in the place itself, or in the parts below it
 */
export function evidenceOf(glimpse: Glimpse, wanted: 'labels' | 'parts'): Evidence | undefined {
  const { isFolder, name, entries, folders, beside } = glimpse
  if (!isFolder) return undefined
  const depth = wanted === 'labels' ? 1 : 2
  const top = [...folders].filter((folder) => !folder.includes('/'))
  if (wanted === 'parts' && !(top.length > 0 && top.every(isContainer))) return undefined
  // Photos in a folder, and in folders below it, are sorted by something else.
  if (wanted === 'labels' && entries.some((entry) => !entry.includes('/') && hasImageName(entry))) return undefined
  const labels = new Set<string>()
  for (const entry of entries) {
    const parts = entry.split('/')
    if (!folders.has(entry) && mayHoldLabels(entry) && entry !== namesFile) return undefined
    if (parts.length > depth && hasImageName(entry)) labels.add(parts[depth - 1])
  }
  const told = [...labels].filter((label) => !isNoLabel(label))
  // “train” is a label among others; alone, or among its like, it is a part.
  if (told.length === 0 || told.every(isContainer)) return undefined
  if (isContainer(name) && beside.length > 0) return undefined
  const some = told.slice(0, 3).map((label) => `“${label}”`)
  const where = wanted === 'parts' ? ` in ${top.slice(0, 3).join(', ')}` : ''
  const because = `it has images in the ${told.length > 1 ? 'folders' : 'folder'} ${some.join(', ')}${told.length > 3 ? ' …' : ''}${where}`
  return { score: likely, because }
}
