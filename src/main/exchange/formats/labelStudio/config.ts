import { UserError } from '../../../base/errors.ts'
import { attribute, parseXml } from '../../read/xml.ts'

/** One answer that a control offers. */
export interface Choice {
  /** What people see. */
  value: string
  /** What results hold instead, where it has an alias. */
  alias?: string
}

/** Something in a labelling configuration of Label Studio that people answer with. */
export interface Control {
  /** Lower case: choices, rectanglelabels, taxonomy, textarea, … */
  tag: string
  name: string
  /** What it is about. */
  toName: string
  choices: Choice[]
  /** Whether only one may be chosen. */
  single: boolean
  /** About each region of the image, not about the image. */
  perRegion: boolean
}

export interface LabelConfig {
  /** Where each image's address is in a task's data, by the image's name. */
  images: Map<string, string>
  controls: Control[]
}

/** Choices about an image. */
export interface ChoicesControl extends Control {
  /** Where the image's address is in a task's data. */
  dataKey: string
}

/** @throws UserError `label-config` */
export function labelConfigOf(configuration: string): LabelConfig {
  const images = new Map<string, string>()
  const controls: Control[] = []
  const open: { tag: string; control: Control }[] = []
  try {
    parseXml(configuration, {
      open: (name, attributes) => {
        const tag = name.toLowerCase()
        const of = (wanted: string): string => attribute(attributes, wanted) ?? ''
        if (tag === 'image') images.set(of('name'), of('value').replace(/^\$/, ''))
        const current = open.at(-1)?.control
        if (current && (tag === 'choice' || tag === 'label')) {
          const alias = of('alias')
          current.choices.push({ value: of('value'), ...(alias === '' ? {} : { alias }) })
        } else if (of('toName') !== '') {
          // Where the configuration says nothing, one alone may be chosen.
          const single = tag === 'choices' && !/^multiple$/i.test(of('choice'))
          const perRegion = /^true$/i.test(of('perRegion'))
          const control = { tag, name: of('name'), toName: of('toName'), choices: [], single, perRegion }
          controls.push(control)
          open.push({ tag, control })
        }
      },
      close: (name) => {
        if (open.at(-1)?.tag === name.toLowerCase()) open.pop()
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
  return { images, controls }
}

/**
 * The controls of a configuration that a prediction about a whole image can fill in.
 * @throws UserError `label-config`
 */
export function choicesControls(configuration: string): ChoicesControl[] {
  const { images, controls } = labelConfigOf(configuration)
  return controls.flatMap((control) => {
    const dataKey = images.get(control.toName)
    return dataKey === undefined || control.tag !== 'choices' || control.perRegion ? [] : [{ ...control, dataKey }]
  })
}
