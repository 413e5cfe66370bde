/**
 * Linux' `traceroute`: packets that may pass one router, two, three …, and who says that they may pass no more. UDP by default,
 * `-I` ICMP, `-T` TCP; `-n`, `-m`, `-f`, `-q`, `-w`, `-p`.
 *
 * Not imitated: names found by address (the address stands for the name), extensions, waiting less for the last hops
 * (`-w` waits its whole time), more than one hop's packets at once.
 */
import { isErrno, type Process, type Program } from '#lab/host/ports.ts'
import { resolveHost } from '#lab/network/dns.ts'
import type { ProbeOutcome } from '#lab/network/ports.ts'
import { parseOptions } from '#lab/network/tools/options.ts'

interface Plan {
  readonly to: string
  readonly protocol: 'udp' | 'icmp' | 'tcp'
  readonly port: number
  readonly queries: number
  readonly timeoutMs: number
  readonly numeric: boolean
  readonly sizeBytes: number
}

type Answer = ProbeOutcome & { readonly tookMs: number }

export const traceroute: Program = async (p) => {
  const o = parseOptions(p.argv.slice(1), known, [
    'hops',
    'first',
    'queries',
    'wait',
    'port',
    'source',
    'device',
  ])
  const [host, size] = o.rest
  if (o.unknown !== undefined || host === undefined) {
    p.stderr.write(o.unknown === undefined ? usage : `Bad option \`${o.unknown}' (argc 1)\n`)
    return 2
  }
  const found = await resolveHost(p, host)
  const to = found.ok ? found.value[0] : undefined
  if (to === undefined) {
    p.stderr.write(
      `${host}: Name or service not known\nCannot handle "host" cmdline arg \`${host}' on position 1 (argc 1)\n`,
    )
    return 2
  }
  const protocol = o.has('icmp') ? 'icmp' : o.has('tcp') ? 'tcp' : 'udp'
  const hops = Number(o.value('hops') ?? 30)
  const plan: Plan = {
    to,
    protocol,
    port: Number(o.value('port') ?? (protocol === 'tcp' ? 80 : 33434)),
    queries: Number(o.value('queries') ?? 3),
    timeoutMs: 1000 * Number(o.value('wait') ?? 5),
    numeric: o.has('numeric'),
    sizeBytes: Number(size ?? 60),
  }
  p.stdout.write(`traceroute to ${host} (${to}), ${hops} hops max, ${plan.sizeBytes} byte packets\n`)
  for (let ttl = Number(o.value('first') ?? 1); ttl <= hops; ttl++) {
    const outcomes = await hop(p, plan, ttl)
    if ('refused' in outcomes) {
      p.stderr.write(`${outcomes.refused}\n`)
      return 1
    }
    p.stdout.write(`${String(ttl).padStart(2)} ${line(outcomes.all, plan)}\n`)
    if (outcomes.all.some(({ kind }) => kind !== 'silent' && kind !== 'expired')) break
  }
  return 0
}

/** All questions of one hop at once. */
async function hop(
  p: Process,
  plan: Plan,
  ttl: number,
): Promise<{ readonly all: readonly Answer[] } | { readonly refused: string }> {
  const all: Answer[] = []
  let refused: string | undefined
  const tasks = Array.from({ length: plan.queries }, (_, query) =>
    p.thread(`hop ${ttl}`, async (self) => {
      try {
        const startedMs = self.now()
        const outcome = await ask(self, plan, { ttl, sequence: (ttl - 1) * plan.queries + query })
        all.push({ ...outcome, tookMs: self.now() - startedMs })
      } catch (error) {
        if (!isErrno(error)) throw error
        refused =
          error.code === 'EPERM'
            ? 'You do not have enough privileges to use this traceroute method.\nsocket: Operation not permitted'
            : `connect: ${error.message}`
      }
    }),
  )
  for (const task of tasks) await task.join(p.task)
  return refused === undefined ? { all } : { refused }
}

const ask = (
  self: Process,
  { to, protocol, port, timeoutMs, sizeBytes }: Plan,
  { ttl, sequence }: { readonly ttl: number; readonly sequence: number },
): Promise<ProbeOutcome> =>
  self.net.probe(self.task, {
    to,
    protocol,
    ttl,
    timeoutMs,
    sizeBytes,
    ...(protocol === 'icmp' ? { echo: { id: self.pid % 65536, sequence: sequence + 1 } } : {}),
    ...(protocol === 'udp' ? { port: port + sequence } : {}),
    ...(protocol === 'tcp' ? { port } : {}),
  })

/** Who answered is named once in a row, however often. */
function line(outcomes: readonly Answer[], plan: Plan): string {
  let named = ''
  return outcomes
    .map((outcome) => {
      if (outcome.kind === 'silent') return ' *'
      const from = 'from' in outcome ? outcome.from : plan.to
      const name = from === named ? '' : ` ${from}${plan.numeric ? '' : ` (${from})`}`
      named = from
      return `${name}  ${outcome.tookMs.toFixed(3)} ms${remark(outcome, plan)}`
    })
    .join('')
}

function remark(outcome: ProbeOutcome, { to }: Plan): string {
  switch (outcome.kind) {
    case 'unreachable':
      return { net: ' !N', host: ' !H', admin: ' !X' }[outcome.reason]
    case 'too-big':
      return ` !F-${outcome.mtuBytes}`
    default:
      return outcome.kind === 'reply' && outcome.from !== to ? ' !' : ''
  }
}

const known = {
  '-n': 'numeric',
  '-I': 'icmp',
  '--icmp': 'icmp',
  '-T': 'tcp',
  '--tcp': 'tcp',
  '-U': 'udp',
  '-4': 'ipv4',
  '-m': 'hops',
  '--max-hops': 'hops',
  '-f': 'first',
  '-q': 'queries',
  '-w': 'wait',
  '-p': 'port',
  '-s': 'source',
  '-i': 'device',
}

const usage =
  'Usage:\n  traceroute [ -4nIT ] [ -f first_ttl ] [ -m max_ttl ] [ -p port ] [ -q nqueries ] [ -w wait ] host [ packetlen ]\n'
