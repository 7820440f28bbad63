export { mayIn, useEntered, useFreshAccess, useKeepMe, useLeave, useMay, useMe } from './use-session'
