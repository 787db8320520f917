import { useQuery } from '@tanstack/react-query'
import { client } from '../bridge/client.ts'
import { keys } from '../state/queries.ts'

// Below the key of the models: whatever changes a model or what is known has them measured anew when they are next looked at.
const key = (...parts: unknown[]) => [...keys.models, ...parts]

/** Of a model; null: nothing is asked for. */
export const useReport = (id: number | null) =>
  useQuery({ queryKey: key('report', id), queryFn: () => client.models.report({ id: id! }), enabled: id !== null })

export const useCurves = (id: number, labelId: number | null) =>
  useQuery({
    queryKey: key('curves', id, labelId),
    queryFn: () => client.models.curves({ id, labelId }),
    // While those of another label are on their way, nothing jumps.
    placeholderData: (last) => last,
  })

export const useCooccurrence = () =>
  useQuery({ queryKey: key('cooccurrence'), queryFn: () => client.models.cooccurrence() })

/** As many as one looks through. */
export const mostMistakes = 60

export const useMistakes = (id: number, labelId: number) =>
  useQuery({
    queryKey: key('mistakes', id, labelId),
    queryFn: () => client.models.mistakes({ id, labelId, limit: mostMistakes }),
  })
