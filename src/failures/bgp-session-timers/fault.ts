import { resources } from '#lab/api/ports.ts'
import { calicoObject } from '#lab/calico-acts.ts'
import type { Fault, LabControl } from '#lab/fault.ts'
import { addressOf } from '#lab/owner-acts.ts'

const minutes = 60_000
const routerMachine = 'registry'
const peer = { type: resources.bgpPeers, name: 'rack' }

/**
 * The network team's router asks for a hold time that BGP does not know (RFC 4271: none, or three seconds at least), so that it loses
 * sight of nodes quickly; the nodes refuse its greeting each time.
 */
export const fault: Fault = {
  flavours: ['plain', 'hardened', 'operator'],
  variants: {
    'two-seconds': 'the router that all nodes peer with asks for a hold time of two seconds',
    'one-second': 'it asks for one second',
  },
  change: async (lab, { variant }) => {
    const nodes = await addressesOf(lab)
    const router = await addressOf(lab, routerMachine)
    const seconds = variant === 'one-second' ? 1 : 2
    await lab.exec(
      routerMachine,
      `cat > /etc/bird/bird.conf <<'END'
${routerConfig(router, nodes, seconds)}
END
systemctl enable --now bird`,
    )
    const spec = { peerIP: router, asNumber: as }
    await lab.kube.create(peer.type, calicoObject('BGPPeer', peer.name, spec))
  },
  trigger: () => Promise.resolve(),
  settleMs: () => 5 * minutes,
  undo: async (lab) => {
    await lab.kube.delete(peer)
    await lab.exec(routerMachine, 'systemctl disable --now bird')
  },
  subjects: (_, nodes) => nodes.map((name) => ({ kind: 'node', name })),
}

const as = 64_512

const routerConfig = (router: string, nodes: readonly string[], holdSeconds: number): string =>
  [
    `router id ${router};`,
    'protocol device { }',
    ...nodes.map(
      (address, index) =>
        `protocol bgp node${index} { local as ${as}; neighbor ${address} as ${as}; passive on; hold time ${holdSeconds}; import none; export none; }`,
    ),
  ].join('\n')

/** One after the other: a lab takes one input at a time. */
async function addressesOf(lab: LabControl): Promise<readonly string[]> {
  const addresses: string[] = []
  for (const node of lab.nodes) addresses.push(await addressOf(lab, node))
  return addresses
}
