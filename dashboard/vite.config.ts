import react from '@vitejs/plugin-react'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig, type Plugin } from 'vite'

const gateway = process.env.DASHBOARD_GATEWAY ?? 'http://127.0.0.1:8080'
// Host is passed on as it is: the gateway compares it with Origin.
const toGateway = { target: gateway, changeOrigin: false }

// What draws the description of the API at /docs: beside the dashboard, and no part of it.
const docs = (): Plugin => ({
  name: 'docs',
  apply: 'build',
  generateBundle() {
    for (const name of ['swagger-ui.css', 'swagger-ui-bundle.js', 'LICENSE', 'NOTICE']) {
      const source = readFileSync(new URL(`./node_modules/swagger-ui-dist/${name}`, import.meta.url))
      const fileName = `docs/${name.includes('.') ? name : `swagger-ui.${name}.txt`}`
      this.emitFile({ type: 'asset', fileName, source })
    }
  },
})

export default defineConfig({
  plugins: [react(), docs()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  server: { proxy: { '/api': toGateway, '/health': toGateway, '/openapi.json': toGateway, '/docs': toGateway } },
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
