/**
 * iputils' `arping`: who on the segment says that it has an address. Two that answer are a duplicate address, which nothing else
 * on a host would show.
 *
 * Not imitated: unsolicited announcements (`-U`, `-A`); every request is a broadcast.
 */
import type { Process, Program } from '#lab/host/ports.ts'
import { type Ipv4, ipv4, ipv4Text, isIpv4 } from '#lab/network/address.ts'
import { answersArp } from '#lab/network/arp.ts'
import type { LinkState } from '#lab/network/devices.ts'
import { latencyMs } from '#lab/network/exchange.ts'
import type { SimStack } from '#lab/network/stack.ts'
import { stackOf } from '#lab/network/stack-net.ts'
import { parseOptions } from '#lab/network/tools/options.ts'

export const arping: Program = async (p) => {
  const o = parseOptions(p.argv.slice(1), known, ['count', 'device', 'deadline', 'source', 'interval'])
  const host = o.rest[0]
  if (o.unknown !== undefined || host === undefined) {
    p.stderr.write('\nUsage:\n  arping [options] <destination>\n')
    return 2
  }
  if (!isIpv4(host)) return refuse(p, `arping: ${host}: Name or service not known`)
  if (!p.credentials.effective.has('NET_RAW')) return refuse(p, 'arping: socket: Operation not permitted')
  const stack = stackOf(p.net)
  const target = ipv4(host)
  const device = o.value('device') ?? deviceTowards(stack, target)
  const link = device === undefined ? undefined : stack.link(device)
  if (!link)
    return refuse(
      p,
      device === undefined ? 'arping: no suitable device found' : `arping: Device ${device} not available.`,
    )
  if (!link.up) return refuse(p, `arping: Interface "${link.name}" is down`)
  if (link.kind !== 'ether' && link.kind !== 'veth')
    return refuse(p, `arping: Interface "${link.name}" is not ARPable`)
  const probing = o.has('duplicate')
  const source = probing
    ? 0
    : o.value('source') === undefined
      ? (stack.sourceFor(link.name) ?? 0)
      : ipv4(o.value('source') ?? '')
  const untilMs = p.now() + 1000 * Number(o.value('deadline') ?? Number.POSITIVE_INFINITY)
  return ask(p, {
    stack,
    link,
    target,
    source,
    probing,
    count: Number(o.value('count') ?? Number.POSITIVE_INFINITY),
    untilMs,
  })
}

interface Round {
  readonly stack: SimStack
  readonly link: LinkState
  readonly target: Ipv4
  readonly source: Ipv4
  /** `-D`: whether somebody else has it; the first answer ends it. */
  readonly probing: boolean
  readonly count: number
  readonly untilMs: number
}

async function ask(p: Process, round: Round): Promise<number> {
  const { stack, link, target, source, probing } = round
  p.stdout.write(`ARPING ${ipv4Text(target)} from ${ipv4Text(source)} ${link.name}\n`)
  let interrupted = false
  p.onSignal('SIGINT', () => {
    interrupted = true
  })
  let [sent, received] = [0, 0]
  while (sent < round.count && !interrupted && p.now() < round.untilMs) {
    sent++
    for (const mac of answering(stack, link, target)) {
      received++
      const took = (2 * latencyMs(1)).toFixed(3)
      p.stdout.write(`Unicast reply from ${ipv4Text(target)} [${mac.toUpperCase()}]  ${took}ms\n`)
    }
    if (probing && received > 0) break
    await p.sleep(1000)
  }
  p.stdout.write(`Sent ${sent} probes (${sent} broadcast(s))\nReceived ${received} response(s)\n`)
  return probing === received > 0 ? 1 : 0
}

/** The addresses of all cards that answer, asked as a broadcast: not only of the one that a kernel would have believed. */
function answering(stack: SimStack, link: LinkState, target: Ipv4): readonly string[] {
  if (link.peer) {
    const { stack: other, link: far } = link.peer
    return far.up && answersArp(other, far, target) ? [far.mac] : []
  }
  const station = link.port?.up ? stack.fabric.stationOf(link.port) : undefined
  return station?.segment.answering(target, stack).map((each) => each.link.mac) ?? []
}

function deviceTowards(stack: SimStack, target: Ipv4): string | undefined {
  const way = stack.route(target)
  return way.kind === 'link' ? way.link.name : undefined
}

function refuse(p: Process, text: string): number {
  p.stderr.write(`${text}\n`)
  return 2
}

const known = {
  '-c': 'count',
  '-I': 'device',
  '-i': 'interval',
  '-w': 'deadline',
  '-s': 'source',
  '-D': 'duplicate',
  '-f': 'first',
  '-b': 'broadcast',
  '-q': 'quiet',
}
