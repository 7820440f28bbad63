import { expect, test } from 'vitest'
import { isLocal, webhookAddress } from './webhook'

test.each([
  ['telnyx', 'https://pbx.example/webhook/telnyx'],
  ['twilio', 'https://pbx.example/webhook/twilio/voice'],
  ['other', 'https://pbx.example/webhook/other'],
  [undefined, 'https://pbx.example/webhook/telnyx'],
  ['', 'https://pbx.example/webhook/telnyx'],
])('%s posts to %s', (carrier, address) => {
  expect(webhookAddress('https://pbx.example', carrier)).toBe(address)
})

test('a name of this machine or this network is local', () => {
  expect(['localhost', '127.0.0.1', '192.168.1.4', '[::1]'].every(isLocal)).toBe(true)
  expect(isLocal('pbx.example')).toBe(false)
})
