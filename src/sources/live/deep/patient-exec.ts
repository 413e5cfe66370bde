/** Exec on nodes that come and go: their kubelet does not answer now, and may in a moment. */
import type { Clock } from '#base/clock.ts'
import type { Facts } from '#cluster/facts.ts'
import { isHeardOf } from '#cluster/queries.ts'
import { nodeFlapping } from '#cluster/symptoms/node-flapping.ts'
import type { ApiTrouble, ExecCall } from '#sources/live/api.ts'
import type { LiveContext } from '#sources/live/context.ts'

/** Of one reading, whatever the number of calls: from the first that does not get through. */
const patienceMs = 45_000
const pauseMs = 5_000
/** Where more nodes do not answer, it is the way to all of them that is cut: a tunnel's, not a node's. */
const nodesMax = 3

/**
 * The same context, whose exec calls are tried again while they do not get through to a node that was heard of, or that comes and
 * goes: every few seconds, until the reading's patience is over. A node that fell silent for good is asked once, as are all when more
 * than a few do not answer. `tell` is told of each node at its first failure. Rejects with the signal's reason when interrupted.
 */
export function withPatientExec(
  context: LiveContext,
  {
    clock,
    facts,
    tell = () => {},
  }: {
    readonly clock: Clock
    readonly facts: () => Facts
    readonly tell?: (says: string) => void
  },
): LiveContext {
  const { api } = context
  const silent = new Set<string>()
  let untilMs: number | undefined
  const exec: typeof api.exec = async (call, o) => {
    for (;;) {
      const answer = await api.exec(call, o)
      if (answer.ok || !isOnItsWay(answer.error)) return answer
      const node = nodeThatMayAnswer(facts(), call)
      const nowMs = clock.monotonic()
      untilMs ??= nowMs + patienceMs
      if (node === undefined || nowMs + pauseMs > untilMs) return answer
      const isNew = !silent.has(node)
      silent.add(node)
      if (silent.size > nodesMax) return answer
      if (isNew) tell(`${node} did not answer; trying again for ${patienceMs / 1000} s at most`)
      await clock.sleep(pauseMs, o?.signal === undefined ? {} : { signal: o.signal })
    }
  }
  return {
    ...context,
    api: {
      server: api.server,
      context: api.context,
      user: api.user,
      get: (path, o) => api.get(path, o),
      logs: (request, o) => api.logs(request, o),
      exec,
    },
  }
}

/**
 * Lost between the API server and the kubelet. What the kubelet or the runtime refuses is refused the next time, too.
 *
 * @see kubernetes/apimachinery:pkg/util/proxy/upgradeaware.go ("error dialing backend")
 */
const isOnItsWay = ({ kind, says }: ApiTrouble): boolean =>
  kind === 'timed-out' || kind === 'unreachable' || (kind === 'server-error' && /dialing backend/.test(says))

function nodeThatMayAnswer(facts: Facts, { namespace, pod }: ExecCall): string | undefined {
  const node = facts.rows('pods').find((each) => each.namespace === namespace && each.name === pod)?.node
  if (node === undefined) return undefined
  return isHeardOf(facts, node) || isComingAndGoing(facts, node) ? node : undefined
}

const isComingAndGoing = (facts: Facts, node: string): boolean =>
  nodeFlapping
    .see(facts)
    .some(({ about, when }) => when === 'now' && about.kind === 'node' && about.name === node)
