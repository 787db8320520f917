import { useQuery } from '@tanstack/react-query'
import { client } from '../bridge/client.ts'
import { keys } from '../state/queries.ts'

// Below the models' key: whatever changes a model or a mark invalidates these, and they are measured again when next shown.
const key = (...parts: unknown[]) => [...keys.models, ...parts]

/** For one model; null fetches nothing. */
export const useReport = (id: number | null) =>
  useQuery({ queryKey: key('report', id), queryFn: () => client.models.report({ id: id! }), enabled: id !== null })

export const useCurves = (id: number, labelId: number | null) =>
  useQuery({
    queryKey: key('curves', id, labelId),
    queryFn: () => client.models.curves({ id, labelId }),
    // Keeps the previous label's curves until the new ones arrive, so that nothing jumps.
    placeholderData: (last) => last,
  })

export const useCooccurrence = () =>
  useQuery({ queryKey: key('cooccurrence'), queryFn: () => client.models.cooccurrence() })

/** As many as people look through. */
export const mostMistakes = 60

export const useMistakes = (id: number, labelId: number) =>
  useQuery({
    queryKey: key('mistakes', id, labelId),
    queryFn: () => client.models.mistakes({ id, labelId, limit: mostMistakes }),
  })
