/**
 * `tcpdump` in a simple form: the packets that pass a device, as they pass it, until `-c` of them or a signal.
 *
 * Not imitated: `-v`, `-e`, `-X`, `-A`, files (`-w`, `-r`), what is inside of segments (only that port 179 carries BGP), the pieces that
 * a kernel makes of a large segment, sequence numbers' random start and the time stamp option, ARP beyond requests that nobody
 * answers, multicast, IPv6, promiscuous mode's sight of others' packets.
 */
import type { Process, Program } from '#lab/host/ports.ts'
import { Mailbox } from '#lab/kernel/mailbox.ts'
import { type Ipv4, ipv4 } from '#lab/network/address.ts'
import { capture, type Frame } from '#lab/network/capture.ts'
import type { LinkState } from '#lab/network/devices.ts'
import { namesInHosts } from '#lab/network/dns.ts'
import { stackOf } from '#lab/network/stack-net.ts'
import { type Options, parseOptions } from '#lab/network/tools/options.ts'
import { parseFilter } from '#lab/network/tools/tcpdump-filter.ts'
import { frameLine, type LineStyle } from '#lab/network/tools/tcpdump-line.ts'

export const tcpdump: Program = async (p) => {
  const o = parseOptions(p.argv.slice(1), known, ['device', 'count', 'snaplen', 'direction', 'buffer'])
  if (o.unknown !== undefined) {
    p.stderr.write(`tcpdump: invalid option -- '${o.unknown.replace(/^-+/, '')}'\n${usage}`)
    return 1
  }
  if (o.has('devices')) return listDevices(p)
  const device = o.value('device') ?? firstDevice(p)
  const refusal = refused(p, device)
  if (refusal !== undefined) {
    p.stderr.write(`tcpdump: ${refusal}\n`)
    return 1
  }
  const filter = parseFilter(o.rest.join(' '))
  if (!filter) {
    p.stderr.write("tcpdump: can't parse filter expression: syntax error\n")
    return 1
  }
  const names = o.has('numeric') ? new Map<Ipv4, string>() : await namesOfHosts(p)
  const isWanted = (frame: Frame): boolean =>
    (device === 'any' || frame.link === device) && isDirection(frame, o.value('direction')) && filter(frame)
  const count = Number(o.value('count') ?? Number.POSITIVE_INFINITY)
  p.stderr.write(banner(p, device))
  const captured = await watch(p, { isWanted, count, style: styleOf(o, device, names) })
  p.stderr.write(
    `\n${captured} packet${captured === 1 ? '' : 's'} captured\n${captured} packets received by filter\n0 packets dropped by kernel\n`,
  )
  return 0
}

/** Prints packets in the events in which they pass; ends at the count or when asked to. */
async function watch(
  p: Process,
  o: { readonly isWanted: (frame: Frame) => boolean; readonly count: number; readonly style: LineStyle },
): Promise<number> {
  const frames = new Mailbox<Frame>(stackOf(p.net).fabric.kernel)
  let arrived = 0
  const stop = capture(stackOf(p.net), (frame) => {
    if (arrived >= o.count || !o.isWanted(frame)) return
    frames.put(frame)
    if (++arrived >= o.count) frames.close()
  })
  p.task.onEnd(stop)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) p.onSignal(signal, () => frames.close())
  for (;;) {
    const some = await frames.take(p.task)
    if (some.length === 0) break
    p.stdout.write(some.map((frame) => frameLine(frame, o.style)).join(''))
  }
  stop()
  return arrived
}

const isDirection = ({ direction }: Frame, wanted: string | undefined): boolean =>
  wanted === undefined || wanted === 'inout' || wanted === direction

/** As libpcap chooses: the first that is up and no loopback. */
const firstDevice = (p: Process): string =>
  p.net.links().find(({ up, kind }) => up && kind !== 'loopback')?.name ?? 'lo'

function refused(p: Process, device: string): string | undefined {
  if (!p.credentials.effective.has('NET_RAW'))
    return `${device}: You don't have permission to perform this capture on that device\n(socket: Operation not permitted)`
  if (device === 'any') return undefined
  const link = stackOf(p.net).link(device)
  if (!link) return `${device}: No such device exists\n(SIOCGIFHWADDR: No such device)`
  return link.up ? undefined : `${device}: That device is not up`
}

function banner(p: Process, device: string): string {
  const head = 'tcpdump: verbose output suppressed, use -v[v]... for full protocol decode\n'
  const type = device === 'any' ? 'LINUX_SLL2 (Linux cooked v2)' : linkType(stackOf(p.net).link(device))
  const first = device === 'any' ? 'tcpdump: data link type LINUX_SLL2\n' : ''
  return `${first}${head}listening on ${device}, link-type ${type}, snapshot length 262144 bytes\n`
}

const linkType = (link: LinkState | undefined): string =>
  link?.kind === 'ipip' ? 'RAW (Raw IP)' : 'EN10MB (Ethernet)'

function listDevices(p: Process): number {
  const names = p.net.links().map(({ name, up, carrier, kind }) => {
    const state = [
      ...(up ? ['Up'] : []),
      ...(carrier ? ['Running'] : []),
      ...(kind === 'loopback' ? ['Loopback'] : []),
    ]
    return `${name} [${state.join(', ')}]`
  })
  const any = 'any (Pseudo-device that captures on all interfaces) [Up, Running]'
  p.stdout.write([...names, any].map((name, index) => `${index + 1}.${name}\n`).join(''))
  return 0
}

const styleOf = (o: Options, device: string, names: LineStyle['names']): LineStyle => ({
  names,
  namesPorts: !o.has('numeric'),
  time: (['none', 'epoch', 'clock', 'date'] as const)[o.values('time').length - 1] ?? 'clock',
  namesLink: device === 'any',
})

/** Of /etc/hosts; a name server is not asked. */
async function namesOfHosts(p: Process): Promise<ReadonlyMap<Ipv4, string>> {
  const names = await namesInHosts(p)
  return new Map([...names].reverse().map(([name, address]) => [ipv4(address), name]))
}

const known = {
  '-i': 'device',
  '--interface': 'device',
  '-c': 'count',
  '-n': 'numeric',
  '-nn': 'numeric',
  '-s': 'snaplen',
  '-Q': 'direction',
  '-B': 'buffer',
  '-D': 'devices',
  '-t': 'time',
  '-l': 'line-buffered',
  '-U': 'unbuffered',
  '-p': 'not-promiscuous',
  '-q': 'quick',
  '-K': 'no-checksums',
}

const usage = `Usage: tcpdump [-DlnpqtU] [ -B size ] [ -c count ] [ -i interface ] [ -Q in|out|inout ] [ -s snaplen ] [ expression ]
`
