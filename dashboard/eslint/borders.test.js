import { expect, test } from 'vitest'
import { fault, targetOf } from './borders.js'

test.each([
  ['features/calls/index.ts', 'features/home/index.ts'],
  ['features/calls/parts/row.tsx', 'app/pages'],
  ['shared/ui/badge.tsx', 'features/home'],
  ['shared/ui/badge.tsx', 'app/pages'],
  ['app/pages.tsx', 'features/calls/parts/row'],
])('%s may not import %s', (from, to) => {
  expect(fault(from, to)).toBeTruthy()
})

test.each([
  ['features/calls/parts/row.tsx', 'features/calls/search'],
  ['features/calls/index.ts', 'shared/ui'],
  ['app/pages.tsx', 'features/calls'],
  ['app/pages.tsx', 'features/calls/search'],
  ['main.tsx', 'app/providers'],
])('%s may import %s', (from, to) => {
  expect(fault(from, to)).toBeNull()
})

test('relative ways and the alias lead to the same file, packages to none', () => {
  expect(targetOf('/x/src/features/a/b.ts', '../c', '/x/src')).toBe('features/c')
  expect(targetOf('/x/src/features/a/b.ts', '@/features/c', '/x/src')).toBe('features/c')
  expect(targetOf('/x/src/features/a/b.ts', 'react', '/x/src')).toBeNull()
})
