// The codes for whoever loses the authenticator: shown this once.
import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { CopyButton } from '@/shared/ui'
import { ArrowDownIcon } from '@/shared/ui/icons'
import classes from './account.module.css'

export function RecoveryCodes({ codes, onDone }: { codes: readonly string[]; onDone: () => void }) {
  const { t } = useTranslation('account')
  const text = `${codes.join('\n')}\n`
  const file = `data:text/plain;charset=utf-8,${encodeURIComponent(`${t('codes.file')}\n\n${text}`)}`
  return (
    <div className={classes.form}>
      <p className={classes.about} role="status">
        {t('codes.about')}
      </p>
      <ul className={classes.codes} aria-label={t('codes.label')}>
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div className={classes.row}>
        <Button
          component="a"
          href={file}
          download="centralita-recovery-codes.txt"
          variant="default"
          leftSection={<ArrowDownIcon size={15} />}
        >
          {t('codes.download')}
        </Button>
        <CopyButton text={text} label={t('codes.copy')} />
        <Button onClick={onDone}>{t('codes.done')}</Button>
      </div>
    </div>
  )
}
