export * from './search'
export { useFragment } from './fragment'
export { useUrlState } from './use-url-state'
