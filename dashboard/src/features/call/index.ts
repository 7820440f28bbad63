export { CallPage as Page } from './call-page'
