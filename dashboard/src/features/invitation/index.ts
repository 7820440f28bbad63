export { InvitationPage as Page } from './invitation-page'
