export * from './search'
export { useUrlState } from './use-url-state'
