import { queryOptions, useQuery } from '@tanstack/react-query'
import { client } from '../bridge/client.ts'
import { queryClient } from '../state/queries.ts'

export type Format = Awaited<ReturnType<typeof client.exchange.formats>>[number]

const formats = queryOptions({
  queryKey: ['formats'],
  queryFn: () => client.exchange.formats(),
  // They don't change while the program runs.
  gcTime: Number.POSITIVE_INFINITY,
})

/** Prefetches the list, so that dialogs open with it. */
export function askForFormats(): void {
  void queryClient.prefetchQuery(formats)
}

/** Empty until they have loaded. */
export function useFormats(): Format[] {
  const { data } = useQuery(formats)
  return data ?? none
}
const none: Format[] = []
