export { ResetPasswordPage as Page } from './reset-password-page'
