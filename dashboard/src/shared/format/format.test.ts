import { expect, test } from 'vitest'
import { makeFormat } from './format'
import { grouped } from './phone'

const en = makeFormat('en')
const es = makeFormat('es')

test.each([
  [0, '0:00'],
  [-3, '0:00'],
  [75.9, '1:15'],
  [3700, '1:01:40'],
])('%s seconds on a clock', (seconds, shown) => {
  expect(en.clock(seconds)).toBe(shown)
})

test('durations are spoken in the language', () => {
  expect(en.spoken(75)).toBe('1 minute, 15 seconds')
  expect(es.spoken(3661)).toBe('1 hora, 1 minuto y 1 segundo')
  expect(en.spoken(0)).toBe('0 seconds')
})

test('latencies change their unit at a second', () => {
  expect(en.latency(830.4)).toBe('830 ms')
  expect(en.latency(1240)).toBe('1.24 sec')
  expect(es.latency(1240)).toBe('1.24 s'.replace('.', ','))
})

test.each([
  [-2, 'now'],
  [-30, '30 seconds ago'],
  [-200, '3 minutes ago'],
  [-7300, '2 hours ago'],
  [-90_000, 'yesterday'],
  [600, 'in 10 minutes'],
])('%s seconds from now', (distance, shown) => {
  expect(en.relative(1_000_000 + distance, 1_000_000)).toBe(shown)
})

test('shares and sizes', () => {
  expect(en.percent(0.425)).toBe('43%')
  expect(en.bytes(0)).toBe('0 byte')
  expect(en.bytes(1_234_567)).toBe('1.2 MB')
})

test.each([
  ['+573001234567', '+57 300 123 4567'],
  ['+12025550123', '+1 202 555 0123'],
  ['+5215512345678', '+52 155 123 456 78'],
  ['+59171234567', '+591 712 345 67'],
  ['anonymous', 'anonymous'],
])('%s is read as %s', (number, shown) => {
  expect(grouped(number)).toBe(shown)
})
