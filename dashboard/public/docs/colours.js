// Dark or light as the dashboard was told, or else the system, before the first paint.
;(function () {
  var wanted = null
  try {
    wanted = localStorage.getItem('mantine-color-scheme-value')
  } catch {
    // Without storage the system decides.
  }
  var system = matchMedia('(prefers-color-scheme: dark)')
  var draw = function () {
    var dark = wanted === 'dark' || (wanted !== 'light' && system.matches)
    document.documentElement.classList.toggle('dark-mode', dark)
    document.documentElement.style.colorScheme = dark ? 'dark' : 'light'
  }
  draw()
  system.addEventListener('change', draw)
})()
