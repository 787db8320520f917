import { UserError } from '../../base/errors.ts'
import { attribute, parseXml } from '../read/xml.ts'

/** Choices about an image, as a labelling configuration of Label Studio has them. */
export interface ChoicesControl {
  name: string
  /** The image that they are about. */
  toName: string
  /** Where the image's address is in a task's data. */
  dataKey: string
  /** Values, in their order. */
  choices: string[]
  /** Whether only one may be chosen. */
  single: boolean
}

/**
 * The controls of a configuration that a prediction about a whole image can fill in.
 * @throws UserError `label-config`
 */
export function choicesControls(configuration: string): ChoicesControl[] {
  const images = new Map<string, string>()
  const controls: (Omit<ChoicesControl, 'dataKey'> & { open: boolean })[] = []
  try {
    parseXml(configuration, {
      open: (tag, attributes) => {
        const of = (name: string): string => attribute(attributes, name) ?? ''
        if (tag === 'Image') images.set(of('name'), of('value').replace(/^\$/, ''))
        if (tag === 'Choices') {
          // Where the configuration says nothing, one alone may be chosen.
          const single = !/^multiple$/i.test(of('choice'))
          controls.push({ name: of('name'), toName: of('toName'), choices: [], single, open: true })
        }
        const current = controls.at(-1)
        if (tag === 'Choice' && current?.open) current.choices.push(of('value'))
      },
      close: (tag) => {
        const current = controls.at(-1)
        if (tag === 'Choices' && current) current.open = false
      },
    })
  } catch (error) {
    throw new UserError(
      'label-config',
      'The labelling configuration can’t be read as XML.',
      'Check the project’s labelling interface in Label Studio.',
      { cause: error },
    )
  }
  return controls.flatMap(({ open: _, ...control }) => {
    const dataKey = images.get(control.toName)
    return dataKey === undefined ? [] : [{ ...control, dataKey }]
  })
}
