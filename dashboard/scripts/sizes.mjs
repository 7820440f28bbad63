// Prints what the first page loads, gzipped, and fails when the scripts are over the budget.
import { readFileSync, readdirSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const BUDGET_KB = 200
const dist = new URL('../dist/', import.meta.url)
const kb = (file) => gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length / 1024
const html = readFileSync(new URL('index.html', dist), 'utf8')
if (/<script(?![^>]*\ssrc=)[^>]*>/.test(html)) throw new Error('index.html has an inline script')

const first = [...html.matchAll(/(?:src|href)="\/([^"]+\.(?:js|css))"/g)].map((found) => found[1])
const scripts = first.filter((file) => file.endsWith('.js'))
const total = scripts.reduce((sum, file) => sum + kb(file), 0)
for (const file of first) console.log(`first  ${kb(file).toFixed(1).padStart(7)} KB  ${file}`)
const rest = readdirSync(new URL('assets/', dist))
  .map((name) => `assets/${name}`)
  .filter((file) => /\.(js|css)$/.test(file) && !first.includes(file))
for (const file of rest) console.log(`later  ${kb(file).toFixed(1).padStart(7)} KB  ${file}`)
console.log(`scripts of the first page: ${total.toFixed(1)} KB gzip (budget ${BUDGET_KB} KB)`)
if (total > BUDGET_KB) process.exit(1)
