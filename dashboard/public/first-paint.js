// Sets colour scheme and language before the first paint. A file of its own: inline scripts are not allowed.
;(function () {
  var root = document.documentElement
  var read = function (name) {
    try {
      return localStorage.getItem(name)
    } catch {
      return null
    }
  }
  var wanted = read('mantine-color-scheme-value')
  var dark = wanted === 'dark' || (wanted !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  root.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light')
  root.style.colorScheme = dark ? 'dark' : 'light'
  var language = read('centralita.language') || navigator.language || ''
  root.lang = language.slice(0, 2) === 'es' ? 'es' : 'en'
})()
