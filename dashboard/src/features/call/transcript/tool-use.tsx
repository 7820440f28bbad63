// A tool the bot used in a turn.
import { useTranslation } from 'react-i18next'
import classes from './transcript.module.css'

const KNOWN = ['end_call', 'transfer_call', 'send_digits']

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

export function ToolUse({ tool }: { tool: Readonly<Record<string, unknown>> }) {
  const { t } = useTranslation('call')
  const name = shown(tool.name)
  const given = typeof tool.arguments === 'object' && tool.arguments !== null ? Object.entries(tool.arguments) : []
  return (
    <div className={classes.tool}>
      <span className={classes.toolName}>
        {KNOWN.includes(name) ? t(`tool.${name}`) : t('tool.other')} <code>{name}</code>
      </span>
      {given.map(([key, value]) => (
        <span key={key} className={classes.argument}>
          {key}: {shown(value)}
        </span>
      ))}
    </div>
  )
}
