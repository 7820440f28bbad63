export { ForgotPasswordPage as Page } from './forgot-password-page'
