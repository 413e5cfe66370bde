/**
 * getent(1) for passwd, group, hosts and ahosts: names are asked of /etc/hosts, then of DNS. bminor/glibc:nss/getent.c
 *
 * Not imitated: names of addresses from DNS, nsswitch.conf, AAAA records.
 */
import { accounts, groups } from '#lab/host/os/accounts.ts'
import { isErrno, type Process, type Program } from '#lab/host/ports.ts'
import { isIpv4 } from '#lab/network/address.ts'
import { lookUp } from '#lab/network/dns.ts'

interface Database {
  all(p: Process): Promise<readonly string[]>
  /** The lines about one key. */
  find(p: Process, key: string): Promise<readonly string[]>
}

const colons = (all: Database['all']): Database => ({
  all,
  find: async (p, key) => {
    const lines = await all(p)
    const found = lines.find((line) => {
      const [name, , number] = line.split(':')
      return key === name || key === number
    })
    return found === undefined ? [] : [found]
  },
})

const databases: Readonly<Record<string, Database>> = {
  passwd: colons(async (p) => (await accounts(p.files)).map(({ line }) => line)),
  group: colons(async (p) => (await groups(p.files)).map(({ line }) => line)),
  hosts: {
    all: async (p) => (await hostLines(p)).map(hostText),
    find: async (p, key) => {
      const own = await ownHosts(p, key)
      return (own.length > 0 || isIpv4(key) ? own.slice(0, 1) : await named(p, key)).map(hostText)
    },
  },
  ahosts: {
    all: async (p) => (await hostLines(p)).map(hostText),
    find: async (p, key) =>
      (await everyAddress(p, key)).flatMap(({ address, names }, index) =>
        ['STREAM', 'DGRAM', 'RAW'].map(
          (kind) =>
            `${address.padEnd(15)} ${kind.padEnd(6)} ${index === 0 && kind === 'STREAM' ? names[0] : ''}`,
        ),
      ),
  },
}

/** Code 2 when a key is not found. */
export const getent: Program = async (p) => {
  const [name = '', ...keys] = p.argv.slice(1)
  const database = databases[name]
  if (database === undefined) {
    p.stderr.write(`Unknown database: ${name}\n`)
    return 1
  }
  const print = (lines: readonly string[]): void => p.stdout.write(lines.map((line) => `${line}\n`).join(''))
  if (keys.length === 0) print(await database.all(p))
  let code = 0
  for (const key of keys) {
    const lines = await database.find(p, key)
    if (lines.length === 0) code = 2
    print(lines)
  }
  return code
}

interface Host {
  readonly address: string
  readonly names: readonly string[]
}

const hostText = ({ address, names }: Host): string => `${address.padEnd(15)} ${names.join(' ')}`

/** What getaddrinfo(3) answers: a dotted address is its own name. */
async function everyAddress(p: Process, key: string): Promise<readonly Host[]> {
  if (isIpv4(key)) return [{ address: key, names: [key] }]
  const own = await ownHosts(p, key)
  return own.length > 0 ? own : named(p, key)
}

/** Of /etc/hosts, IPv6 addresses before IPv4 ones. */
async function ownHosts(p: Process, key: string): Promise<readonly Host[]> {
  const lines = (await hostLines(p)).filter(({ address, names }) => address === key || names.includes(key))
  return lines.toSorted((a, b) => Number(isIpv4(a.address)) - Number(isIpv4(b.address)))
}

/** Of DNS, whose answer carries the whole name. */
async function named(p: Process, key: string): Promise<readonly Host[]> {
  const found = await lookUp(p, key)
  return found.ok ? found.value.addresses.map((address) => ({ address, names: [found.value.name] })) : []
}

async function hostLines(p: Process): Promise<readonly Host[]> {
  try {
    return (await p.files.read('/etc/hosts'))
      .split('\n')
      .map((line) => line.replace(/#.*/, '').trim())
      .filter((line) => line !== '')
      .map((line) => {
        const [address = '', ...names] = line.split(/\s+/)
        return { address, names }
      })
  } catch (error) {
    if (isErrno(error)) return []
    throw error
  }
}
