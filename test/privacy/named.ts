import path from 'node:path'

const [hex, uuid, image] = ['[0-9a-f]+', '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}', String.raw`\d{3}\.png`]

/** Features of a cache folder. */
const features = String.raw`features(/${hex}(/(writer\.lock|about\.json|records|index))?)?`

/** Of a project. */
const cache = [
  String.raw`CACHEDIR\.TAG`,
  String.raw`thumbnails(/${hex}(/${hex}\.webp)?)?`,
  features,
  String.raw`checkpoints(/${hex}-cpu(/[a-z]+(-\d)?\.checkpoint)?)?`,
  String.raw`models(/${uuid}\.(onnx|gains|scores|suggester\.safetensors))?`,
]

/** Everything that is written, by the folders that a person knows of; nothing of it is in the temporary folder, or in the home. */
const named: Record<string, readonly string[]> = {
  project: [
    String.raw`secret\.surmise(-wal|-shm|-journal|-lock|-lock-journal)?`,
    String.raw`secret\.surmise-backups(/\d{4} [\d-]{10} [\d-]{8}Z [a-z ]+\.surmise)?`,
    String.raw`secret\.surmise-cache`,
    // The copy that is merged is looked at.
    String.raw`copy\.surmise-(wal|shm)`,
  ],
  'project/secret.surmise-cache': cache,
  'person/config': ['surmise'],
  'person/config/surmise': [
    String.raw`logs(/surmise\.log)?`,
    String.raw`(recent|exports|image-folders|browsers|remembered)\.json`,
    `writing(/${uuid}\\.json)?`,
    // Features of labelled folders, so that a second run needn’t compute them again.
    String.raw`benchmarks(/${hex}(/(CACHEDIR\.TAG|${features}))?)?`,
  ],
  // What a graphics card’s driver has compiled for it, where there is one.
  'person/cache': ['(mesa_shader_cache|mesa_shader_cache_db|nvidia|NVIDIA)(/.*)?'],
  'out/sample/Sample.surmise-cache': cache,
  'out/sample': [
    String.raw`Sample\.surmise(-wal|-shm|-journal|-lock|-lock-journal)?`,
    `images(/${image.replace('png', 'jpg')})?`,
    String.raw`(labels\.txt|truth\.tsv)`,
  ],
  out: [
    String.raw`(suggestions\.csv|report\.html)`,
    String.raw`model\.(onnx|card\.json|card\.md|example\.mjs|example\.py)`,
    String.raw`[\w-]+\.out(\.labels\.csv)?`,
    String.raw`datumaro\.out/(annotations(/default\.json)?|images(/${image})?)`,
    String.raw`cvat\.out/(annotations\.xml|images(/${image})?)`,
    String.raw`coco\.out/(annotations(/labels_default\.json)?|images(/README\.txt)?)`,
    String.raw`(label-studio-config\.xml|npy\.out\.names\.json|tags\.labels\.csv|open-images-class-descriptions\.csv)`,
    String.raw`fiftyone(/(data(/${image})?|labels\.json))?`,
    `folders(/(HIV positive|right)(/${image})?)?`,
    String.raw`huggingface(/(${image}|README\.md|metadata\.jsonl))?`,
    String.raw`voc(/(labelmap\.txt|Annotations(/\d{3}\.xml)?|JPEGImages(/${image})?|ImageSets(/Main(/[\w ]+\.txt)?)?))?`,
    String.raw`yolo(/(data\.yaml|images(/train(/${image})?)?|labels(/train(/\d{3}\.txt)?)?))?`,
    `yolo-cls(/train(/(HIV positive|right)(/${image})?)?)?`,
  ],
}

/** What is being written lies beside its place, with a beginning of its name, until it is whole. */
const unfinished = /^\.(.+)\.surmise-[0-9a-f]+-\d+-[0-9a-f]+\.tmp(-wal|-shm|-journal)?$/

/** Opened for writing, and no files: devices, and whom the kernel ends first where memory runs out. */
const device = /^\/dev\/(null|tty|dri\/\w+|nvidia[\w-]*|dxg)$|^\/proc\/(self|\d+)\/oom_score_adj$/

/** @param folder in which all of the above lies */
export function isNamed(folder: string, place: string): boolean {
  if (device.test(place)) return true
  const parts = path.relative(folder, place).split(path.sep)
  const whole = (names: readonly string[]) => names.map((name) => unfinished.exec(name)?.[1] ?? name).join('/')
  const fits = (file: string) =>
    Object.entries(named).some(([home, names]) =>
      names.some((name) => new RegExp(`^${home}/${name}$`).exec(file) !== null || file === home),
    )
  return fits(whole(parts)) || (unfinished.test(parts.at(-1)!) && fits(whole(parts.slice(0, -1))))
}
