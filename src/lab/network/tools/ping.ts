/**
 * iputils' ping: an echo request per interval, answers as they come, the summary at the end.
 *
 * Not imitated: flood, adaptive and broadcast pings, IPv6, patterns, the terminal's bell.
 */
import { isErrno, type Process, type Program } from '#lab/host/ports.ts'
import type { Task } from '#lab/kernel/kernel.ts'
import { resolveHost } from '#lab/network/dns.ts'
import type { ProbeOutcome } from '#lab/network/ports.ts'
import { type Options, parseOptions } from '#lab/network/tools/options.ts'

interface Tally {
  sent: number
  /** From the first to the last that was sent: iputils counts no longer (ping_common.c, finish). */
  sendingMs: number
  errors: number
  readonly timesMs: number[]
}

interface Plan {
  readonly address: string
  readonly count: number
  readonly intervalMs: number
  readonly waitMs: number
  readonly dataBytes: number
  readonly dontFragment: boolean
  readonly ttl: number | undefined
  readonly quiet: boolean
}

/** ICMP and IP headers. */
const headerBytes = 28

export const ping: Program = async (p) => {
  const o = parseOptions(p.argv.slice(1), known, [
    'count',
    'wait',
    'mtu',
    'size',
    'interval',
    'deadline',
    'source',
    'ttl',
  ])
  const host = o.rest[0]
  if (o.unknown !== undefined || host === undefined) {
    p.stderr.write(
      host === undefined
        ? 'ping: usage error: Destination address required\n'
        : `ping: invalid option -- '${o.unknown?.slice(1)}'\n`,
    )
    return host === undefined ? 1 : 2
  }
  const found = await resolveHost(p, host)
  const address = found.ok ? found.value[0] : undefined
  if (address === undefined) {
    p.stderr.write(
      `ping: ${host}: ${found.ok || found.error.kind === 'not-found' ? 'Name or service not known' : 'Temporary failure in name resolution'}\n`,
    )
    return 2
  }
  const plan = planOf(address, o)
  p.stdout.write(
    `PING ${host} (${address}) ${plan.dataBytes}(${plan.dataBytes + headerBytes}) bytes of data.\n`,
  )
  const tally: Tally = { sent: 0, sendingMs: 0, errors: 0, timesMs: [] }
  const refusal = await sendAll(p, plan, tally)
  if (refusal !== undefined) {
    p.stderr.write(`${refusal}\n`)
    return 2
  }
  p.stdout.write(summary(host, tally))
  return tally.timesMs.length > 0 ? 0 : 1
}

const planOf = (address: string, o: Options): Plan => ({
  address,
  count: Number(o.value('count') ?? Number.POSITIVE_INFINITY),
  intervalMs: 1000 * Number(o.value('interval') ?? 1),
  waitMs: 1000 * Number(o.value('wait') ?? 10),
  dataBytes: Number(o.value('size') ?? 56),
  dontFragment: o.value('mtu') === 'do',
  ttl: o.value('ttl') === undefined ? undefined : Number(o.value('ttl')),
  quiet: o.has('quiet'),
})

/** Answers what `ping` says when the kernel refuses the very first one. */
async function sendAll(p: Process, plan: Plan, tally: Tally): Promise<string | undefined> {
  let interrupted = false
  p.onSignal('SIGINT', () => {
    interrupted = true
  })
  const startedMs = p.now()
  const waiting: Task[] = []
  let refused: string | undefined
  for (let sequence = 1; sequence <= plan.count && !interrupted; sequence++) {
    tally.sent++
    tally.sendingMs = Math.floor(p.now() - startedMs)
    waiting.push(
      p.thread('echo', async (self) => {
        refused = await echo(self, plan, { sequence, tally })
      }),
    )
    if (sequence < plan.count) await p.sleep(plan.intervalMs)
    if (refused !== undefined && sequence === 1) return refused
  }
  for (const task of waiting) await task.join(p.task)
  return tally.sent === 1 ? refused : undefined
}

async function echo(
  self: Process,
  plan: Plan,
  o: { sequence: number; tally: Tally },
): Promise<string | undefined> {
  const { address: to, dataBytes, dontFragment, waitMs: timeoutMs } = plan
  try {
    const sizeBytes = dataBytes + headerBytes
    const outcome = await self.net.probe(self.task, {
      to,
      protocol: 'icmp',
      echo: { id: self.pid % 65536, sequence: o.sequence },
      ...(plan.ttl === undefined ? {} : { ttl: plan.ttl }),
      sizeBytes,
      dontFragment,
      timeoutMs,
    })
    if (outcome.kind === 'reply') o.tally.timesMs.push(outcome.roundTripMs)
    else if (outcome.kind !== 'silent') o.tally.errors++
    if (!plan.quiet) self.stdout.write(line(self, plan, outcome, o.sequence))
    return undefined
  } catch (error) {
    if (!isErrno(error)) throw error
    return error.code === 'EPERM'
      ? `ping: socktype: SOCK_RAW\nping: socket: ${error.message}`
      : `ping: connect: ${error.message}`
  }
}

function line(p: Process, plan: Plan, outcome: ProbeOutcome, sequence: number): string {
  switch (outcome.kind) {
    case 'reply': {
      const time = milliseconds(outcome.roundTripMs)
      return `${plan.dataBytes + 8} bytes from ${outcome.from}: icmp_seq=${sequence} ttl=${ttl(p, plan)} time=${time} ms\n`
    }
    case 'unreachable':
      return `From ${outcome.from} icmp_seq=${sequence} ${reasons[outcome.reason]}\n`
    case 'expired':
      return `From ${outcome.from} icmp_seq=${sequence} Time to live exceeded\n`
    case 'refused':
      return `From ${plan.address} icmp_seq=${sequence} Destination Port Unreachable\n`
    case 'too-big':
      return p.net.addresses().some(({ address }) => address === outcome.from)
        ? `ping: local error: message too long, mtu=${outcome.mtuBytes}\n`
        : `From ${outcome.from} icmp_seq=${sequence} Frag needed and DF set (mtu = ${outcome.mtuBytes})\n`
    default:
      return ''
  }
}

const reasons = {
  net: 'Destination Net Unreachable',
  host: 'Destination Host Unreachable',
  admin: 'Packet filtered',
} as const

/** 64, less one for each router on the way back. */
function ttl(p: Process, { address }: Plan): number {
  const sent = p.net
    .trace({ to: address, protocol: 'icmp' })
    .filter(({ what }) => what.startsWith('reply routed'))
  return 64 - Math.max(0, sent.length - 1)
}

function summary(host: string, { sent, sendingMs, errors, timesMs }: Tally): string {
  const lost = sent === 0 ? 0 : Math.round((100 * (sent - timesMs.length)) / sent)
  const failures = errors > 0 ? `, +${errors} errors` : ''
  const head =
    `\n--- ${host} ping statistics ---\n` +
    `${sent} packets transmitted, ${timesMs.length} received${failures}, ${lost}% packet loss, time ${sendingMs}ms\n`
  if (timesMs.length === 0) return `${head}\n`
  const mean = timesMs.reduce((sum, ms) => sum + ms, 0) / timesMs.length
  const deviation = Math.sqrt(timesMs.reduce((sum, ms) => sum + (ms - mean) ** 2, 0) / timesMs.length)
  const figures = [Math.min(...timesMs), mean, Math.max(...timesMs), deviation].map((ms) => ms.toFixed(3))
  return `${head}rtt min/avg/max/mdev = ${figures.join('/')} ms\n`
}

/** Three significant digits, as iputils prints them. */
const milliseconds = (ms: number): string => ms.toFixed(ms >= 100 ? 0 : ms >= 10 ? 1 : ms >= 1 ? 2 : 3)

const known = {
  '-c': 'count',
  '-W': 'wait',
  '-M': 'mtu',
  '-s': 'size',
  '-i': 'interval',
  '-w': 'deadline',
  '-I': 'source',
  '-t': 'ttl',
  '-q': 'quiet',
  '-n': 'numeric',
  '-4': 'ipv4',
}
