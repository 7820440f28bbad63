export { LivePage as Page } from './live-page'
