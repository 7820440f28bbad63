export { SignInPage as Page } from './sign-in-page'
