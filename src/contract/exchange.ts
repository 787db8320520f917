import { z } from 'zod'
import { count, limits, nameText, overwrite, pathText, procedure, text, texts, wordText } from './base.ts'
import { decidedState, labelState } from './state.ts'

/** Answers to a format's questions, by their ids. */
export const exchangeSettings = texts('answers', text('An answer', 4096), 100)

const place = z.enum(['file', 'folder', 'file or folder']).nullable()

export const exchangeFormat = z.object({
  id: z.string(),
  title: z.string(),
  /** What it has words for. */
  says: z.object({
    absent: z.boolean(),
    unlabelled: z.boolean(),
    provenance: z.enum(['all', 'some', 'none']),
    suggestions: z.boolean(),
  }),
  limits: z.string(),
  checked: z.string(),
  /** Without the dot. */
  extensions: z.array(z.string()),
  /** Null: it can't. */
  reads: place,
  writes: place,
  images: z.enum(['none', 'optional', 'needed']),
  settings: z.array(
    z.object({
      id: z.string(),
      on: z.enum(['read', 'write']),
      title: z.string(),
      hint: z.string(),
      /** Without choices the answer is a text. */
      choices: z.array(z.object({ value: z.string(), title: z.string() })).optional(),
      usual: z.string(),
    }),
  ),
})
export type ExchangeFormat = z.infer<typeof exchangeFormat>

export const exportReport = z.object({
  files: z.array(z.string()),
  images: count,
  present: count,
  absent: count,
  unreadable: count,
  suggestions: count,
  warnings: z.array(z.object({ code: z.string(), message: z.string(), count, examples: z.array(z.string()) })),
})
export type ExportReport = z.infer<typeof exportReport>

export const importPreview = z.object({
  /** Names this preview to `exchange.import`. */
  token: z.string(),
  format: z.string(),
  /** Why it was taken for that; null where the format was named. */
  detected: z
    .object({
      /** Completes “because”. */
      because: z.string(),
      /** Titles of formats for which less speaks. */
      others: z.array(z.string()),
      /** Files in the folder that may hold labels, and weren't read. */
      ignored: z.array(z.string()),
    })
    .nullable(),
  /** What the format can't say. */
  limits: z.string(),
  images: z.object({
    inFile: count,
    matched: count,
    /** By identity, path, fingerprint, file name. */
    by: z.object({ uid: count, path: count, sha256: count, name: count }),
    unmatched: count,
    unmatchedPaths: z.array(z.string()),
    /** Of the unmatched: several images of the project may be meant. */
    ambiguous: count,
    ambiguousPaths: z.array(z.string()),
  }),
  labels: z.array(z.object({ name: z.string(), known: z.boolean(), present: count, absent: count })),
  states: z.object({ present: count, absent: count, fresh: count, same: count, conflicting: count }),
  /** What models say in the file. */
  suggestions: z.object({ pairs: count, model: z.string() }).nullable(),
  /** The first marks. */
  rows: z.array(
    z.object({
      image: z.string(),
      label: z.string(),
      state: decidedState,
      /** What the project says of it now. */
      known: labelState,
    }),
  ),
  /** The first matched images of the file, as it describes them. */
  first: z.array(
    z.object({ inFile: z.string(), image: z.string(), present: z.array(z.string()), absent: z.array(z.string()) }),
  ),
  /**
   * If the file leaves open whether the rest is absent: so many pairs would become absent in images of which it names a label. Null if
   * that is no question.
   */
  rest: count.nullable(),
  /** The same in images that it lists without any label. */
  restEmpty: z.object({ images: count, pairs: count }).nullable(),
  problems: z.array(z.object({ code: z.string(), message: z.string(), count, examples: z.array(z.string()) })),
})
export type ImportPreview = z.infer<typeof importPreview>

export const importChoices = z.object({
  /**
   * What a pair that the file doesn't mention means; another answer only where the preview asks. 'absent' is about images of which the
   * file names a label, 'absent-everywhere' about those without any, too.
   */
  rest: z.enum(['unknown', 'absent', 'absent-everywhere']).default('unknown'),
  /** Where project and file disagree. */
  conflicts: z.enum(['keep', 'replace']).default('keep'),
  /** What models say in the file is kept as suggestions. */
  suggestions: z.boolean().default(true),
})

export const importResult = z.object({ states: count, labels: count, suggestions: count })

/** Of two annotators. */
export const labelAgreement = z.object({
  label: z.string(),
  /** Pairs that both judged, each for itself. */
  pairs: count,
  agreed: count,
  /** Cohen's; null where it says nothing. */
  kappa: z.number().nullable(),
})
export type LabelAgreement = z.infer<typeof labelAgreement>

/** What joining another copy of a project does. */
export const mergeReport = z.object({
  /** Images of the other copy that are here, and paths of those that are not. */
  images: z.object({ matched: count, unmatched: z.array(z.string()) }),
  labelsAdded: z.array(z.string()),
  /** Marks taken over; marks that both have; pairs that are open again since they don't agree. */
  taken: count,
  same: count,
  disputed: count,
  /** Statements that were judged, or wait to be, since an earlier merge. */
  settled: count,
  agreement: z.array(labelAgreement),
  /** Of all labels together. */
  kappa: z.number().nullable(),
})
export type MergeReport = z.infer<typeof mergeReport>

export const exchangeContract = {
  exchange: {
    formats: procedure.output(z.array(exchangeFormat)),
    /** Answers when it is written. */
    export: procedure
      .input(
        z.object({
          format: wordText,
          path: pathText,
          suggestions: z.boolean().optional(),
          /** Only images of which every label is known. */
          complete: z.boolean().optional(),
          images: z.enum(['none', 'copy', 'link']).optional(),
          settings: exchangeSettings.optional(),
          overwrite,
        }),
      )
      .output(exportReport),
    /** Writes what is known and how good the model is as one page; answers when it is written. */
    report: procedure
      .input(z.object({ path: pathText, overwrite }))
      .output(z.object({ file: z.string(), bytes: z.int(), pictures: z.int() })),
    /** Reads the file or the folder and says what importing it would do; nothing is written. */
    preview: procedure
      .input(
        z.object({
          path: pathText,
          format: wordText.optional(),
          settings: exchangeSettings.optional(),
          /** By the name in the file: what the label is to be called; '' leaves it out. */
          renames: texts('labels', nameText, limits.labels).optional(),
        }),
      )
      .output(importPreview),
    /** The same with other names, of what was read; the token of before is spent. */
    rename: procedure
      .input(z.object({ token: wordText, renames: texts('labels', nameText, limits.labels) }))
      .output(importPreview),
    /** Keeps the contents of a file whose place a browser does not tell, until the project is closed. @returns where */
    receive: procedure
      .input(z.object({ name: nameText, contents: z.instanceof(Blob) }))
      .output(z.object({ path: z.string() })),
    import: procedure.input(z.object({ token: wordText, choices: importChoices })).output(importResult),
    /** What joining another copy of the project would do (an `import` job); nothing is written. */
    mergePreview: procedure.input(z.object({ path: pathText })).output(mergeReport),
    /** Joins it: one action, one undo. */
    merge: procedure.input(z.object({ path: pathText })).output(mergeReport),
  },
}
