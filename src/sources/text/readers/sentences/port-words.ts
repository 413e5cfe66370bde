/** `TCP 179 is closed between the nodes`, `port 5473 was not reachable`: what people say of Calico's ports, as failed ways. */
import type { ReachabilityRow } from '#cluster/relations/reachability.ts'

/** The ports between nodes of which the words of one sentence say that they do not answer. */
export function portsSaid(words: readonly string[]): readonly ReachabilityRow[] {
  if (words.some((word) => acting.has(word))) return []
  return words.flatMap((word, at) => {
    const port = ports.get(word.replace(/^tcp\/|\/tcp$/, ''))
    const outcome = port === undefined ? undefined : outcomeNear(words, at)
    return port === undefined || outcome === undefined
      ? []
      : [{ node: '', in: 'host', to: 'another node', port, protocol: 'tcp', outcome }]
  })
}

/** Of Calico and Kubernetes, all TCP; those of tunnels are told of by other words. */
const ports: ReadonlyMap<string, number> = new Map(
  [179, 5473, 6443, 10_250].map((port) => [String(port), port] as const),
)

const reach = 6

function outcomeNear(words: readonly string[], at: number): ReachabilityRow['outcome'] | undefined {
  const behind = words.slice(at + 1, at + 1 + reach)
  const stop = behind.findIndex((word) => parting.has(word))
  const near = [...words.slice(Math.max(0, at - 3), at), ...behind.slice(0, stop === -1 ? reach : stop)]
  const isDenied = near.includes('not') || near.includes('no')
  if (near.some((word) => closed.has(word))) return isDenied ? undefined : 'timed-out'
  if (near.includes('refused') && !isDenied) return 'refused'
  return isDenied && near.some((word) => open.has(word)) ? 'timed-out' : undefined
}

const set = (text: string): ReadonlySet<string> => new Set(text.split(' '))

const parting = set(', ; but while and which')
const closed = set('closed blocked filtered dropped unreachable firewalled inaccessible')
const open = set('open opened reachable allowed permitted answer answers accessible')
/** Who opened it tells of an attempt. */
const acting = set('opened opening opens unblocked allowing added adding after')
