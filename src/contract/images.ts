import { z } from 'zod'
import { count, id, limits, list, nameText, pathText, procedure, text } from './base.ts'
import { decidedState } from './state.ts'
import { suggestion } from './suggestions.ts'

export const problem = z.object({ code: z.string(), message: z.string() })

/** What set a label, who and when: all that is given must hold of one and the same decision. */
export const decidedHow = z.object({
  by: list('kinds of decision', z.enum(['human', 'accepted_suggestion', 'import']), 10).optional(),
  /** The annotator. */
  who: nameText.optional(),
  /** Days, of the machine's time zone, both included. */
  since: z.iso.date().optional(),
  until: z.iso.date().optional(),
})

export const imageFilter = z.object({
  /** Words that the path must hold, all of them. */
  text: text('The text of a filter', limits.search)
    .refine(
      (words) => words.split(/\s+/, limits.words + 2).length <= limits.words,
      `A filter can look for at most ${limits.words} words.`,
    )
    .optional(),
  labels: list(
    'labels of a filter',
    z.object({
      labelId: id,
      /** `suggested`: unknown, and the model leans clearly towards one of them, present or absent. */
      is: z.enum(['present', 'absent', 'unknown', 'known', 'suggested']),
    }),
    limits.conditions,
  ).optional(),
  /** How many of the labels are known. */
  known: z.enum(['nothing', 'something', 'everything']).optional(),
  status: list('kinds of image', z.enum(['ok', 'missing', 'broken']), 10).optional(),
  /** At least one likely suggestion that is not decided. */
  suggested: z.boolean().optional(),
  /** Several people said the opposite of a label, and nobody has decided it since. */
  disputed: z.literal(true).optional(),
  /** A state was changed by this action of the history. */
  action: id.optional(),
  /** That the label is present, by the current model, lies in this range, ends included; of a known label by models that never saw it. */
  probability: list(
    'ranges of a filter',
    z.object({ labelId: id, from: z.number().min(0).max(1), to: z.number().min(0).max(1) }),
    limits.conditions,
  ).optional(),
  /** This folder and all below it, relative to the root, with forward slashes. */
  folder: pathText.optional(),
  /** The labels that `labels` wants known are decided like this, each of them; without such, at least one label is. */
  decided: decidedHow.optional(),
})
export type ImageFilter = z.infer<typeof imageFilter>

export const imageSort = z.object({
  /**
   * `confidence`: the most confident undecided suggestion first; `usefulness`: the images whose unknown labels would teach the
   * model most first; `uncertain`: the undecided label nearest to 50 % first; `mistakes`: the known label that the model speaks
   * most strongly against first, as long as nobody has decided it knowing that (each of the filter's label if it names one);
   * `audit`: those with a likely suggestion at random first.
   */
  by: z.enum(['path', 'added', 'modified', 'known', 'confidence', 'usefulness', 'uncertain', 'mistakes', 'audit']),
  descending: z.boolean().optional(),
  /** Of the random order. @default that of the current model: stable until another suggests */
  seed: z.int().nonnegative().optional(),
})
export type ImageSort = z.infer<typeof imageSort>

/** A filter with its order, under a name. */
export const savedFilter = z.object({ name: z.string().trim().min(1).max(200), filter: imageFilter, sort: imageSort })
export type SavedFilter = z.infer<typeof savedFilter>

export const knownState = z.object({
  labelId: id,
  state: decidedState,
  source: z.enum(['human', 'accepted_suggestion', 'import']),
  decidedAt: z.number(),
  score: z.number().nullable(),
  annotator: z.string().nullable(),
})
export type KnownState = z.infer<typeof knownState>

/** What somebody said of a label, in one of the copies of the project that were joined. */
export const statement = z.object({
  origin: z.string(),
  state: decidedState,
  decidedAt: z.number(),
  annotator: z.string().nullable(),
})
export type Statement = z.infer<typeof statement>

/** What the grid shows of an image. */
export const imageRow = z.object({
  id,
  path: z.string(),
  width: count,
  height: count,
  status: z.enum(['ok', 'missing', 'broken']),
  problem: problem.nullable(),
  /** Changes with the content: part of the image's URL, so that it may be cached for ever. */
  version: z.string(),
  present: z.array(id),
  absent: z.array(id),
  /** Confident and undecided, the surest first. */
  suggestions: z.array(suggestion),
})
export type ImageRow = z.infer<typeof imageRow>

export const imageDetail = imageRow.extend({
  states: z.array(knownState),
  /** Of every unknown label that the model scores, the most probable first. */
  allSuggestions: z.array(suggestion),
  /** Known labels of which the model suggests the opposite, and which nobody has decided knowing that, the strongest first. */
  mistakes: z.array(suggestion),
  /** Unknown labels of which people said the opposite, with who said what, the earliest first. */
  disputes: z.array(z.object({ labelId: id, statements: z.array(statement).min(1) })),
  bytes: count,
  modifiedAt: z.number(),
})
export type ImageDetail = z.infer<typeof imageDetail>

export const imagesContract = {
  images: {
    /** The ids of all that pass, in order: Int32, little endian. */
    query: procedure.input(z.object({ filter: imageFilter, sort: imageSort })).output(z.instanceof(Blob)),
    rows: procedure.input(z.object({ ids: list('images', id, 500) })).output(z.array(imageRow)),
    detail: procedure.input(z.object({ id })).output(imageDetail),
    /** Shows its file in the file manager of the machine that the program runs on. */
    reveal: procedure.input(z.object({ id })),
    /** Those that are made already, as one file (`thumbnailPack.ts`). */
    thumbnails: procedure.input(z.object({ ids: list('images', id, 500) })).output(z.instanceof(Blob)),
  },
  filters: {
    list: procedure.output(z.array(savedFilter)),
    /** One of the same name is replaced. */
    save: procedure.input(savedFilter).output(z.array(savedFilter)),
    rename: procedure.input(z.object({ name: nameText, to: savedFilter.shape.name })).output(z.array(savedFilter)),
    remove: procedure.input(z.object({ name: nameText })).output(z.array(savedFilter)),
    /** What there is to filter by, beside labels: folders of images, people who decided. */
    choices: procedure.output(z.object({ folders: z.array(z.string()), people: z.array(z.string()) })),
  },
}
