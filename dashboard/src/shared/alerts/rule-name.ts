// The name of a rule in one language: rules may be named in both, as "Spanish / English".

export function ruleName(name: string, language: string): string {
  const [es, en, more] = name.split(' / ')
  if (!es || !en || more !== undefined) return name
  return language === 'es' ? es : en
}
