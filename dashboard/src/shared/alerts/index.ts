export { SEVERITY_TONE, useOpenAlerts, type Alert } from './open-alerts'
export { ruleName } from './rule-name'
export { Severity } from './severity'
