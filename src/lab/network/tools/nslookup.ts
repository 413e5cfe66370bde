/** BIND's `nslookup NAME [SERVER]` and `dig [+short] [+search] NAME [@SERVER]`, for A records. Not imitated: other types, interactive mode, reverse look-ups. */
import type { Process, Program } from '#lab/host/ports.ts'
import {
  candidates,
  type DnsAnswer,
  type LookupFailure,
  queryDns,
  resolveHost,
  resolverConfig,
} from '#lab/network/dns.ts'

const tryMs = 5000

export const nslookup: Program = async (p) => {
  const [name, given] = p.argv.slice(1).filter((word) => !word.startsWith('-'))
  if (name === undefined) return 1
  const { servers, search } = await resolverConfig(p)
  const server = given ?? servers[0] ?? '127.0.0.1'
  const found = await resolveHost(p, server)
  const address = found.ok ? (found.value[0] ?? server) : server
  let refused: string | undefined
  for (const candidate of nslookupNames(name, search)) {
    const answer = await ask(p, candidate, address)
    if (typeof answer === 'string') {
      p.stdout.write(`${answer}\n\n`)
      return 1
    }
    p.stdout.write(refused === undefined ? `Server:\t\t${server}\nAddress:\t${address}#53\n\n` : '')
    if (answer.rcode === 'NOERROR') {
      p.stdout.write(answer.addresses.map((each) => `Name:\t${candidate}\nAddress: ${each}\n`).join(''))
      p.stdout.write('\n')
      return 0
    }
    refused = `** server can't find ${candidate}: ${answer.rcode}\n\n`
    if (answer.rcode !== 'NXDOMAIN') break
    if (candidate !== name) continue
  }
  p.stdout.write(refused ?? '')
  return 1
}

/** nslookup's own search: a name without a dot through the list, any other as it is. */
const nslookupNames = (name: string, search: readonly string[]): readonly string[] =>
  name.includes('.') ? [name.replace(/\.$/, '')] : [...search.map((domain) => `${name}.${domain}`), name]

async function ask(p: Process, name: string, server: string): Promise<DnsAnswer | string> {
  for (let tried = 0; tried < 3; tried++) {
    const result = await queryDns(p, { name, server, timeoutMs: tryMs })
    if (result.ok) return result.value
    p.stdout.write(`;; communications error to ${server}#53: ${wordsOf(result.error)}\n`)
  }
  return ';; no servers could be reached'
}

export const dig: Program = async (p) => {
  const words = p.argv.slice(1)
  const typed = words.find((word) => !/^[+@-]/.test(word) && word !== 'A' && word !== 'IN') ?? '.'
  const config = await resolverConfig(p)
  const server = words.find((word) => word.startsWith('@'))?.slice(1) ?? config.servers[0] ?? '127.0.0.1'
  const found = await resolveHost(p, server)
  const address = found.ok ? (found.value[0] ?? server) : server
  // Without being told, dig asks for the name as it is.
  const names = words.includes('+search') ? candidates(typed, config) : [typed.replace(/\.$/, '')]
  for (const [at, name] of names.entries()) {
    const answer = await ask(p, name, address)
    if (typeof answer === 'string') {
      p.stdout.write(`\n; <<>> DiG 9.18.30 <<>> ${words.join(' ')}\n;; global options: +cmd\n${answer}\n`)
      return 9
    }
    if (answer.rcode === 'NXDOMAIN' && at < names.length - 1) continue
    p.stdout.write(
      words.includes('+short')
        ? answer.addresses.map((each) => `${each}\n`).join('')
        : full(name, words, answer, server),
    )
    return 0
  }
  return 0
}

const full = (
  name: string,
  words: readonly string[],
  { rcode, addresses }: DnsAnswer,
  server: string,
): string =>
  [
    '',
    `; <<>> DiG 9.18.30 <<>> ${words.join(' ')}`,
    ';; global options: +cmd',
    ';; Got answer:',
    `;; ->>HEADER<<- opcode: QUERY, status: ${rcode}, id: 1`,
    `;; flags: qr aa rd; QUERY: 1, ANSWER: ${addresses.length}, AUTHORITY: 0, ADDITIONAL: 1`,
    '',
    ';; QUESTION SECTION:',
    `;${name}.\t\tIN\tA`,
    '',
    ...(addresses.length > 0
      ? [';; ANSWER SECTION:', ...addresses.map((each) => `${name}.\t30\tIN\tA\t${each}`), '']
      : []),
    `;; SERVER: ${server}#53(${server}) (UDP)`,
    '',
    '',
  ].join('\n')

const wordsOf = ({ kind }: LookupFailure): string =>
  kind === 'refused' ? 'connection refused' : kind === 'server-failure' ? 'unexpected' : 'timed out'
