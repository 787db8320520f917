import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { crc32, deflateSync } from 'node:zlib'
import sharp from 'sharp'
import {
  aliases,
  chunk,
  cocoText,
  csvRows,
  laughs,
  loopedTiff,
  mebi,
  ofMegabytes,
  photo,
  picture,
  png,
  repeated,
  small,
  stream,
  svg,
  text,
  withSegment,
} from './monsterFiles.ts'

/** A file that is large, deep, dense or two things at once, on purpose. */
export interface Monster {
  title: string
  /** How large, in words. @param scale 1: as large as it is meant to be */
  size: (scale: number) => string
  /** Which reader it is given to. */
  reader: string
  /** Writes it. @returns the path within the folder that is opened, '' for the folder */
  make: (folder: string, scale: number) => Promise<string>
  /** What becomes of it: 'read', the code of a sentence, or of an image, 'ok' or the code of its reason. */
  becomes: readonly string[]
}

const jsons: Monster[] = [
  {
    title: 'COCO JSON, half a gigabyte',
    reader: 'coco',
    size: ofMegabytes(500),
    make: text('x.json', cocoText),
    becomes: ['read'],
  },
  {
    ...{
      title: 'JSON, one text',
      reader: 'coco',
      size: (scale) => ofMegabytes(Math.max(130, 500 * scale))(1),
      becomes: ['json-too-large'],
    },
    make: text('x.json', function* (scale) {
      yield '{"images":["'
      yield* repeated('x', Math.max(130, 500 * scale) * mebi)
      yield '"]}'
    }),
  },
  {
    ...{
      title: 'JSON, nested without end',
      reader: 'coco',
      size: ofMegabytes(100),
      becomes: ['json-too-deep', 'coco-results'],
    },
    make: text('x.json', (scale) => repeated('[', 100 * scale * mebi)),
  },
  {
    ...{
      title: 'JSON, objects nested in the list of images',
      reader: 'coco',
      size: ofMegabytes(100),
      becomes: ['json-too-deep'],
    },
    make: text('x.json', function* (scale) {
      yield '{"images":['
      yield* repeated('{"a":', 100 * scale * mebi)
    }),
  },
  {
    ...{
      title: 'JSON, the same keys again and again, __proto__ among them',
      reader: 'coco',
      size: ofMegabytes(100),
      becomes: ['read'],
    },
    make: text('x.json', function* (scale) {
      yield '{"images":[{"id":1,"file_name":"a.jpg"}],"categories":[{"id":1,"name":"__proto__"}],"annotations":[]'
      yield* repeated(
        ',"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"images":[{"id":1,"id":2}]',
        0,
      )
      const piece =
        ',"__proto__":{"polluted":true},"images":[{"id":1,"id":2,"__proto__":{"polluted":1},"file_name":"a.jpg"}]'
      for (let i = 0; i < (100 * scale * mebi) / piece.length; i++) yield piece
      yield '}'
    }),
  },
  {
    // NaN is nothing: what is left has neither images that can be named nor labels.
    ...{ title: 'JSON with NaN', reader: 'coco', size: small, becomes: ['not-coco'] },
    make: text('x.json', () => ['{"images":[{"id":NaN,"file_name":"a.jpg"}],"categories":[]}']),
  },
]

const tables: Monster[] = [
  {
    ...{ title: 'CSV, ten million rows', reader: 'csv', becomes: ['read'], make: text('x.csv', csvRows) },
    size: (scale) => `${(10_000_000 * scale).toLocaleString('en')} rows`,
  },
  {
    ...{ title: 'CSV, a gigabyte in one field', reader: 'csv', size: ofMegabytes(1024), becomes: ['not-csv'] },
    make: text('x.csv', function* (scale) {
      yield 'image,label,value\n"'
      yield* repeated('a,b ', 1024 * scale * mebi)
    }),
  },
  {
    ...{
      title: 'CSV, a million columns',
      reader: 'csv-wide',
      size: () => '1,000,000 columns',
      becomes: ['not-csv', 'not-csv-wide', 'read'],
    },
    make: text('x.csv', function* () {
      yield 'image'
      for (let i = 0; i < 1_000_000; i++) yield `,l${i}`
      yield '\na.jpg'
      yield ',1'.repeat(1_000_000)
    }),
  },
  {
    ...{ title: 'NumPy, a shape of 10¹²', reader: 'npy', size: small, becomes: ['not-npy', 'npy-names'] },
    make: async (folder) => {
      const head = "{'descr': '|i1', 'fortran_order': False, 'shape': (1000000, 1000000), }"
      const bytes = Buffer.concat([
        Buffer.from('\x93NUMPY\x01\x00', 'latin1'),
        Buffer.from([118, 0]),
        Buffer.from(head.padEnd(118)),
      ])
      writeFileSync(path.join(folder, 'x.npy'), bytes)
      writeFileSync(path.join(folder, 'x.names.json'), '{"images":["a.jpg"],"labels":["dog"]}')
      return 'x.npy'
    },
  },
  {
    ...{ title: 'safetensors, a header of 8 EB', reader: 'safetensors', size: small, becomes: ['not-safetensors'] },
    make: picture('x.safetensors', () => Buffer.from([0, 0, 0, 0, 0, 0, 0, 0x70, 0x7b, 0x7d])),
  },
  {
    ...{ title: 'safetensors, a tensor of 10¹⁸', reader: 'safetensors', size: small, becomes: ['not-safetensors'] },
    make: picture('x.safetensors', () => {
      const header = '{"a":{"dtype":"F32","shape":[1000000000,1000000000],"data_offsets":[0,4]}}'.padEnd(80)
      return Buffer.concat([Buffer.from([80, 0, 0, 0, 0, 0, 0, 0]), Buffer.from(header), Buffer.alloc(4)])
    }),
  },
]

const markups: Monster[] = [
  { title: 'XML, a billion laughs', reader: 'cvat', size: small, make: text('x.xml', laughs), becomes: ['not-xml'] },
  {
    ...{ title: 'XML, an entity from a file', reader: 'cvat', size: small, becomes: ['not-xml'] },
    make: text('x.xml', () => [
      '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><annotations><image name="&b;"/></annotations>',
    ]),
  },
  {
    ...{
      title: 'XML, an entity as long as the file, a thousand times',
      reader: 'cvat',
      size: ofMegabytes(50),
      becomes: ['not-xml'],
    },
    make: text('x.xml', function* (scale) {
      yield '<!DOCTYPE a [<!ENTITY b "'
      yield* repeated('x', 50 * scale * mebi)
      yield `">]><annotations>${'&b;'.repeat(1000)}</annotations>`
    }),
  },
  {
    ...{ title: 'XML, nested without end', reader: 'cvat', size: ofMegabytes(100), becomes: ['not-xml'] },
    make: text('x.xml', function* (scale) {
      yield '<annotations>'
      yield* repeated('<a>', 100 * scale * mebi)
    }),
  },
  {
    ...{ title: 'XML, one attribute', reader: 'cvat', size: ofMegabytes(500), becomes: ['not-xml'] },
    make: text('x.xml', function* (scale) {
      yield '<annotations><image name="'
      yield* repeated('x', 500 * scale * mebi)
    }),
  },
  {
    ...{ title: 'XML, one comment', reader: 'cvat', size: ofMegabytes(500), becomes: ['not-xml', 'read'] },
    make: text('x.xml', function* (scale) {
      yield '<annotations><!-- '
      yield* repeated('x', 500 * scale * mebi)
      yield ' --></annotations>'
    }),
  },
  {
    ...{ title: 'YAML, aliases of aliases', reader: 'yolo', size: small, becomes: ['not-yolo'] },
    make: async (folder) => {
      mkdirSync(path.join(folder, 'data', 'labels'), { recursive: true })
      writeFileSync(path.join(folder, 'data', 'labels', 'a.txt'), '0 0.5 0.5 1 1\n')
      await stream(path.join(folder, 'data', 'data.yaml'), aliases())
      return 'data'
    },
  },
  {
    ...{ title: 'YAML, nested without end', reader: 'yolo', size: ofMegabytes(4), becomes: ['not-yolo'] },
    make: async (folder, scale) => {
      mkdirSync(path.join(folder, 'data', 'labels'), { recursive: true })
      writeFileSync(path.join(folder, 'data', 'labels', 'a.txt'), '0 0.5 0.5 1 1\n')
      await stream(path.join(folder, 'data', 'data.yaml'), repeated('[', 4 * scale * mebi - 1024))
      return 'data'
    },
  },
]

const pictures: Monster[] = [
  {
    ...{
      title: 'PNG, 60,000 × 60,000 pixels in a few kB',
      reader: 'picture',
      size: () => '3,600 megapixels',
      becomes: ['too-large'],
    },
    make: picture('a.png', () => {
      const bytes = png(1, 1)
      bytes.writeUInt32BE(60_000, 16)
      bytes.writeUInt32BE(60_000, 20)
      bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29)
      return bytes
    }),
  },
  {
    ...{
      title: 'PNG, as large as is allowed, of nothing',
      reader: 'picture',
      size: () => '268 megapixels',
      becomes: ['ok'],
    },
    make: picture('a.png', () => png(16_383, 16_383)),
  },
  {
    ...{
      title: 'PNG, a colour profile that inflates',
      reader: 'picture',
      size: () => '256 MB in 256 kB',
      becomes: ['ok', 'damaged'],
    },
    make: picture('a.png', () => {
      const profile = Buffer.concat([
        Buffer.from('x\0\0', 'latin1'),
        deflateSync(Buffer.alloc(256 * mebi), { level: 9 }),
      ])
      return png(8, 8, [chunk('iCCP', profile)])
    }),
  },
  {
    ...{
      title: 'PNG, a text that inflates',
      reader: 'picture',
      size: () => '256 MB in 256 kB',
      becomes: ['ok', 'damaged'],
    },
    make: picture('a.png', () => {
      const comment = Buffer.concat([
        Buffer.from('x\0\0', 'latin1'),
        deflateSync(Buffer.alloc(256 * mebi), { level: 9 }),
      ])
      return png(8, 8, [chunk('zTXt', comment)])
    }),
  },
  {
    ...{ title: 'strip, 65,535 × 1 pixels, JPEG', reader: 'picture', size: small, becomes: ['ok'] },
    make: picture('a.jpg', () =>
      sharp({ create: { width: 65_500, height: 1, channels: 3, background: '#123' } })
        .jpeg()
        .toBuffer(),
    ),
  },
  {
    ...{ title: 'strip, 1 × 65,535 pixels, PNG', reader: 'picture', size: small, becomes: ['ok'] },
    make: picture('a.png', () => png(1, 65_535)),
  },
  {
    ...{ title: 'strip, 65,535 × 3 pixels, TIFF', reader: 'picture', size: small, becomes: ['ok'] },
    make: picture('a.tif', () =>
      sharp({ create: { width: 65_535, height: 3, channels: 3, background: '#123' } })
        .tiff({ compression: 'none' })
        .toBuffer(),
    ),
  },
  {
    ...{ title: 'EXIF of rubbish', reader: 'picture', size: small, becomes: ['ok'] },
    make: picture('a.jpg', () =>
      withSegment(
        0xe1,
        Buffer.concat([Buffer.from('Exif\0\0II*\0\xff\xff\xff\xff', 'latin1'), Buffer.alloc(60_000, 0xa5)]),
      ),
    ),
  },
  {
    ...{ title: 'EXIF that leads to itself', reader: 'picture', size: small, becomes: ['ok'] },
    make: picture('a.jpg', () => withSegment(0xe1, Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), loopedTiff()]))),
  },
  {
    ...{ title: 'ICC profile of rubbish', reader: 'picture', size: small, becomes: ['ok'] },
    make: picture('a.jpg', () =>
      withSegment(0xe2, Buffer.concat([Buffer.from('ICC_PROFILE\0\x01\x01', 'latin1'), Buffer.alloc(60_000, 0x5a)])),
    ),
  },
  {
    ...{ title: 'TIFF whose directories lead to themselves', reader: 'picture', size: small, becomes: ['damaged'] },
    make: picture('a.tif', loopedTiff),
  },
  {
    ...{ title: 'JPEG and web page at once', reader: 'picture', size: small, becomes: ['ok'] },
    make: picture('a.jpg', async () =>
      Buffer.concat([
        await withSegment(0xfe, Buffer.from('--><script>alert(1)</script><!--')),
        Buffer.from('<html><script>alert(1)</script>'),
      ]),
    ),
  },
  {
    ...{ title: 'GIF and script at once', reader: 'picture', size: small, becomes: ['damaged', 'too-large', 'ok'] },
    make: picture('a.gif', () => Buffer.from('GIF89a/*\x2f\x2a\0\0*/=1;alert(1)//\0\0', 'latin1')),
  },
  {
    ...{ title: 'ZIP behind a JPEG', reader: 'picture', size: small, becomes: ['ok'] },
    make: picture('a.jpg', async () =>
      Buffer.concat([
        await photo(),
        Buffer.from('PK\x03\x04'),
        Buffer.alloc(200),
        Buffer.from('PK\x05\x06'),
        Buffer.alloc(18),
      ]),
    ),
  },
  ...['a.png', 'a.jpg', 'a.webp'].map((name) => ({
    ...{
      title: `SVG with a script and files of others, called ${name}`,
      reader: 'picture',
      size: small,
      becomes: ['not-an-image'],
    },
    make: picture(name, () => Buffer.from(svg)),
  })),
  {
    ...{ title: 'SVG behind the beginning of a PNG', reader: 'picture', size: small, becomes: ['damaged'] },
    make: picture('a.png', () => Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.from(svg)])),
  },
]

export const monsters: readonly Monster[] = [...jsons, ...tables, ...markups, ...pictures]
