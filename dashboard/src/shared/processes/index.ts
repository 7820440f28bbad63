export { OverallBadge } from './overall'
export { ProcessBadge, useOtherReasons, useProcessWords } from './process-words'
