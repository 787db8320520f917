import { queryOptions, useQuery } from '@tanstack/react-query'
import { client } from '../bridge/client.ts'
import { queryClient } from '../state/queries.ts'

export type Format = Awaited<ReturnType<typeof client.exchange.formats>>[number]

const formats = queryOptions({
  queryKey: ['formats'],
  queryFn: () => client.exchange.formats(),
  // They are the program's: the same as long as it runs.
  gcTime: Number.POSITIVE_INFINITY,
})

/** Asks before anybody does: a dialog that opens has its list. */
export function askForFormats(): void {
  void queryClient.prefetchQuery(formats)
}

/** Empty until they are known. */
export function useFormats(): Format[] {
  const { data } = useQuery(formats)
  return data ?? none
}
const none: Format[] = []
