// A list that is loaded page by page.
import { useInfiniteQuery } from '@tanstack/react-query'

interface Page<Item> {
  items: readonly Item[]
  next_cursor: string
}

export function usePages<Item>(
  key: readonly unknown[],
  load: (cursor: string, signal: AbortSignal) => Promise<Page<Item>>,
) {
  const query = useInfiniteQuery({
    queryKey: ['settings', ...key],
    queryFn: ({ pageParam, signal }) => load(pageParam, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor || undefined,
  })
  const rows = query.data?.pages.flatMap((page) => page.items) ?? []
  const more = {
    last: !query.hasNextPage,
    loading: query.isFetchingNextPage,
    onMore: () => void query.fetchNextPage(),
  }
  return { query, rows, more }
}
