// The keys of all queries: what two pages show from one answer has one key.

export const keys = {
  session: ['session'],
  overview: ['overview'],
  liveCalls: ['calls', 'live'],
  calls: (filters: object) => ['calls', 'list', filters],
  call: (id: string) => ['calls', 'one', id],
  waveform: (id: string) => ['calls', 'waveform', id],
  callbacks: ['callbacks'],
  providers: ['providers'],
  doctor: ['doctor'],
  alerts: ['alerts'],
  health: ['health'],
} as const
