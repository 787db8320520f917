import type { ImportPreview } from '../../contract/schemas.ts'
import { texts } from '../texts/index.ts'

/** The first images of a file with their labels, to see at a glance whether it was read correctly. */
export function FirstImages({ images }: { images: ImportPreview['first'] }) {
  if (images.length === 0) return null
  return (
    <section>
      <h3 className="m-0 mb-1 text-sm font-medium">{texts.exchange.firstImages}</h3>
      <ul className="m-0 flex list-none flex-col gap-1 rounded-md border border-line px-3 py-2">
        {images.map(({ inFile, image, present, absent }) => (
          <li key={image} className="break-words" dir="auto">
            <span className="font-medium" title={inFile}>
              {image}
            </span>
            <span className={present.length === 0 ? 'text-muted' : ''}>
              {' – '}
              {present.length === 0 ? texts.exchange.noLabels : present.join(texts.exchange.between)}
            </span>
            {absent.length > 0 && <span className="text-muted"> {texts.exchange.absentToo(absent)}</span>}
          </li>
        ))}
      </ul>
    </section>
  )
}
