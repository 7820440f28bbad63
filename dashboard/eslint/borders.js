// Who may import whom: app → features/<name> (its index and search) → shared; a feature never imports another.
import path from 'node:path'

const EXTENSION = /\.(tsx?|jsx?|css|json)$/

/** The zone of a file below src: `app`, `shared`, `features/calls`, or null for what stands outside of them. */
export function zoneOf(file) {
  const [first, second] = file.split('/')
  if (first === 'features') return second ? `features/${second}` : null
  return first === 'app' || first === 'shared' ? first : null
}

/** Why `from` must not import `to` (both relative to src), or null when it may. */
export function fault(from, to) {
  const source = zoneOf(from)
  const target = zoneOf(to)
  if (!source || !target || source === target) return null
  if (source === 'shared') return `shared imports ${target}: shared knows neither features nor the app`
  if (target === 'app') return `${source} imports app: a feature knows only itself and shared`
  if (source.startsWith('features/') && target.startsWith('features/')) {
    return `${source} imports ${target}: features do not know each other; move it to shared`
  }
  const inside = to.split('/').slice(2).join('/').replace(EXTENSION, '')
  if (source === 'app' && target !== 'shared' && !['', 'index', 'search'].includes(inside)) {
    return `app imports ${to}: a feature is entered by its index (or its search)`
  }
  return null
}

/** The imported file relative to src, or null for a package. */
export function targetOf(file, source, root) {
  if (source.startsWith('@/')) return source.slice(2)
  if (!source.startsWith('.')) return null
  return path.relative(root, path.resolve(path.dirname(file), source)).replaceAll(path.sep, '/')
}

const rule = {
  meta: { type: 'problem', schema: [] },
  create(context) {
    const root = path.join(context.cwd, 'src')
    const from = path.relative(root, context.filename).replaceAll(path.sep, '/')
    const look = (node) => {
      if (typeof node.source?.value !== 'string') return
      const to = targetOf(context.filename, node.source.value, root)
      const message = to && fault(from, to)
      if (message) context.report({ node: node.source, message })
    }
    return {
      ImportDeclaration: look,
      ImportExpression: look,
      ExportNamedDeclaration: look,
      ExportAllDeclaration: look,
    }
  },
}

export default { rules: { borders: rule } }
