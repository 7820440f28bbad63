export { NewPassword } from './new-password'
export { isLongEnough, weaknessesOf, type Owner } from './weakness'
