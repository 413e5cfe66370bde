import { bgpComplaints } from '#cluster/bgp-complaints.ts'
import { bgpErrors } from '#cluster/bgp-sessions.ts'
import { settingsNamed } from '#cluster/settings.ts'
import { nodeSubject } from '#cluster/subjects.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import {
  explainsHere,
  findingsOf,
  type MessageSign,
  messageSigns,
  type Sign,
  sign,
} from '#diagnosis/signs.ts'
import type { View } from '#diagnosis/types.ts'
import { isWorthSaying } from '#diagnosis/worth-saying.ts'

export interface PortInUseState {
  /** The program that has the port, where it was seen. */
  readonly holder: string | undefined
}

type Names = 'bgpSessions' | 'messages' | 'pods' | 'nodes' | 'listeners' | 'settings'

const bgp = 179

/**
 * Finds a host on which another program has TCP 179, so that BIRD cannot listen: a routing daemon, a load balancer's speaker,
 * or a second BIRD.
 *
 * @see bird:proto/bgp/bgp.c (bgp_setup_listen_sk, “No listening socket”)
 */
export const detector = defineDetector<PortInUseState, Names>({
  needs: ['bgpSessions', 'messages', 'listeners'],
  uses: ['pods', 'nodes', 'settings'],
  judges: 'node',
  detect: (view) => {
    const signs = [...messageSigns(view, said), ...ofSessions(view), ...ofListeners(view)]
    const moved = settingsNamed(view, 'BGPConfiguration', 'listenPort').filter(
      ({ value }) => value !== String(bgp),
    )
    return findingsOf(
      signs.length === 0
        ? []
        : [...signs, ...moved.map((row) => sign(row, 'weak', `BIRD is told to listen on ${row.value}`))],
      {
        judges: 'node',
        conclude: (own) =>
          isWorthSaying(own, view, ['bgp-session-down'])
            ? {
                says: 'another program has TCP 179, so BIRD cannot listen',
                state: { holder: othersOn(view)[0]?.program },
              }
            : undefined,
      },
    )
  },
  explains: explainsHere,
})

const inUse = new Set(['address in use', 'address already in use'])
const isInUse = (error: string | undefined): boolean => inUse.has((error ?? '').trim().toLowerCase())

const said: Readonly<Record<string, MessageSign>> = {
  'bird/listen-failed': ({ message: { params } }) =>
    isInUse(params.error)
      ? ['decisive', `BIRD may not ${params.call ?? 'listen'}: the port is in use`]
      : undefined,
  'bird/cannot-open-listening-socket': ['weak', 'BIRD cannot open its listening socket'],
  // BIRD's own wording of the listening socket is read as that of a protocol called BGP as well.
  'bird/peer-socket-error': ({ message: { params } }) =>
    params.protocol !== 'BGP' && isInUse(params.error)
      ? ['strong', 'the sessions’ own address and port are in use when BIRD binds them']
      : undefined,
  'bird/another-running': ['strong', 'a second BIRD runs on this host'],
  'net/listen-in-use': ({ message: { params } }) =>
    params.port === String(bgp) ? ['strong', 'another program wants port 179 and finds it taken'] : undefined,
}

const ofSessions = (view: View<Names>): readonly Sign[] => [
  ...bgpErrors(view, 'bgp/no-listening-socket').map(({ about, from }) =>
    sign({ from }, 'decisive', 'sessions fail with “No listening socket”', about),
  ),
  ...bgpComplaints(view)
    .filter(({ trouble }) => trouble === 'refused')
    .map(({ from, peer }) => {
      const node = view.rows('nodes').find(({ internalIp }) => internalIp === peer)
      return sign(
        { from },
        'weak',
        `${peer} refuses: nobody takes connections there`,
        nodeSubject(node?.name),
      )
    }),
]

/** Who is not BIRD and listens on 179, on hosts without a session: BIRD may share the port by another address. */
const othersOn = (view: View<Names>) =>
  view
    .rows('listeners')
    .filter(
      ({ port, protocol, program }) =>
        port === bgp && protocol === 'tcp' && program !== undefined && !own.has(program),
    )
    .filter(({ node }) => !view.rows('bgpSessions').some((row) => row.up && row.node === node))

const own = new Set(['bird', 'bird6', 'calico-node', 'calico'])

const ofListeners = (view: View<Names>): readonly Sign[] =>
  othersOn(view).map((row) =>
    sign(row, 'decisive', `${row.program} listens on TCP 179${row.node === '' ? '' : ` of ${row.node}`}`),
  )
