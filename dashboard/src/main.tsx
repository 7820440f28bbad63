import { createRoot } from 'react-dom/client'
import '@mantine/core/styles.layer.css'
import '@/shared/theme/base.css'
import { App } from '@/app/app'
import { makeParts } from '@/app/parts'

// After a new version was put up the old page's files are gone: the page is loaded anew, once.
const RELOADED = 'centralita.reloaded'
window.addEventListener('vite:preloadError', (event) => {
  if (sessionStorage.getItem(RELOADED)) return
  sessionStorage.setItem(RELOADED, 'yes')
  event.preventDefault()
  window.location.reload()
})

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')
createRoot(root).render(<App parts={await makeParts()} />)
sessionStorage.removeItem(RELOADED)
