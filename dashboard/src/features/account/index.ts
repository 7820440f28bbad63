export { AccountPage as Page } from './account-page'
