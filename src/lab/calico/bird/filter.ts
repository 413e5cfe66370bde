import type { Config, Expression, FilterConfig, Statement } from '#lab/calico/bird/config/model.ts'
import { contains, matches, toPrefix } from '#lab/calico/bird/prefix.ts'
import type { BirdRoute } from '#lab/calico/bird/route.ts'

type Value = number | string | boolean | { readonly prefix: string } | undefined

/** How a run of statements ended before its last: with a verdict, or with a value for who called the function. */
type End = { readonly verdict: 'accept' | 'reject' } | { readonly returns: Value }

const accepted: End = { verdict: 'accept' }
const rejected: End = { verdict: 'reject' }

/**
 * Runs a filter over a route: the route with what the filter set, or undefined when it was rejected. A filter that
 * ends without a verdict rejects (`bird:filter/filter.c` F_ERROR).
 */
export function runFilter(config: Config, filter: FilterConfig, route: BirdRoute): BirdRoute | undefined {
  if (filter.kind === 'all') return route
  if (filter.kind === 'none') return undefined
  const body = filter.kind === 'inline' ? filter.body : (config.filters.get(filter.name) ?? [])
  const run = new Run(config, route)
  return run.all(body, noLocals) === accepted ? run.route : undefined
}

type Locals = ReadonlyMap<string, Value>
const noLocals: Locals = new Map()

const functionTexts = new WeakMap<Config['functions'], string>()
const filterTexts = new WeakMap<object, string>()

function remembered<K extends object>(texts: WeakMap<K, string>, key: K, text: () => string): string {
  const known = texts.get(key)
  if (known !== undefined) return known
  const fresh = text()
  texts.set(key, fresh)
  return fresh
}

/** Everything that decides what a filter does, functions included: equal texts mean equal behaviour. */
export function filterSignature(config: Config, filter: FilterConfig): string {
  if (filter.kind === 'all' || filter.kind === 'none') return filter.kind
  const body = filter.kind === 'inline' ? filter.body : (config.filters.get(filter.name) ?? [])
  const functions = remembered(functionTexts, config.functions, () =>
    JSON.stringify([...config.functions.values()]),
  )
  return `${remembered(filterTexts, body, () => JSON.stringify(body))}${functions}`
}

class Run {
  readonly #config: Config
  route: BirdRoute
  #verdict: End | undefined

  constructor(config: Config, route: BirdRoute) {
    this.#config = config
    this.route = route
  }

  all(body: readonly Statement[], locals: Locals): End | undefined {
    for (const statement of body) {
      const end = this.#run(statement, locals) ?? this.#verdict
      if (end) return end
    }
    return undefined
  }

  #run(statement: Statement, locals: Locals): End | undefined {
    switch (statement.does) {
      case 'accept':
        return accepted
      case 'reject':
        return rejected
      case 'return':
        return { returns: this.#value(statement.value, locals) }
      case 'call':
        this.#value(statement.call, locals)
        return undefined
      case 'set':
        this.#assign(statement.name, this.#value(statement.value, locals))
        return undefined
      case 'change':
        this.#change(statement, locals)
        return undefined
      case 'if':
        return this.all(
          this.#value(statement.condition, locals) ? statement.then : statement.otherwise,
          locals,
        )
      default:
        return statement satisfies never
    }
  }

  #assign(name: string, value: Value): void {
    const { route } = this
    if (name === 'preference' && typeof value === 'number') this.route = { ...route, preference: value }
    else if (name === 'krt_metric' && typeof value === 'number') this.route = { ...route, metric: value }
    else if (name === 'krt_tunnel' && typeof value === 'string') this.route = { ...route, tunnel: value }
    else if (name === 'bgp_local_pref' && typeof value === 'number') {
      const bgp = route.bgp ?? { origin: 'IGP', asPath: [], nextHop: '' }
      this.route = { ...route, bgp: { ...bgp, localPref: value } }
    }
  }

  #change({ name, how, value }: Statement & { readonly does: 'change' }, locals: Locals): void {
    const key = name === 'bgp_large_community' ? 'largeCommunities' : 'communities'
    const bgp = this.route.bgp ?? { origin: 'IGP', asPath: [], nextHop: '' }
    const given = text(this.#value(value, locals))
    const others = (bgp[key] ?? []).filter((each) => each !== given)
    this.route = { ...this.route, bgp: { ...bgp, [key]: how === 'add' ? [...others, given] : others } }
  }

  #value(e: Expression, locals: Locals): Value {
    switch (e.is) {
      case 'number':
      case 'text':
      case 'truth':
      case 'address':
        return e.value
      case 'prefix':
        return { prefix: e.value }
      case 'community':
        return e.value
      case 'set':
      case 'names':
        return undefined
      case 'name':
        return locals.has(e.name) ? locals.get(e.name) : attribute(this.route, e.name)
      case 'defined':
        return attribute(this.route, e.name) !== undefined
      case 'not':
        return !this.#value(e.of, locals)
      case 'call':
        return this.#call(e.name, e.args, locals)
      case 'binary':
        return this.#binary(e.op, e.left, e.right, locals)
      default:
        return e satisfies never
    }
  }

  #call(name: string, args: readonly Expression[], locals: Locals): Value {
    const called = this.#config.functions.get(name)
    if (!called) return undefined
    const inner = new Map(
      called.parameters.map((parameter, i) => {
        const arg = args[i]
        return [parameter, arg && this.#value(arg, locals)] as const
      }),
    )
    const end = this.all(called.body, inner)
    if (end && 'returns' in end) return end.returns
    // A verdict inside a function ends the whole filter.
    this.#verdict = end
    return undefined
  }

  #binary(op: string, left: Expression, right: Expression, locals: Locals): Value {
    const a = this.#value(left, locals)
    if (op === '&&') return Boolean(a) && Boolean(this.#value(right, locals))
    if (op === '||') return Boolean(a) || Boolean(this.#value(right, locals))
    if (right.is === 'names') return right.names.includes(text(a)) === (op === '~')
    if (right.is === 'set' && (op === '~' || op === '!~')) return inSet(a, right) === (op === '~')
    const b = this.#value(right, locals)
    switch (op) {
      case '=':
        return same(a, b)
      case '!=':
        return !same(a, b)
      case '~':
        return isIn(a, b)
      case '!~':
        return !isIn(a, b)
      default:
        return arithmetic(op, Number(a), Number(b))
    }
  }
}

function arithmetic(op: string, a: number, b: number): Value {
  switch (op) {
    case '<':
      return a < b
    case '>':
      return a > b
    case '<=':
      return a <= b
    case '>=':
      return a >= b
    case '+':
      return a + b
    default:
      return a - b
  }
}

/** What a filter can read of a route; undefined is what `defined()` tells. */
function attribute(route: BirdRoute, name: string): Value {
  if (/^(RTS|RTD|SCOPE)_/.test(name)) return name
  switch (name) {
    case 'net':
      return { prefix: route.net }
    case 'source':
      return route.source
    case 'proto':
      return route.protocol
    case 'preference':
      return route.preference
    case 'ifname':
      return route.to.kind === 'router' || route.to.kind === 'device' ? route.to.device : undefined
    case 'gw':
      return route.to.kind === 'router' ? route.to.gateway : undefined
    case 'from':
      return route.from
    case 'krt_metric':
      return route.metric
    case 'krt_tunnel':
      return route.tunnel
    case 'bgp_next_hop':
      return route.bgp?.nextHop
    case 'bgp_local_pref':
      return route.bgp?.localPref
    default:
      return undefined
  }
}

const text = (value: Value): string => (typeof value === 'object' ? value.prefix : String(value))
const same = (a: Value, b: Value): boolean => text(a) === text(b)

function isIn(a: Value, b: Value): boolean {
  if (typeof b === 'object') return a !== undefined && contains(toPrefix(b.prefix), toPrefix(text(a)))
  return typeof b === 'string' && matches(b, text(a))
}

function inSet(a: Value, set: Expression & { readonly is: 'set' }): boolean {
  const net = toPrefix(text(a))
  return set.prefixes.some(({ prefix, from, to }) => {
    const pattern = toPrefix(prefix)
    const related = contains(pattern, net) || contains(net, pattern)
    return related && net.length >= from && net.length <= to
  })
}
