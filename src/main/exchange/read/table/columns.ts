import { hasImageName } from '../walkFiles.ts'

/* What programs call the columns of a table. Names are compared without case, blanks, and signs. */

export function columnKey(name: string): string {
  return name
    .trim()
    .replace(/^"(.*)"$/, '$1')
    .trim()
    .toLowerCase()
}

function plain(name: string): string {
  return columnKey(name)
    .replace(/^#/, '')
    .replace(/[\s_.-]/g, '')
}

const imageNames = new Map(
  [
    ...[
      'image',
      'imagename',
      'imageid',
      'imagepath',
      'img',
      'imgname',
      'imgpath',
      'imgid',
      'imagefile',
      'imagefilename',
    ],
    ...[
      'filename',
      'file',
      'fname',
      'fn',
      'path',
      'filepath',
      'filepathabs',
      'abspath',
      'absolutepath',
      'relativepath',
    ],
    ...[
      'imageindex',
      'imageurl',
      'imguri',
      'imageuri',
      'uri',
      'url',
      'photo',
      'photoid',
      'picture',
      'sample',
      'basename',
    ],
    ...['originalfilename', 'id', 'name'],
  ].map((name, rank) => [name, rank]),
)

/** How likely the name is that of the images' column: the lower the likelier; undefined for none. */
export function imageRank(name: string): number | undefined {
  return imageNames.get(plain(name))
}

export function isImageColumn(name: string): boolean {
  return imageRank(name) !== undefined
}

const tagNames = new Set([
  ...['tag', 'tags', 'label', 'labels', 'class', 'classes', 'classname', 'classnames', 'labelname', 'labelnames'],
  ...['category', 'categories', 'categoryname', 'target', 'targets', 'keyword', 'keywords', 'finding', 'findings'],
  ...['findinglabels', 'attributeids', 'attributes', 'predicted', 'prediction', 'predictions', 'predictionstring'],
  ...['annotation', 'annotations', 'choice', 'choices', 'concept', 'concepts', 'species', 'object', 'objects', 'genre'],
  ...['genres', 'labelid', 'labelids', 'classid', 'classids', 'categoryid'],
])

/** FiftyOne writes the field in front: ground_truth.label. */
export function isTagColumn(name: string): boolean {
  return tagNames.has(plain(name)) || tagNames.has(plain(name.slice(name.lastIndexOf('.') + 1)))
}

const valueNames = new Set(['value', 'state', 'present', 'ispresent', 'status', 'answer', 'truth', 'decision'])

export function isValueColumn(name: string): boolean {
  return valueNames.has(plain(name))
}

const scoreNames = new Set(['score', 'confidence', 'conf', 'prob', 'probability', 'modelscore', 'p'])

export function isScoreColumn(name: string): boolean {
  return scoreNames.has(plain(name))
}

const metadataNames = new Set([
  ...['', 'index', 'idx', 'no', 'nr', 'row', 'rownumber', 'rowid', 'uid', 'uuid', 'guid', 'key', 'key0'],
  ...['width', 'height', 'w', 'h', 'imgwidth', 'imgheight', 'imagewidth', 'imageheight', 'depth', 'channels', 'mode'],
  ...[
    'originalimagewidth',
    'originalimageheight',
    'size',
    'bytes',
    'filesize',
    'format',
    'extension',
    'ext',
    'mimetype',
  ],
  ...['xmin', 'ymin', 'xmax', 'ymax', 'x', 'y', 'x1', 'y1', 'x2', 'y2', 'bbox', 'bboxx'],
  ...['bboxy', 'bboxwidth', 'bboxheight', 'area', 'iscrowd', 'segmentation', 'xcenter', 'ycenter', 'cx', 'cy'],
  ...['fold', 'folds', 'kfold', 'split', 'set', 'subset', 'partition', 'part', 'istrain', 'istest', 'isval', 'isvalid'],
  ...['usage', 'phase', 'dataset', 'batch', 'annotator', 'annotationsource', 'user', 'worker', 'workerid'],
  ...['email', 'author', 'labeler', 'labeller', 'reviewer', 'createdat', 'updatedat', 'date', 'datetime', 'time'],
  ...[
    'timestamp',
    'leadtime',
    'md5',
    'sha1',
    'sha256',
    'hash',
    'checksum',
    'weight',
    'sampleweight',
    'lat',
    'lon',
    'lng',
  ],
  ...['latitude', 'longitude', 'age', 'sex', 'gender', 'patientid', 'patientage', 'patientgender', 'patientsex'],
  ...['viewposition', 'followup', 'followup#', 'studyid', 'seriesid', 'license', 'numlabels', 'nlabels'],
])

/** Labels, where they hold states; else facts. */
const perhapsMetadata = new Set([
  ...['left', 'top', 'right', 'bottom', 'source', 'location', 'camera', 'comment', 'comments', 'note', 'notes'],
  ...['caption', 'description', 'title', 'text', 'folder', 'directory'],
])

/** Facts about an image, which are none of its labels; columns that pandas names itself, too. */
export function isMetadataColumn(name: string, holdsStates: boolean): boolean {
  const key = plain(name)
  return (
    metadataNames.has(key) ||
    (!holdsStates && perhapsMetadata.has(key)) ||
    /^unnamed:?\d+(level\d+)?$/.test(key) ||
    isScoreColumn(name) ||
    isImageColumn(name)
  )
}

/** Whether a cell is the name or the address of an image. */
export function looksLikeImage(cell: string): boolean {
  const name = cell.trim().replace(/[?#].*$/, '')
  return name.includes('.') && hasImageName(name) && !/[|;]/.test(name)
}
