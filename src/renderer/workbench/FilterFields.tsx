import { useId } from 'react'
import type { ImageFilter, ProjectSummary } from '../../contract/schemas.ts'
import { setFilter, useFilterChoices } from '../state/filters.ts'
import { useUi } from '../state/ui.ts'
import { texts } from '../texts/index.ts'
import { Checkbox } from '../ui/Choice.tsx'
import { Field, Input, Select } from '../ui/Field.tsx'
import { FilterText } from './FilterText.tsx'
import { LabelConditions } from './LabelConditions.tsx'

type Decided = NonNullable<ImageFilter['decided']>

/** Every condition that a filter can have; each applies at once. */
export function FilterFields({ images }: { images: ProjectSummary['images'] }) {
  const filter = useUi((state) => state.filter)
  const { folders, people } = useFilterChoices()
  const foldersId = useId()
  const change = (part: Partial<ImageFilter>): void => setFilter({ ...filter, ...part })
  const decide = (part: Partial<Decided>): void => {
    const decided = { ...filter.decided, ...part }
    change({ decided: Object.values(decided).some((value) => value !== undefined) ? decided : undefined })
  }
  const by = filter.decided?.by ?? []
  const toggle = (source: (typeof by)[number], isOn: boolean): void => {
    const next = isOn ? [...by, source] : by.filter((one) => one !== source)
    decide({ by: next.length > 0 ? next : undefined })
  }
  const who = filter.decided?.who

  return (
    <>
      <LabelConditions />
      <Field label={texts.filters.folder} hint={texts.filters.folderHint}>
        {(ids) => (
          <>
            <Input
              {...ids}
              list={foldersId}
              autoComplete="off"
              spellCheck={false}
              placeholder={texts.filters.anyFolder}
              value={filter.folder ?? ''}
              onChange={({ target }) => change({ folder: target.value || undefined })}
            />
            <datalist id={foldersId}>
              {folders.map((folder) => (
                <option key={folder} value={folder} />
              ))}
            </datalist>
          </>
        )}
      </Field>
      <fieldset className="m-0 flex flex-col gap-2 border-0 p-0">
        <legend className="mb-1 p-0 font-medium">{texts.filters.decided}</legend>
        <div className="flex flex-wrap gap-x-4 gap-y-1">
          {(['human', 'accepted_suggestion', 'import'] as const).map((source) => (
            <Checkbox key={source} checked={by.includes(source)} onChange={(isOn) => toggle(source, isOn)}>
              {texts.filters.by[source]}
            </Checkbox>
          ))}
        </div>
        <div className="grid grid-cols-3 gap-2 text-[13px]">
          <Field label={texts.filters.who}>
            {(ids) => (
              <Select {...ids} value={who ?? ''} onChange={({ target }) => decide({ who: target.value || undefined })}>
                <option value="">{texts.filters.anyone}</option>
                {[...new Set([...people, ...(who ? [who] : [])])].map((name) => (
                  <option key={name} value={name}>
                    {name}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          {(['since', 'until'] as const).map((end) => (
            <Field key={end} label={texts.filters[end]}>
              {(ids) => (
                <Input
                  {...ids}
                  type="date"
                  className="px-1.5!"
                  max="9999-12-31"
                  value={filter.decided?.[end] ?? ''}
                  onChange={({ target }) => decide({ [end]: target.value || undefined })}
                />
              )}
            </Field>
          ))}
        </div>
      </fieldset>
      <Checkbox checked={filter.disputed === true} onChange={(isOn) => change({ disputed: isOn ? true : undefined })}>
        {texts.disputes.filter}
      </Checkbox>
      <div className="grid grid-cols-2 gap-2">
        <Field label={texts.filters.progress}>
          {(ids) => (
            <Select
              {...ids}
              value={filter.known ?? ''}
              onChange={({ target }) => change({ known: (target.value || undefined) as ImageFilter['known'] })}
            >
              <option value="">{texts.workbench.known.any}</option>
              {(['nothing', 'something', 'everything'] as const).map((known) => (
                <option key={known} value={known}>
                  {texts.workbench.known[known]}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label={texts.filters.files}>
          {(ids) => (
            <Select
              {...ids}
              value={filter.status?.join() ?? ''}
              onChange={({ target }) =>
                change({ status: target.value ? (target.value.split(',') as ImageFilter['status']) : undefined })
              }
            >
              <option value="">{texts.workbench.status.any}</option>
              <option value="ok">{texts.filters.allReadable}</option>
              <option value="broken">{`${texts.workbench.status.broken} (${images.broken})`}</option>
              <option value="missing">{`${texts.workbench.status.missing} (${images.missing})`}</option>
            </Select>
          )}
        </Field>
      </div>
      <FilterText />
    </>
  )
}
