// Short messages at the edge of the page; loaded with the first of them.

type Kind = 'ok' | 'bad'

async function show(kind: Kind, message: string): Promise<void> {
  const { showNotice } = await import('./notices')
  showNotice(kind, message)
}

export const notify = {
  /** Something that was asked for is done. */
  ok: (message: string) => void show('ok', message),
  /** It was not. Errors of whole pages are shown in the page. */
  bad: (message: string) => void show('bad', message),
}
