export { CallsPage as Page } from './calls-page'
