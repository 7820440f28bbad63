// What a deed changed, field by field.

export interface Change {
  field: string
  before: string | null
  after: string | null
}

const LONGEST = 200

function told(value: unknown): string {
  if (value === null || value === '') return '–'
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}

export function changesOf(before: Record<string, unknown>, after: Record<string, unknown>): Change[] {
  const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return fields.map((field) => ({
    field,
    before: field in before ? told(before[field]) : null,
    after: field in after ? told(after[field]) : null,
  }))
}
