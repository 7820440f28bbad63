// Copies a text and says that it did.
import { ActionIcon, Tooltip } from '@mantine/core'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { CheckIcon, CopyIcon } from './icons'

const SHOWN_MS = 2000

type Outcome = 'copied' | 'failed' | null

export function CopyButton({ text, label }: { text: string; label: string }) {
  const { t } = useTranslation('shared')
  const [outcome, setOutcome] = useState<Outcome>(null)
  useEffect(() => {
    if (!outcome) return undefined
    const timer = setTimeout(() => setOutcome(null), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [outcome])
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text)
      setOutcome('copied')
    } catch {
      // Refused, or the page is not on https: the clipboard is not ours.
      setOutcome('failed')
    }
  }
  const said = outcome === 'copied' ? t('copied') : outcome === 'failed' ? t('notCopied') : ''
  return (
    <>
      <Tooltip label={said || label} opened={outcome ? true : undefined}>
        <ActionIcon variant="subtle" color="gray" size="sm" aria-label={label} onClick={copy}>
          {outcome === 'copied' ? <CheckIcon size={14} /> : <CopyIcon size={14} />}
        </ActionIcon>
      </Tooltip>
      <span className="visually-hidden" role="status">
        {said}
      </span>
    </>
  )
}
