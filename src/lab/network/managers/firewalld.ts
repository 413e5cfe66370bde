/**
 * firewalld 1.1 with `FirewallBackend=iptables`: at its start and at every reload it flushes all rules of the host, whoever made
 * them, and writes its own, which end INPUT and FORWARD with a REJECT. What stands in /etc/firewalld/zones decides what passes.
 *
 * Not imitated: its nftables back-end (a table of its own), services by name beyond a few, rich rules, direct rules, policies,
 * D-Bus; zones other than `public` (of the cards) and `trusted`.
 *
 * @see firewalld/firewalld:src/firewall/core/ipXtables.py
 */
import { readable } from '#lab/host/os/readable.ts'
import type { Process, Program } from '#lab/host/ports.ts'
import { Notice } from '#lab/kernel/mailbox.ts'

const folder = '/etc/firewalld/zones'
const pidFile = '/run/firewalld.pid'

/** What a zone lets pass. */
interface Zone {
  readonly sources: readonly string[]
  readonly interfaces: readonly string[]
  readonly ports: readonly string[] // 179/tcp
}

export const firewalld: Program = async (p) => {
  const orders: ('reload' | 'stop')[] = []
  const came = new Notice()
  const take = (order: 'reload' | 'stop') => (): void => {
    orders.push(order)
    came.tell()
  }
  p.onSignal('SIGHUP', take('reload'))
  p.onSignal('SIGTERM', take('stop'))
  await p.files.write(pidFile, `${p.pid}\n`)
  await apply(p)
  for (;;) {
    while (orders.length === 0) await came.wait(p.task)
    if (orders.includes('stop')) break
    orders.length = 0
    await apply(p)
  }
  await flush(p)
  await p.files.remove(pidFile)
  return 0
}

async function flush(p: Process): Promise<void> {
  for (const table of ['raw', 'mangle', 'nat', 'filter'] as const) {
    const names = Object.keys(p.net[table].chains())
    if (names.length > 0) await p.net[table].restore(Object.fromEntries(names.map((name) => [name, []])))
  }
}

async function apply(p: Process): Promise<void> {
  await flush(p)
  const open = await zoneOf(p, 'public')
  const trusted = await zoneOf(p, 'trusted')
  const both = [
    '-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
    '-A INPUT -i lo -j ACCEPT',
    '-A INPUT -j INPUT_ZONES',
    '-A INPUT -j REJECT --reject-with icmp-host-prohibited',
    '-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
    '-A FORWARD -i lo -j ACCEPT',
    '-A FORWARD -j FORWARD_IN_ZONES',
    '-A FORWARD -j FORWARD_OUT_ZONES',
    '-A FORWARD -j REJECT --reject-with icmp-host-prohibited',
  ]
  const trust = (chain: string): string[] => [
    ...trusted.sources.map((source) => `-A ${chain} -s ${source} -j ACCEPT`),
    ...trusted.interfaces.map((name) => `-A ${chain} -i ${name} -j ACCEPT`),
  ]
  const rules = [
    ...both,
    ...trust('INPUT_ZONES'),
    '-A INPUT_ZONES -j IN_public',
    '-A IN_public -p icmp -j ACCEPT',
    ...open.ports.map((port) => {
      const [number, protocol = 'tcp'] = port.split('/')
      return `-A IN_public -p ${protocol} --dport ${number} -m conntrack --ctstate NEW -j ACCEPT`
    }),
    ...trust('FORWARD_IN_ZONES'),
    ...trusted.sources.map((source) => `-A FORWARD_OUT_ZONES -d ${source} -j ACCEPT`),
    ...trusted.interfaces.map((name) => `-A FORWARD_OUT_ZONES -o ${name} -j ACCEPT`),
  ]
  const text = `*filter\n${rules.join('\n')}\nCOMMIT\n`
  const { code, stderr } = await p.run(['iptables-restore', '-n'], { stdin: text })
  if (code !== 0) p.stderr.write(`ERROR: '/usr/sbin/iptables-restore -w -n' failed: ${stderr}`)
}

const servicePorts: Readonly<Record<string, string>> = {
  ssh: '22/tcp',
  http: '80/tcp',
  https: '443/tcp',
  bgp: '179/tcp',
  'kube-apiserver': '6443/tcp',
  kubelet: '10250/tcp',
}

async function zoneOf(p: Process, name: string): Promise<Zone> {
  const text =
    (await readable(p.files, `${folder}/${name}.xml`)) ?? (name === 'public' ? '<service name="ssh"/>' : '')
  const all = (pattern: RegExp): string[] => [...text.matchAll(pattern)].map((match) => match[1] ?? '')
  const services = all(/<service name="([^"]+)"/g).flatMap((service) => servicePorts[service] ?? [])
  const ports = [
    ...text.matchAll(/<port (?:port="([^"]+)" protocol="([^"]+)"|protocol="([^"]+)" port="([^"]+)")/g),
  ].map(
    ([, port, protocol, protocolFirst, portSecond]) => `${port ?? portSecond}/${protocol ?? protocolFirst}`,
  )
  return {
    sources: all(/<source address="([^"]+)"/g),
    interfaces: all(/<interface name="([^"]+)"/g),
    ports: [...services, ...ports],
  }
}

/** firewall-cmd(1): `--state`, `--reload`, `--list-all`, `--get-active-zones`, `--permanent --zone=Z --add-source|interface|port|service=…`. */
export const firewallCmd: Program = async (p) => {
  const words = p.argv.slice(1)
  const pid = ((await readable(p.files, pidFile)) ?? '').trim()
  if (pid === '' || !p.processes().some((each) => String(each.pid) === pid)) {
    p.stderr.write(words.includes('--state') ? 'not running\n' : 'FirewallD is not running\n')
    return 252
  }
  const value = (name: string): string | undefined =>
    words.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3)
  const zone = value('zone') ?? 'public'
  if (words.includes('--state')) p.stdout.write('running\n')
  else if (words.includes('--get-default-zone')) p.stdout.write('public\n')
  else if (words.includes('--reload') || words.includes('--complete-reload')) {
    await p.kill(Number(pid), 'SIGHUP')
    p.stdout.write('success\n')
  } else if (words.includes('--get-active-zones')) p.stdout.write(`public\n  interfaces: eth0\n`)
  else if (words.includes('--list-all')) await listAll(p, zone)
  else return add(p, { words, zone, value, pid: Number(pid) })
  return 0
}

async function listAll(p: Process, name: string): Promise<void> {
  const { sources, interfaces, ports } = await zoneOf(p, name)
  const isTrusted = name === 'trusted'
  p.stdout.write(`${name} (active)
  target: ${isTrusted ? 'ACCEPT' : 'default'}
  icmp-block-inversion: no
  interfaces: ${isTrusted ? interfaces.join(' ') : 'eth0'}
  sources: ${sources.join(' ')}
  services: 
  ports: ${ports.join(' ')}
  protocols: 
  forward: yes
  masquerade: no
`)
}

async function add(
  p: Process,
  o: {
    readonly words: readonly string[]
    readonly zone: string
    readonly value: (name: string) => string | undefined
    readonly pid: number
  },
): Promise<number> {
  const port = o.value('add-port')?.split('/')
  const lines = [
    ['source', o.value('add-source'), (text: string) => `<source address="${text}"/>`],
    ['interface', o.value('add-interface'), (text: string) => `<interface name="${text}"/>`],
    ['service', o.value('add-service'), (text: string) => `<service name="${text}"/>`],
    ['port', port?.join('/'), () => `<port port="${port?.[0]}" protocol="${port?.[1] ?? 'tcp'}"/>`],
  ] as const
  const added = lines.flatMap(([, text, xml]) => (text === undefined ? [] : [xml(text)]))
  if (added.length === 0) {
    p.stderr.write(
      `usage: see firewall-cmd man page\nfirewall-cmd: error: unrecognized arguments: ${o.words.join(' ')}\n`,
    )
    return 2
  }
  const path = `${folder}/${o.zone}.xml`
  const before =
    (await readable(p.files, path)) ??
    (o.zone === 'public' ? '<zone>\n<service name="ssh"/>\n</zone>\n' : '<zone>\n</zone>\n')
  await p.files.mkdir(folder, { parents: true })
  await p.files.write(path, before.replace('</zone>', `${added.join('\n')}\n</zone>`))
  // What is not permanent works at once; here both are written down, and permanent ones wait for a reload.
  if (!o.words.includes('--permanent')) await p.kill(o.pid, 'SIGHUP')
  p.stdout.write('success\n')
  return 0
}
