import { useLayoutEffect, useRef } from 'react'
import { pictureFailed } from '../state/pictures.ts'
import { useImagesAllowed } from '../state/queries.ts'
import { useThumbnail } from '../state/thumbnails.ts'

interface Props {
  image: { id: number; version: string }
  /** Empty where the text beside it says what it is. */
  alt?: string
  className: string
}

/** A thumbnail; an empty box while images may not be read. */
export function Thumbnail(props: Props) {
  return useImagesAllowed() ? <Picture {...props} /> : <span className={props.className} />
}

function Picture({ image, alt = '', className }: Props) {
  const element = useRef<HTMLImageElement>(null)
  const src = useThumbnail(image)
  // Cancels the load of an image that leaves the page before it has arrived: browsers would go on loading it, and those in its
  // place would have to wait.
  useLayoutEffect(() => {
    const picture = element.current
    if (!picture || !src) return
    if (!picture.hasAttribute('src')) picture.src = src
    return () => {
      if (!picture.complete) picture.removeAttribute('src')
    }
  }, [src])
  return (
    <img
      ref={element}
      alt={alt}
      draggable={false}
      src={src}
      className={className}
      onError={() => pictureFailed(image.id)}
    />
  )
}
