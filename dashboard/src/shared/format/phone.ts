// Telephone numbers in groups that can be read aloud.

/** Country codes of one and two digits that occur where the gateway is used; others keep three. */
const SHORT_CODES = /^(1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])/

/** `+573001234567` → `+57 300 123 4567`. What is no international number stays as it is. */
export function grouped(number: string): string {
  if (!/^\+\d{7,15}$/.test(number)) return number
  const digits = number.slice(1)
  const code = SHORT_CODES.exec(digits)?.[0] ?? digits.slice(0, 3)
  const rest = digits.slice(code.length)
  const groups: string[] = []
  for (let at = 0; at < rest.length; ) {
    const left = rest.length - at
    const size = left <= 4 ? left : 3
    groups.push(rest.slice(at, at + size))
    at += size
  }
  return `+${code} ${groups.join(' ')}`
}
