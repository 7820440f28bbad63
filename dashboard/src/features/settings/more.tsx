// Beneath a list: how many there are, and the next ones.
import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'

interface Props {
  last: boolean
  loading: boolean
  onMore: () => void
}

export function More({ last, loading, onMore }: Props) {
  const { t } = useTranslation('settings')
  if (last) return null
  return (
    <Button variant="default" size="xs" loading={loading} onClick={onMore}>
      {t('more')}
    </Button>
  )
}
