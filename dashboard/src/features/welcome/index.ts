export { WelcomePage as Page } from './welcome-page'
export { RegisterPage as Register } from './register-page'
