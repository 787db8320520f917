import { useQuery } from '@tanstack/react-query'
import { client } from '../bridge/client.ts'

export type Format = Awaited<ReturnType<typeof client.exchange.formats>>[number]

/** Empty until they are known. */
export function useFormats(): Format[] {
  const { data } = useQuery({ queryKey: ['formats'], queryFn: () => client.exchange.formats() })
  return data ?? none
}
const none: Format[] = []
