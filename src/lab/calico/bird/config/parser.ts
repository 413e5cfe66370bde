import { alike, alikeMap } from '#lab/calico/bird/config/alike.ts'
import { Cursor } from '#lab/calico/bird/config/cursor.ts'
import { parseBlock, parseFunction } from '#lab/calico/bird/config/filter-parser.ts'
import { ConfigError, type Token, tokens } from '#lab/calico/bird/config/lexer.ts'
import {
  type Config,
  type FilterConfig,
  type FunctionConfig,
  type ProtocolConfig,
  type ProtocolKind,
  protocolDefaults,
  type Statement,
} from '#lab/calico/bird/config/model.ts'
import { type Draft, parseOptions } from '#lab/calico/bird/config/options.ts'
import { isErrno } from '#lab/host/ports.ts'

/**
 * Reads a BIRD 1.6 configuration with what it includes. Rejects with {@link ConfigError} where BIRD would print
 * `file:line:column text`, and with Errno when the file itself cannot be opened.
 */
export async function parseConfig(path: string, read: (path: string) => Promise<string>): Promise<Config> {
  const main = await read(path)
  const key = `${path.slice(0, path.lastIndexOf('/'))}\n${main}`
  const known = parsed.get(key)
  if (known !== undefined && (await isAsRead(known.included, read))) return known.config
  const included: Included[] = []
  const all = await withIncludes(tokens(path, main), path, async (file) => {
    const text = await read(file)
    included.push({ file, text })
    return text
  })
  const config = new Parser(new Cursor(all)).config()
  if (parsed.size >= parsedMax) parsed.clear()
  parsed.set(key, { included, config })
  return config
}

interface Included {
  readonly file: string
  readonly text: string
}

/**
 * By folder and text: what a text means depends on nothing else, and each is read at least twice, by the check of the staged
 * file and by the daemon.
 */
const parsed = new Map<string, { readonly included: readonly Included[]; readonly config: Config }>()
const parsedMax = 256

async function isAsRead(
  included: readonly Included[],
  read: (path: string) => Promise<string>,
): Promise<boolean> {
  try {
    for (const { file, text } of included) if ((await read(file)) !== text) return false
    return true
  } catch (error) {
    if (!isErrno(error)) throw error
    return false
  }
}

/** Included files stand where they are named; a relative name is sought beside the including file. */
async function withIncludes(
  list: readonly Token[],
  path: string,
  read: (path: string) => Promise<string>,
): Promise<readonly Token[]> {
  const found: Token[] = []
  for (let i = 0; i < list.length; i++) {
    const word = list[i] as Token // an index below the length
    const [name, end] = [list[i + 1], list[i + 2]]
    if (word.text !== 'include' || name?.kind !== 'text' || end?.text !== ';') {
      found.push(word)
      continue
    }
    const target = name.text.startsWith('/')
      ? name.text
      : `${path.slice(0, path.lastIndexOf('/') + 1)}${name.text}`
    const text = await included(name, target, read)
    const inner = await withIncludes(tokens(target, text), target, read)
    found.push(...inner.filter((token) => token.kind !== 'end'))
    i += 2
  }
  return found
}

async function included(
  name: Token,
  target: string,
  read: (path: string) => Promise<string>,
): Promise<string> {
  try {
    return await read(target)
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new ConfigError(name, `Unable to open included file ${target}: ${error.message}`)
  }
}

/** A neighbour is a node's own, what is taken from it and told to it is not. */
const alikeProtocol = (draft: Draft): ProtocolConfig =>
  draft.kind === 'bgp'
    ? { ...draft, imports: alike(draft.imports), exports: alike(draft.exports) }
    : alike<ProtocolConfig>(draft)

const kinds: readonly ProtocolKind[] = ['kernel', 'device', 'direct', 'static', 'bgp']

class Parser {
  readonly #c: Cursor
  readonly #functions = new Map<string, FunctionConfig>()
  readonly #filters = new Map<string, readonly Statement[]>()
  readonly #templates = new Map<string, Draft>()
  readonly #protocols: ProtocolConfig[] = []
  #routerId: string | undefined
  #listen: Config['listen'] = { port: 179 }
  #waitSeconds = 240

  constructor(c: Cursor) {
    this.#c = c
  }

  config(): Config {
    const c = this.#c
    while (c.peek().kind !== 'end') this.#statement()
    if (this.#routerId === undefined)
      throw new ConfigError(c.peek(), 'Cannot determine router ID, please configure it manually')
    return {
      routerId: this.#routerId,
      listen: this.#listen,
      gracefulRestartWaitSeconds: this.#waitSeconds,
      functions: alikeMap(this.#functions),
      filters: alikeMap(this.#filters),
      protocols: this.#protocols,
    }
  }

  #statement(): void {
    const c = this.#c
    if (c.has(';')) return
    if (c.has('function')) this.#function()
    else if (c.has('filter')) this.#filters.set(c.symbol(), alike(parseBlock(c)))
    else if (c.has('template')) this.#template()
    else if (c.has('protocol')) this.#protocol()
    else this.#global()
  }

  #function(): void {
    const parsed = parseFunction(this.#c)
    this.#functions.set(parsed.name, parsed)
  }

  #global(): void {
    const c = this.#c
    if (c.hasAll(['router', 'id'])) this.#routerId = c.address()
    else if (c.hasAll(['graceful', 'restart', 'wait'])) this.#waitSeconds = c.number()
    else if (c.hasAll(['listen', 'bgp'])) this.#listenBgp()
    else c.refuse()
    c.expect(';')
  }

  #listenBgp(): void {
    const c = this.#c
    while (c.peek().text !== ';') {
      if (c.has('address')) this.#listen = { ...this.#listen, address: c.address() }
      else if (c.has('port')) this.#listen = { ...this.#listen, port: c.number() }
      else c.refuse()
    }
  }

  #template(): void {
    const kind = this.#kind()
    const name = this.#c.symbol()
    const draft = this.#draft(kind, name)
    parseOptions(this.#c, draft)
    this.#templates.set(name, draft)
  }

  #protocol(): void {
    const c = this.#c
    const kind = this.#kind()
    const named = c.peek().kind === 'symbol' && c.peek().text !== 'from'
    const name = named ? c.symbol() : `${kind}${1 + this.#protocols.filter((p) => p.kind === kind).length}`
    const draft = this.#draft(kind, name)
    const start = c.peek()
    parseOptions(c, draft)
    this.#check(draft, start)
    this.#protocols.push(alikeProtocol(draft))
  }

  #kind(): ProtocolKind {
    const kind = kinds.find((each) => this.#c.has(each))
    return kind ?? this.#c.refuse()
  }

  #draft(kind: ProtocolKind, name: string): Draft {
    const c = this.#c
    if (!c.has('from')) return { ...protocolDefaults(kind), name }
    const template = this.#templates.get(c.peek().text)
    if (!template || template.kind !== kind) return c.refuse()
    c.symbol()
    return { ...template, name }
  }

  /** `bird:proto/bgp/bgp.c` (bgp_check_config) and symbols that must exist. */
  #check(draft: Draft, at: Token): void {
    for (const filter of [draft.imports, draft.exports])
      if (!this.#known(filter)) throw new ConfigError(at, 'syntax error, unexpected CF_SYM_UNDEFINED')
    if (draft.kind !== 'bgp') return
    if (draft.bgp.localAs === undefined) throw new ConfigError(at, 'Local AS number must be set')
    if (draft.bgp.neighbor === undefined) throw new ConfigError(at, 'Neighbor must be configured')
    if (draft.bgp.neighborAs === undefined) throw new ConfigError(at, 'Remote AS number must be set')
  }

  #known(filter: FilterConfig): boolean {
    return filter.kind !== 'named' || this.#filters.has(filter.name)
  }
}
