/**
 * NetworkManager 1.36 as far as it meddles with devices that are not its own: it takes every device that no `unmanaged-devices=` of
 * /etc/NetworkManager names, asks for an address on it (there is no DHCP server on a pod's interface), and after 45 s without one
 * (`ipv4.dhcp-timeout`) gives it up: addresses and routes of the device are removed. When the device's routes come back it tries
 * again, up to four times in a row (`autoconnect-retries-default`, 0: for ever), then after five minutes.
 *
 * Not imitated: the real card's own connection (it is left as it is), Wi-Fi, DNS, D-Bus, nmcli beyond `device` and `general reload`,
 * settings per connection or device (`[connection-…]`, `[device-…]`, `match-device`).
 *
 * @see NetworkManager.conf(5), Calico's "Configure NetworkManager"
 */
import { readable } from '#lab/host/os/readable.ts'
import { isErrno, type Process, type Program } from '#lab/host/ports.ts'
import { patternMatcher } from '#lab/host/shell/glob.ts'
import type { Link } from '#lab/network/ports.ts'

const pauseMs = 300_000
const folders = ['/etc/NetworkManager/conf.d', '/usr/lib/NetworkManager/conf.d']

/** Devices of these kinds get a connection of their own when they have none. */
const isCandidate = ({ name, kind }: Link): boolean => kind !== 'loopback' && name !== 'eth0'

export const networkManager: Program = async (p) => {
  const say = (text: string): void => p.stderr.write(`<info>  [${(p.now() / 1000).toFixed(4)}] ${text}\n`)
  say('NetworkManager (version 1.36.6) is starting... (for the first time)')
  let isUnmanaged = await unmanaged(p)
  let persistence = await persistenceIn(p)
  p.onSignal('SIGHUP', () => {
    p.thread('reload', async (self) => {
      isUnmanaged = await unmanaged(self)
      persistence = await persistenceIn(self)
      say('config: signal: SIGHUP (no changes from disk)')
    })
  })
  const held = new Set<string>()
  for (;;) {
    for (const link of p.net.links().filter(isCandidate)) {
      if (held.has(link.name) || isUnmanaged(link) || !hasRoutes(p, link.name)) continue
      held.add(link.name)
      p.thread(link.name, async (self) => {
        do await configure(self, link.name, { say, isUnmanaged: () => isUnmanaged(link), ...persistence })
        while (!isUnmanaged(link) && hasRoutes(self, link.name))
        held.delete(link.name)
      })
    }
    await p.net.changed(p.task)
  }
}

const hasRoutes = (p: Process, device: string): boolean => p.net.routes().some(({ dev }) => dev === device)

async function configure(
  p: Process,
  device: string,
  {
    say,
    isUnmanaged,
    retriesMax,
    dhcpTimeoutMs,
  }: Persistence & {
    readonly say: (text: string) => void
    readonly isUnmanaged: () => boolean
  },
): Promise<void> {
  const state = (from: string, to: string): void => say(`device (${device}): state change: ${from} -> ${to}`)
  for (let attempt = 1; attempt <= retriesMax; attempt++) {
    state('disconnected', 'prepare')
    state('prepare', 'config')
    state('config', 'ip-config')
    say(`dhcp4 (${device}): activation: beginning transaction (timeout in ${dhcpTimeoutMs / 1000} seconds)`)
    await p.sleep(dhcpTimeoutMs)
    if (isUnmanaged() || !p.net.hasLink(device)) {
      state('ip-config', 'unmanaged')
      return
    }
    say(`dhcp4 (${device}): request timed out`)
    state('ip-config', 'failed')
    await giveUp(p, device)
    state('failed', 'disconnected')
    while (!hasRoutes(p, device)) await p.net.changed(p.task)
  }
  await p.sleep(pauseMs)
}

/** A device that could not be configured is left without addresses and routes. */
async function giveUp(p: Process, device: string): Promise<void> {
  try {
    for (const { destination, dev, protocol } of p.net.routes())
      if (dev === device) await p.net.apply([{ op: 'route-del', destination, protocol }])
    for (const { link, address, prefixLength } of p.net.addresses())
      if (link === device) await p.net.apply([{ op: 'address-del', link, address, prefixLength }])
  } catch (error) {
    if (!isErrno(error)) throw error // somebody was quicker
  }
}

/** How long and how often it tries to set a device up. */
interface Persistence {
  readonly dhcpTimeoutMs: number
  readonly retriesMax: number
}

/** The last file that says it decides, as with every key of these files. */
async function persistenceIn(p: Process): Promise<Persistence> {
  const text = (await configTexts(p)).join('\n')
  const value = (key: string): string | undefined =>
    [...text.matchAll(new RegExp(`^\\s*${key}\\s*=\\s*(\\d+)\\s*$`, 'gm'))].at(-1)?.[1]
  const retries = Number(value('autoconnect-retries-default') ?? 4)
  return {
    dhcpTimeoutMs: Number(value('ipv4\\.dhcp-timeout') ?? 45) * 1000,
    retriesMax: retries === 0 ? Number.POSITIVE_INFINITY : retries,
  }
}

async function configTexts(p: Process): Promise<readonly string[]> {
  const texts = [(await readable(p.files, '/etc/NetworkManager/NetworkManager.conf')) ?? '']
  for (const folder of folders)
    for (const { name } of (await p.files.exists(folder)) ? await p.files.list(folder) : [])
      if (name.endsWith('.conf')) texts.push((await readable(p.files, `${folder}/${name}`)) ?? '')
  return texts
}

/** Reads `unmanaged-devices=` of all files: `interface-name:cali*`, `type:veth`, `mac:…`, and the bare name. */
async function unmanaged(p: Process): Promise<(link: Link) => boolean> {
  const line = (await configTexts(p)).flatMap((text) =>
    [...text.matchAll(/^\s*unmanaged-devices\s*\+?=\s*(.*)$/gm)].map(([, value = '']) => value),
  )
  const tests = line
    .flatMap((value) => value.split(/[;,]/))
    .filter((word) => word.trim() !== '')
    .map((word): ((link: Link) => boolean) => {
      const [, key = 'interface-name', pattern = ''] = /^(?:([a-z-]+):)?(.*)$/.exec(word.trim()) ?? []
      if (key === 'type') return ({ kind }) => kind === pattern
      if (key === 'mac') return ({ mac }) => mac.toLowerCase() === pattern.toLowerCase()
      const matches = patternMatcher(pattern)
      return ({ name }) => matches(name)
    })
  return (link) => tests.some((test) => test(link))
}

/** nmcli(1): `device [status]`, `general reload`. */
export const nmcli: Program = async (p) => {
  const running = p.processes().find(({ argv }) => argv[0]?.endsWith('/NetworkManager'))
  if (running === undefined) {
    p.stderr.write('Error: NetworkManager is not running.\n')
    return 8
  }
  const [object = 'device', verb = 'status'] = p.argv.slice(1).filter((word) => !word.startsWith('-'))
  if ('general'.startsWith(object) && verb === 'reload') {
    await p.kill(running.pid, 'SIGHUP')
    return 0
  }
  if (!'device'.startsWith(object)) {
    p.stderr.write(`Error: argument '${object}' not understood. Try passing --help instead.\n`)
    return 2
  }
  const isUnmanaged = await unmanaged(p)
  const types: Readonly<Record<string, string>> = {
    ether: 'ethernet',
    veth: 'ethernet',
    ipip: 'iptunnel',
    loopback: 'loopback',
  }
  const rows = p.net.links().map((link) => {
    const idle = link.kind === 'loopback' || isUnmanaged(link)
    const state = idle
      ? 'unmanaged'
      : link.name === 'eth0'
        ? 'connected'
        : hasRoutes(p, link.name)
          ? 'connecting (getting IP configuration)'
          : 'disconnected'
    return [
      link.name,
      types[link.kind] ?? link.kind,
      state,
      idle || state === 'disconnected'
        ? '--'
        : link.name === 'eth0'
          ? 'eth0'
          : `Wired connection ${link.name}`,
    ]
  })
  const table = [['DEVICE', 'TYPE', 'STATE', 'CONNECTION'], ...rows]
  const widths = [0, 1, 2, 3].map((at) => Math.max(...table.map((row) => row[at]?.length ?? 0)))
  for (const row of table)
    p.stdout.write(`${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ')} \n`)
  return 0
}
