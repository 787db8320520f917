import { useLayoutEffect, useRef } from 'react'
import { pictureFailed } from '../state/pictures.ts'
import { useImagesAllowed } from '../state/queries.ts'
import { useThumbnail } from '../state/thumbnails.ts'

interface Props {
  image: { id: number; version: string }
  /** Nothing where the words beside it say what it is. */
  alt?: string
  className: string
}

/** An image in small; an empty place while images may not be read. */
export function Thumbnail(props: Props) {
  return useImagesAllowed() ? <Picture {...props} /> : <span className={props.className} />
}

function Picture({ image, alt = '', className }: Props) {
  const element = useRef<HTMLImageElement>(null)
  const src = useThumbnail(image)
  // One that leaves the page before it is here is no longer asked for: browsers go on loading it, and those that came into its
  // place would wait.
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
