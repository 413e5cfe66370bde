import { Quiet } from '#base/quiet.ts'
import type { Config, Expression, FilterConfig, Statement } from '#lab/calico/bird/config/model.ts'
import { contains, matches, toPrefix } from '#lab/calico/bird/prefix.ts'
import type { BirdRoute } from '#lab/calico/bird/route.ts'

type Value = number | string | boolean | { readonly prefix: string } | undefined

class Verdict extends Quiet {
  readonly accepted: boolean
  constructor(accepted: boolean) {
    super('filter ended')
    this.accepted = accepted
  }
}
class Returned extends Quiet {
  readonly value: Value
  constructor(value: Value) {
    super('function returned')
    this.value = value
  }
}

const accepted = new Verdict(true)
const rejected = new Verdict(false)

/**
 * Runs a filter over a route: the route with what the filter set, or undefined when it was rejected. A filter that
 * ends without a verdict rejects (`bird:filter/filter.c` F_ERROR).
 */
export function runFilter(config: Config, filter: FilterConfig, route: BirdRoute): BirdRoute | undefined {
  if (filter.kind === 'all') return route
  if (filter.kind === 'none') return undefined
  const body = filter.kind === 'inline' ? filter.body : (config.filters.get(filter.name) ?? [])
  const run = new Run(config, route)
  try {
    run.all(body, new Map())
  } catch (end) {
    if (end instanceof Verdict) return end.accepted ? run.route : undefined
    if (!(end instanceof Returned)) throw end
  }
  return undefined
}

/** Everything that decides what a filter does, functions included: equal texts mean equal behaviour. */
export function filterSignature(config: Config, filter: FilterConfig): string {
  if (filter.kind === 'all' || filter.kind === 'none') return filter.kind
  const body = filter.kind === 'inline' ? filter.body : (config.filters.get(filter.name) ?? [])
  return `${textOf(body)} ${textOf(config.functions)}`
}

const texts = new WeakMap<object, string>()

/** What a configuration holds never changes, so it is written down once. */
function textOf(part: readonly Statement[] | Config['functions']): string {
  let text = texts.get(part)
  if (text === undefined) {
    text = JSON.stringify(part instanceof Map ? [...part.values()] : part)
    texts.set(part, text)
  }
  return text
}

class Run {
  readonly #config: Config
  route: BirdRoute

  constructor(config: Config, route: BirdRoute) {
    this.#config = config
    this.route = route
  }

  all(body: readonly Statement[], locals: ReadonlyMap<string, Value>): void {
    for (const statement of body) this.#run(statement, locals)
  }

  #run(statement: Statement, locals: ReadonlyMap<string, Value>): void {
    switch (statement.does) {
      case 'accept':
        throw accepted
      case 'reject':
        throw rejected
      case 'return':
        throw new Returned(this.#value(statement.value, locals))
      case 'call':
        this.#value(statement.call, locals)
        return
      case 'set':
        this.#assign(statement.name, this.#value(statement.value, locals))
        return
      case 'if':
        this.all(this.#value(statement.condition, locals) ? statement.then : statement.otherwise, locals)
        return
      default:
        statement satisfies never
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

  #value(e: Expression, locals: ReadonlyMap<string, Value>): Value {
    switch (e.is) {
      case 'number':
      case 'text':
      case 'truth':
      case 'address':
        return e.value
      case 'prefix':
        return { prefix: e.value }
      case 'set':
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

  #call(name: string, args: readonly Expression[], locals: ReadonlyMap<string, Value>): Value {
    const called = this.#config.functions.get(name)
    if (!called) return undefined
    const inner = new Map(
      called.parameters.map((parameter, i) => {
        const arg = args[i]
        return [parameter, arg && this.#value(arg, locals)] as const
      }),
    )
    try {
      this.all(called.body, inner)
    } catch (end) {
      if (end instanceof Returned) return end.value
      throw end
    }
    return undefined
  }

  #binary(op: string, left: Expression, right: Expression, locals: ReadonlyMap<string, Value>): Value {
    const a = this.#value(left, locals)
    if (op === '&&') return Boolean(a) && Boolean(this.#value(right, locals))
    if (op === '||') return Boolean(a) || Boolean(this.#value(right, locals))
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
