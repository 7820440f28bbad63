// The address that a carrier is told to send its webhooks to.

const PATHS: Record<string, string> = { telnyx: '/webhook/telnyx', twilio: '/webhook/twilio/voice' }

/** Without a known carrier, that of the usual one. */
export function webhookAddress(origin: string, carrier: string | undefined): string {
  const path = carrier && Object.hasOwn(PATHS, carrier) ? PATHS[carrier] : undefined
  return `${origin}${path ?? (carrier ? `/webhook/${carrier}` : '/webhook/telnyx')}`
}

/** Seen from the internet such a name leads nowhere. */
export function isLocal(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^(127|10|192\.168)\./.test(hostname)
}
