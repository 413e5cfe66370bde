/**
 * Names to addresses as a libc resolver does it: /etc/hosts, then the name servers of /etc/resolv.conf with its search list.
 *
 * Not imitated: UDP (a query is a short connection to port 53: one packet there, one back, and no answer when the path is
 * broken), AAAA queries, rotation, EDNS, caching, nsswitch.conf.
 */
import { failed, ok, type Result } from '#base/result.ts'
import { readable } from '#lab/host/os/readable.ts'
import { isErrno, type Process } from '#lab/host/ports.ts'
import { isIpv4 } from '#lab/network/address.ts'
import type { Connection, Listener, Payload } from '#lab/network/ports.ts'

export type Rcode = 'NOERROR' | 'NXDOMAIN' | 'SERVFAIL' | 'REFUSED'

export interface DnsAnswer {
  readonly rcode: Rcode
  readonly addresses: readonly string[]
}

export interface LookupFailure {
  readonly kind: 'not-found' | 'no-answer' | 'refused' | 'server-failure' | 'gave-up'
  readonly server?: string
}

/** Answers queries on port 53 (or another) until the process ends. */
export function serveDns(
  p: Process,
  at: { readonly port: number },
  answer: (name: string) => DnsAnswer,
): Promise<Listener> {
  return p.net.listen(at, (connection) => {
    p.thread('dns', async (self) => {
      const query = await received(self, connection)
      if (typeof query === 'object' && query.dns === 'query' && typeof query.name === 'string')
        connection.send(payload({ dns: 'answer', ...answer(query.name.toLowerCase()) }))
      connection.close()
    })
  })
}

async function received(self: Process, connection: Connection): Promise<Payload | undefined> {
  try {
    return await connection.receive(self.task, { timeoutMs: tryMs })
  } catch (error) {
    if (!isErrno(error)) throw error
    return undefined
  }
}

/**
 * The IPv4 addresses of a name. A dotted address is its own answer. glibc's defaults: five seconds a try, two tries,
 * one name server after the other, `ndots` 1.
 */
export async function resolveHost(
  p: Process,
  name: string,
  o: { readonly timeoutMs?: number } = {},
): Promise<Result<readonly string[], LookupFailure>> {
  const found = await lookUp(p, name, o)
  return found.ok ? ok(found.value.addresses) : found
}

/** The same, with the name that was found: `db` by the search list is `db.shop.svc.cluster.local`. */
export async function lookUp(
  p: Process,
  name: string,
  { timeoutMs = Number.POSITIVE_INFINITY }: { readonly timeoutMs?: number } = {},
): Promise<Result<{ readonly name: string; readonly addresses: readonly string[] }, LookupFailure>> {
  if (isIpv4(name)) return ok({ name, addresses: [name] })
  const own = await fromHosts(p, name)
  if (own !== undefined) return ok({ name, addresses: [own] })
  const deadlineMs = p.now() + timeoutMs
  const config = await resolverConfig(p)
  let failure: LookupFailure = { kind: config.servers.length === 0 ? 'refused' : 'not-found' }
  for (const candidate of candidates(name, config)) {
    const result = await askServers(p, candidate, config.servers, deadlineMs)
    if (result.ok) return ok({ name: candidate, addresses: result.value })
    failure = result.error
    if (failure.kind !== 'not-found') break
  }
  return failed(failure)
}

export interface ResolverConfig {
  readonly servers: readonly string[]
  readonly search: readonly string[]
  readonly ndots: number
}

export async function resolverConfig(p: Process): Promise<ResolverConfig> {
  const text = (await readable(p.files, '/etc/resolv.conf')) ?? ''
  const words = text.split('\n').map((line) => line.trim().split(/\s+/))
  const of = (key: string): string[] =>
    words.filter(([first]) => first === key).flatMap((line) => line.slice(1))
  const ndots = of('options').find((option) => option.startsWith('ndots:'))
  return {
    servers: of('nameserver').slice(0, 3),
    search: of('search'),
    ndots: ndots === undefined ? 1 : Number(ndots.slice('ndots:'.length)),
  }
}

/** One question to one server. */
export async function queryDns(
  p: Process,
  q: { readonly name: string; readonly server: string; readonly timeoutMs: number },
): Promise<Result<DnsAnswer, LookupFailure>> {
  const { name, server, timeoutMs } = q
  const startedMs = p.now()
  try {
    const connection = await p.net.connect(p.task, { address: server, port: 53 }, { timeoutMs })
    connection.send(payload({ dns: 'query', name }))
    const leftMs = Math.max(0, timeoutMs - (p.now() - startedMs))
    const answer = await connection.receive(p.task, { timeoutMs: leftMs })
    connection.close()
    if (typeof answer === 'object' && answer.dns === 'answer') return ok(answer as unknown as DnsAnswer) // of serveDns
    return failed({ kind: answer === undefined ? 'no-answer' : 'refused', server })
  } catch (error) {
    if (!isErrno(error)) throw error
    return failed({ kind: error.code === 'ETIMEDOUT' ? 'no-answer' : 'refused', server })
  }
}

const tryMs = 5000
const tries = 2

async function askServers(
  p: Process,
  name: string,
  servers: readonly string[],
  deadlineMs: number,
): Promise<Result<readonly string[], LookupFailure>> {
  let failure: LookupFailure = { kind: 'refused' }
  for (let round = 0; round < tries; round++)
    for (const server of servers) {
      const leftMs = deadlineMs - p.now()
      if (leftMs <= 0) return failed({ kind: 'gave-up', server })
      const result = await queryDns(p, { name, server, timeoutMs: Math.min(tryMs, leftMs) })
      if (!result.ok) failure = result.error
      else if (result.value.rcode === 'NOERROR' && result.value.addresses.length > 0)
        return ok(result.value.addresses)
      else if (result.value.rcode === 'NXDOMAIN' || result.value.rcode === 'NOERROR')
        return failed({ kind: 'not-found', server })
      else failure = { kind: 'server-failure', server }
    }
  return failed(p.now() >= deadlineMs ? { ...failure, kind: 'gave-up' } : failure)
}

/** The names to ask for, in order: as it is first when it has enough dots, last when it has not. */
export function candidates(name: string, { search, ndots }: ResolverConfig): readonly string[] {
  if (name.endsWith('.')) return [name.slice(0, -1)]
  const searched = search.map((domain) => `${name}.${domain.replace(/\.$/, '')}`)
  const dots = name.split('.').length - 1
  return dots >= ndots ? [name, ...searched] : [...searched, name]
}

async function fromHosts(p: Process, name: string): Promise<string | undefined> {
  return (await namesInHosts(p)).get(name)
}

/** The names of /etc/hosts with their addresses, in the order of the file. */
export const namesInHosts = async (p: Process): Promise<ReadonlyMap<string, string>> =>
  hostsOf((await readable(p.files, '/etc/hosts')) ?? '')

/** Names with the first address that a hosts file gives them. Few texts, each read very often. */
function hostsOf(text: string): ReadonlyMap<string, string> {
  const known = hostsTexts.get(text)
  if (known !== undefined) return known
  const hosts = new Map<string, string>()
  for (const line of text.split('\n')) {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/)
    if (isIpv4(address)) for (const name of names) if (!hosts.has(name)) hosts.set(name, address)
  }
  if (hostsTexts.size > 1000) hostsTexts.clear()
  hostsTexts.set(text, hosts)
  return hosts
}

const hostsTexts = new Map<string, ReadonlyMap<string, string>>()

const payload = (value: Record<string, unknown>): Payload => Object.freeze({ ...value, sizeBytes: 100 })
