/** Files by their names, as the documentation of programs shows them. */
export type Files = Record<string, unknown>

/** One line each: as it is, or as JSON. */
export const text = (...lines: unknown[]) =>
  lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('')

/** What most of them say. */
export const dogs = { 'a.jpg': ['dog', 'cat'], 'b.jpg': ['dog'] }

const viaRegion = (name: string) => ({ shape_attributes: { name: 'rect', x: 1 }, region_attributes: { type: name } })
const viaEntry = (filename: string, ...names: string[]) => ({
  ...{ filename, size: 7, file_attributes: { caption: '' } },
  regions: names.map(viaRegion),
})
export const viaEntries = {
  'a.jpg7': viaEntry('a.jpg', 'dog', 'cat'),
  'b.jpg7': viaEntry('b.jpg', 'dog'),
  'c.jpg7': viaEntry('c.jpg'),
}
const viaProject = (attributes: unknown, entries: unknown) => ({
  ...{ _via_settings: { project: { name: 'x' } }, _via_img_metadata: entries, _via_attributes: attributes },
  ...{ _via_data_format_version: '2.0.10', _via_image_id_list: ['a.jpg7'] },
})
const viaColumns = 'filename,file_size,file_attributes,region_count,region_id,region_shape_attributes,region_attributes'

export const sageMaker = (image: string, job: string, value: unknown, facts: object, type: string) => ({
  'source-ref': `s3://bucket/${image}`,
  [job]: value,
  [`${job}-metadata`]: {
    'job-name': 'labeling-job/x',
    'human-annotated': 'yes',
    type: `groundtruth/${type}`,
    ...facts,
  },
})
export const many = 'image-classification-multilabel'

const superviselyTag = (name: string, value: unknown = null) => ({ name, value, labelerLogin: 'x', tagId: 2 })
const supervisely = (tags: unknown[]) => ({
  ...{ description: '', size: { height: 10, width: 10 }, tags, objects: [] },
})

const darwin = (name: string, ...labels: string[]) => ({
  ...{ version: '2.0', item: { name, path: '/', slots: [] } },
  annotations: labels.map((label) => ({ id: 'x', name: label, tag: {} })),
})

export const yoloBoxes = { 'a.txt': '0 0.5 0.5 0.1 0.1\n1 0.5 0.5 0.1 0.1\n', 'b.txt': '0 0.5 0.5 0.1 0.1\n' }

/** What is imported as which format, and what the project knows then; without it: `dogs`. */
export const cases: [name: string, format: string, files: Files, told?: Record<string, string[]>][] = [
  [
    'makesense: boxes, without a header',
    'tags',
    { 'labels.csv': text('dog,10,20,99,9,a.jpg,640,480', 'cat,1,2,9,9,a.jpg,640,480', 'dog,5,6,7,8,b.jpg,640,480') },
  ],
  [
    'makesense: boxes',
    'tags',
    {
      'labels.csv': text(
        'label_name,bbox_x,bbox_y,bbox_width,bbox_height,image_name,image_width,image_height',
        ...['dog,10,20,99,9,a.jpg,640,480', 'cat,1,2,9,9,a.jpg,640,480', 'dog,5,6,7,8,b.jpg,640,480'],
      ),
    },
  ],
  ['makesense: tags', 'tags', { 'labels.csv': text('a.jpg,"[dog,cat]"', 'b.jpg,"[dog]"') }],
  [
    'makesense: tags as JSON',
    'records',
    {
      'labels.json': [
        { image: 'a.jpg', annotations: ['dog', 'cat'] },
        { image: 'b.jpg', annotations: ['dog'] },
      ],
    },
  ],
  ['makesense: YOLO', 'yolo', { ...yoloBoxes, 'labels.txt': 'dog\ncat\n' }],
  [
    'makesense: VOC',
    'voc',
    {
      'a.xml':
        '<annotation><folder>my-project-name</folder><filename>a.jpg</filename><path>/my-project-name/a.jpg</path>' +
        '<object><name>dog</name></object><object><name>cat</name></object></annotation>',
      'b.xml': '<annotation><filename>b.jpg</filename><object><name>dog</name></object></annotation>',
    },
  ],
  [
    'makesense: COCO',
    'coco',
    {
      'labels.json': {
        info: { description: 'my-project-name' },
        images: [
          { id: 1, width: 640, height: 480, file_name: 'a.jpg' },
          { id: 2, file_name: 'b.jpg' },
        ],
        annotations: [
          [0, 1, 1],
          [1, 1, 2],
          [2, 2, 1],
        ].map(([id, image_id, category_id]) => ({
          ...{ id, iscrowd: 0, image_id, category_id, bbox: [1, 2, 3, 4], area: 12 },
        })),
        categories: [
          { id: 1, name: 'dog' },
          { id: 2, name: 'cat' },
        ],
      },
    },
  ],
  ['VIA: a project', 'via', { 'x.json': viaProject({ region: { type: { type: 'dropdown' } }, file: {} }, viaEntries) }],
  ['VIA: annotations', 'via', { 'x.json': viaEntries }],
  [
    'VIA 1: regions by number',
    'via',
    {
      'x.json': {
        'a.jpg7': { ...viaEntry('a.jpg'), regions: { 0: viaRegion('dog'), 1: viaRegion('cat') } },
        'b.jpg7': { ...viaEntry('b.jpg'), regions: { 0: viaRegion('dog') } },
      },
    },
  ],
  [
    'VIA: what is ticked for the whole image, by the names of the options',
    'via',
    {
      'x.json': viaProject(
        { region: {}, file: { content: { type: 'checkbox', options: { d: 'dog', cat: '' } }, note: { type: 'text' } } },
        {
          1: { filename: 'a.jpg', regions: [], file_attributes: { content: { d: true, cat: true }, note: 'nice' } },
          2: { filename: 'b.jpg', regions: [], file_attributes: { content: { d: true, cat: false } } },
        },
      ),
    },
  ],
  [
    'VIA: CSV',
    'via',
    {
      'x.csv': text(
        ...[viaColumns, 'a.jpg,7,"{}",2,0,"{""name"":""rect"",""x"":1}","{""type"":""dog""}"'],
        ...['a.jpg,7,"{}",2,1,"{}","{""type"":""cat""}"', 'b.jpg,7,"{}",1,0,"{}","{""type"":""dog""}"'],
        'c.jpg,7,"{}",0,0,"{}","{}"',
      ),
    },
  ],
  [
    'VIA: CSV of whole images',
    'via',
    {
      'x.csv': text(
        ...[`#${viaColumns}`, 'a.jpg,7,"{""content"":{""dog"":true,""cat"":true}}",0,0,"{}","{}"'],
        'b.jpg,7,"{""content"":""dog""}",0,0,"{}","{}"',
      ),
    },
  ],
  [
    'Vertex AI: several labels',
    'records',
    {
      'x.jsonl': text(
        {
          imageGcsUri: 'gs://bucket/a.jpg',
          classificationAnnotations: [
            { displayName: 'dog', annotationResourceLabels: { 'aiplatform.googleapis.com/annotation_set_name': 's' } },
            { displayName: 'cat' },
          ],
          dataItemResourceLabels: { 'aiplatform.googleapis.com/ml_use': 'training' },
        },
        { imageGcsUri: 'gs://bucket/b.jpg', classificationAnnotations: [{ displayName: 'dog' }] },
      ),
    },
  ],
  [
    'Vertex AI: one label',
    'records',
    { 'x.jsonl': text({ imageGcsUri: 'gs://bucket/a.jpg', classificationAnnotation: { displayName: 'dog' } }) },
    { 'a.jpg': ['dog'] },
  ],
  [
    'Vertex AI: boxes',
    'records',
    {
      'x.jsonl': text(
        {
          imageGcsUri: 'gs://b/a.jpg',
          boundingBoxAnnotations: [{ displayName: 'dog', xMin: 0.3 }, { displayName: 'cat' }],
        },
        { imageGcsUri: 'gs://b/b.jpg', boundingBoxAnnotations: [{ displayName: 'dog', xMin: 0.1 }] },
      ),
    },
  ],
  [
    'Vertex AI: CSV',
    'tags',
    {
      'x.csv': text('training,gs://bucket/a.jpg,dog,cat', 'test,gs://bucket/b.jpg,dog', 'UNASSIGNED,gs://bucket/c.jpg'),
    },
  ],
  ['Vertex AI: CSV without the use', 'tags', { 'x.csv': text('gs://bucket/a.jpg,dog,cat', 'gs://bucket/b.jpg,dog') }],
  [
    'AutoML: CSV of boxes',
    'tags',
    {
      'x.csv': text(
        'TRAIN,gs://b/a.jpg,dog,0.1,0.1,,,0.3,0.3,,',
        'TEST,gs://b/a.jpg,cat,0.1,0.1,,,0.3,0.3,,',
        'TEST,gs://b/b.jpg,dog,0.1,0.1,,,0.3,0.3,,',
      ),
    },
  ],
  [
    'SageMaker: several labels',
    'records',
    {
      'output.manifest': text(
        sageMaker('a.jpg', 'job', [0, 4], { 'class-map': { 0: 'dog', 4: 'cat' } }, many),
        sageMaker('b.jpg', 'job', [0], { 'class-map': { 0: 'dog' } }, many),
        sageMaker('c.jpg', 'job', [], { 'class-map': {} }, many),
      ),
    },
  ],
  [
    'SageMaker: one label',
    'records',
    {
      'output.manifest': text(
        sageMaker('a.jpg', 'species', 0, { 'class-name': 'dog', confidence: 0.9 }, 'image-classification'),
        sageMaker('b.jpg', 'species', 1, { 'class-name': 'cat', confidence: 0 }, 'image-classification'),
      ),
    },
    { 'a.jpg': ['dog'], 'b.jpg': ['cat'] },
  ],
  [
    'SageMaker: boxes',
    'records',
    {
      'output.manifest': text(
        ...Object.entries({ 'a.jpg': [0, 1], 'b.jpg': [0] }).map(([image, ids]) => {
          const annotations = ids.map((class_id) => ({ class_id, top: 1, left: 1, height: 1, width: 1 }))
          const facts = { 'class-map': { 0: 'dog', 1: 'cat' }, objects: ids.map(() => ({ confidence: 0.8 })) }
          return sageMaker(image, 'boxes', { image_size: [], annotations }, facts, 'object-detection')
        }),
      ),
    },
  ],
  [
    'Azure ML',
    'records',
    {
      'x.jsonl': text(
        { image_url: 'azureml://x/paths/a.jpg', label: ['dog', 'cat'], label_confidence: [1, 1] },
        { image_url: 'azureml://x/paths/b.jpg', label: ['dog'], label_confidence: [1] },
      ),
    },
  ],
  ['booru tags', 'tag-files', { 'a.jpg': '', 'a.txt': 'dog, cat', 'b.jpg': '', 'b.txt': 'dog\n', 'c.jpg': '' }],
  [
    'booru tags, as training tools have them',
    'tag-files',
    {
      '10_pets/a.jpg': '',
      '10_pets/a.txt': 'long hair, pet \\(dog\\)',
      '10_pets/b.jpg': '',
      '10_pets/b.txt': 'long hair',
    },
    { 'a.jpg': ['long hair', 'pet (dog)'], 'b.jpg': ['long hair'] },
  ],
  [
    'booru tags, between blanks',
    'tag-files',
    { 'a.jpg': '', 'a.jpg.txt': 'long_hair dog', 'b.jpg': '', 'b.jpg.txt': 'dog' },
    { 'a.jpg': ['long hair', 'dog'], 'b.jpg': ['dog'] },
  ],
  [
    'Supervisely',
    'image-json',
    {
      'meta.json': { classes: [{ title: 'cat', shape: 'rectangle', color: '#FFF' }], tags: [{ name: 'dog' }] },
      'ds0/ann/a.jpg.json': supervisely([superviselyTag('dog'), superviselyTag('cat')]),
      'ds0/img/a.jpg': '',
      'ds0/ann/b.jpg.json': supervisely([superviselyTag('animal', 'dog')]),
      'ds0/ann/c.jpg.json': supervisely([]),
    },
  ],
  ['V7 Darwin', 'image-json', { 'a.json': darwin('a.jpg', 'dog', 'cat'), 'b.json': darwin('b.jpg', 'dog') }],
  [
    'ChestX-ray14',
    'tags',
    {
      'Data_Entry_2017.csv': text(
        'Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,View Position,OriginalImage[Width,Height],OriginalImagePixelSpacing[x,y],',
        ...['a.jpg,dog|cat,0,1,58,M,PA,2682,2749,0.143,0.143,', 'b.jpg,dog,1,1,58,M,PA,2894,2729,0.143,0.143,'],
        'c.jpg,No Finding,2,1,58,M,PA,2500,2048,0.168,0.168,',
      ),
    },
  ],
  [
    'CelebA',
    'csv-wide',
    { 'list_attr_celeba.txt': text('2', 'Male Young 5_o_Clock_Shadow ', 'a.jpg -1  1  1', 'b.jpg  1 -1  1') },
    { 'a.jpg': ['no Male', 'Young', '5_o_Clock_Shadow'], 'b.jpg': ['Male', 'no Young', '5_o_Clock_Shadow'] },
  ],
  [
    'LightlyStudio',
    'tags',
    {
      'x.csv': text(
        ...[
          'sample_id,file_name,file_path_abs,tag',
          '1,a.jpg,/x/a.jpg,dog',
          '1,a.jpg,/x/a.jpg,cat',
          '2,b.jpg,/x/b.jpg,dog',
        ],
      ),
    },
  ],
]
