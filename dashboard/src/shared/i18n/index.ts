export { chooseLanguage, firstLanguage, LANGUAGES, makeI18n, startI18n, type Language } from './i18n'
