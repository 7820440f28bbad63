import react from '@vitejs/plugin-react'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

const gateway = process.env.DASHBOARD_GATEWAY ?? 'http://127.0.0.1:8080'
// Host is passed on as it is: the gateway compares it with Origin.
const toGateway = { target: gateway, changeOrigin: false }

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  server: { proxy: { '/api': toGateway, '/health': toGateway, '/openapi.json': toGateway } },
  preview: { proxy: { '/api': toGateway, '/health': toGateway } },
  build: {
    target: ['chrome111', 'firefox114', 'safari16.4'],
    assetsDir: 'assets',
    // Nothing is put into a page as data: or inline: `script-src 'self'` has to be enough.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 600,
  },
})
