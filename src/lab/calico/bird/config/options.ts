import type { Cursor } from '#lab/calico/bird/config/cursor.ts'
import { parseBlock } from '#lab/calico/bird/config/filter-parser.ts'
import type { BgpConfig, FilterConfig, ProtocolConfig, StaticRoute } from '#lab/calico/bird/config/model.ts'

/** A stanza while it is being read. */
export type Draft = { -readonly [K in keyof ProtocolConfig]: ProtocolConfig[K] }

type Reader = (c: Cursor, draft: Draft) => void

/** Options are told apart by their first words; of phrases that begin alike the longest comes first. */
type Options = readonly (readonly [phrase: string, read: Reader])[]

const bgp =
  (change: (c: Cursor, was: BgpConfig) => Partial<BgpConfig>): Reader =>
  (c, draft) => {
    draft.bgp = { ...draft.bgp, ...change(c, draft.bgp) }
  }

const common: Options = [
  [
    'debug',
    (c, draft) => {
      draft.debugStates = debugs(c)
    },
  ],
  [
    'description',
    (c, draft) => {
      draft.description = c.text()
    },
  ],
  [
    'disabled',
    (c, draft) => {
      draft.disabled = truth(c)
    },
  ],
  [
    'import',
    (c, draft) => {
      draft.imports = filter(c)
    },
  ],
  [
    'export',
    (c, draft) => {
      draft.exports = filter(c)
    },
  ],
  ['preference', (c) => void c.number()],
  ['table', (c) => void c.symbol()],
]

const bgpOptions: Options = [
  ['local as', bgp((c) => ({ localAs: c.number() }))],
  [
    'neighbor',
    bgp((c, was) => ({
      neighbor: c.address(),
      neighborPort: c.has('port') ? c.number() : was.neighborPort,
      ...(c.has('as') ? { neighborAs: c.number() } : {}),
    })),
  ],
  ['source address', bgp((c) => ({ source: c.address() }))],
  ['gateway recursive', () => {}],
  ['gateway direct', () => {}],
  ['add paths', bgp((c) => ({ addPaths: addPaths(c) }))],
  [
    'graceful restart time',
    (c, draft) => {
      draft.bgp = { ...draft.bgp, gracefulRestartSeconds: c.number() }
    },
  ],
  [
    'graceful restart',
    (c, draft) => {
      draft.gracefulRestart = truth(c)
    },
  ],
  ['connect delay time', bgp((c) => ({ connectDelaySeconds: c.number() }))],
  ['connect retry time', bgp((c) => ({ connectRetrySeconds: c.number() }))],
  ['startup hold time', bgp((c) => ({ startupHoldSeconds: c.number() }))],
  ['hold time', bgp((c) => ({ holdSeconds: c.number() }))],
  ['keepalive time', bgp((c) => ({ keepaliveSeconds: c.number() }))],
  ['error wait time', bgp((c) => ({ errorWaitSeconds: pair(c) }))],
  ['error forget time', bgp((c) => ({ errorForgetSeconds: c.number() }))],
  [
    'multihop',
    bgp((c) => {
      return { multihop: true, hops: c.peek().kind === 'number' ? c.number() : 64 }
    }),
  ],
  ['direct', bgp(() => ({ multihop: false }))],
  ['passive', bgp((c) => ({ passive: truth(c) }))],
  ['next hop self', bgp(() => ({ nextHop: 'self' }))],
  ['next hop keep', bgp(() => ({ nextHop: 'keep' }))],
  ['rr client', bgp((c) => ({ routeReflectorClient: truth(c) }))],
  ['rr cluster id', bgp((c) => ({ clusterId: c.address() }))],
  ['password', bgp((c) => ({ password: c.text() }))],
  ['ttl security', bgp((c) => ({ ttlSecurity: truth(c) }))],
  ['allow local as', bgp((c) => ({ allowLocalAs: c.peek().kind === 'number' ? c.number() : 255 }))],
]

const kernelOptions: Options = [
  [
    'learn',
    (c, draft) => {
      draft.learn = truth(c)
    },
  ],
  [
    'persist',
    (c, draft) => {
      draft.persist = truth(c)
    },
  ],
  [
    'scan time',
    (c, draft) => {
      draft.scanSeconds = c.number()
    },
  ],
  [
    'graceful restart',
    (c, draft) => {
      draft.gracefulRestart = truth(c)
    },
  ],
  ['merge paths', (c) => void truth(c)],
  ['device routes', (c) => void truth(c)],
]

const deviceOptions: Options = [
  [
    'scan time',
    (c, draft) => {
      draft.scanSeconds = c.number()
    },
  ],
]

const directOptions: Options = [
  [
    'interface',
    (c, draft) => {
      draft.interfaces = interfaces(c)
    },
  ],
]

const staticOptions: Options = [
  [
    'route',
    (c, draft) => {
      draft.routes = [...draft.routes, staticRoute(c)]
    },
  ],
]

interface Option {
  readonly words: readonly string[]
  readonly read: Reader
}

/** By their first word. */
function indexed(options: Options): ReadonlyMap<string, readonly Option[]> {
  const found = new Map<string, Option[]>()
  for (const [phrase, read] of options) {
    const words = phrase.split(' ')
    const [first = ''] = words
    const alike = found.get(first)
    if (alike === undefined) found.set(first, [{ words, read }])
    else alike.push({ words, read })
  }
  return found
}

const byKind: Record<ProtocolConfig['kind'], ReadonlyMap<string, readonly Option[]>> = {
  bgp: indexed([...bgpOptions, ...common]),
  kernel: indexed([...kernelOptions, ...common]),
  device: indexed([...deviceOptions, ...common]),
  direct: indexed([...directOptions, ...common]),
  static: indexed([...staticOptions, ...common]),
}

/** `{ option; option; … }` of a protocol or template. */
export function parseOptions(c: Cursor, draft: Draft): void {
  const options = byKind[draft.kind]
  c.expect('{')
  while (!c.has('}')) {
    if (c.has(';')) continue
    const option = options.get(c.peek().text)?.find(({ words }) => c.hasAll(words))
    if (!option) c.refuse()
    option.read(c, draft)
    c.expect(';')
  }
}

/** `on`, `yes`, `off`, `no`; nothing means yes. */
function truth(c: Cursor): boolean {
  if (c.has('off') || c.has('no') || c.has('false')) return false
  if (c.has('on') || c.has('yes') || c.has('true')) return true
  return c.peek().text === ';' ? true : c.refuse()
}

const addPaths = (c: Cursor): boolean => (c.has('rx') || c.has('tx') ? true : truth(c))

function pair(c: Cursor): readonly [number, number] {
  const low = c.number()
  c.expect(',')
  return [low, c.number()]
}

/** Whether state changes are among what is traced. */
function debugs(c: Cursor): boolean {
  if (c.has('all')) return true
  if (c.has('off')) return false
  let states = false
  c.expect('{')
  while (!c.has('}')) {
    if (c.symbol() === 'states') states = true
    c.has(',')
  }
  return states
}

function filter(c: Cursor): FilterConfig {
  if (c.has('all')) return { kind: 'all' }
  if (c.has('none')) return { kind: 'none' }
  c.expect('filter')
  return c.peek().text === '{' ? { kind: 'inline', body: parseBlock(c) } : { kind: 'named', name: c.symbol() }
}

function interfaces(c: Cursor): readonly string[] {
  const found: string[] = []
  do {
    const sign = c.has('-') ? '-' : ''
    found.push(sign + c.text())
  } while (c.has(','))
  return found
}

function staticRoute(c: Cursor): StaticRoute {
  const prefix = c.prefix()
  if (c.has('blackhole')) return { prefix, to: { kind: 'blackhole' } }
  if (c.has('unreachable')) return { prefix, to: { kind: 'unreachable' } }
  c.expect('via')
  return c.peek().kind === 'text'
    ? { prefix, to: { kind: 'device', device: c.text() } }
    : { prefix, to: { kind: 'via', gateway: c.address() } }
}
