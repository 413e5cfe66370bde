import { bareAddress, familyOf } from '#cluster/addresses.ts'
import type { Fact, Reads } from '#cluster/facts.ts'
import { registeredAddresses } from '#cluster/node-addresses.ts'
import { isPeerOf, isWithoutBgp, meshSettings } from '#cluster/peering.ts'
import { nodeOfMessage, placeOfMessage } from '#cluster/queries.ts'
import type { MessageRow } from '#cluster/relations.ts'
import { isSameSubject } from '#cluster/subjects.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import { explainsPeers } from '#diagnosis/explains-peers.ts'
import { findingsOf, messageSigns, type Sign, sign } from '#diagnosis/signs.ts'
import { remarkSigns } from '#diagnosis/told-signs.ts'
import { isBacked } from '#diagnosis/worth-saying.ts'

export interface RenderState {
  /** What BIRD or confd answered, where it was shown. */
  readonly error: string | undefined
}

type Names =
  | 'messages'
  | 'pods'
  | 'nodes'
  | 'calicoNodes'
  | 'settings'
  | 'bgpPeers'
  | 'bgpSessions'
  | 'attempts'
  | 'remarks'

/**
 * Finds nodes whose BIRD does not carry the peers that the datastore holds: confd cannot render or load them, or its state is old.
 *
 * @see projectcalico/calico:confd/pkg/resource/template/resource.go
 */
export const detector = defineDetector<RenderState, Names>({
  needs: ['messages', 'bgpSessions', 'bgpPeers'],
  uses: ['pods', 'nodes', 'calicoNodes', 'settings', 'attempts', 'remarks'],
  judges: 'node',
  detect: (view) => {
    const signs = [
      ...refusals(view),
      ...said(view),
      ...withoutService(view),
      ...withoutPeers(view),
      ...ofPeople(view),
    ]
    return findingsOf([...signs, ...(signs.length === 0 ? [] : told(view))], {
      judges: 'node',
      conclude: (own) =>
        isBacked(own, view, ['bgp-session-down', 'bird-not-running'])
          ? {
              says: 'BIRD of this node does not carry the peers that the datastore holds',
              state: { error: errorIn(view) },
            }
          : undefined,
    })
  },
  explains: explainsPeers,
  isHidden: (about, view) =>
    refusals(view, { ofAnyAge: true }).some((one) => isSameSubject(one.about, about)),
})

const ofPeople = (view: Reads<'remarks'>): readonly Sign[] =>
  remarkSigns(view, {
    'bird-config-not-updated': ['strong', 'bird.cfg does not follow what is configured, as somebody says'],
  })

/**
 * Confd says it once, and nothing where what it renders later is again what BIRD has: after a while it may last or be over.
 *
 * @see projectcalico/calico:confd/pkg/resource/template/resource.go (sync)
 */
const refusals = (view: Reads<Names>, { ofAnyAge = false } = {}): readonly Sign[] =>
  messageSigns(
    view,
    {
      'confd/config-check-failed': ['decisive', 'BIRD refuses what confd rendered, and the old file stays'],
      'confd/check-command-failed': ({ message: { params } }) => [
        'decisive',
        `BIRD refuses what confd rendered: ${params.output ?? ''}`,
      ],
    },
    { endedBy: ['confd/config-updated'], isEndOf: isOfThatFile, ofAnyAge },
  )

/** The files of routes are rendered, unchecked, into the same folder. */
function isOfThatFile(end: Fact<MessageRow>, { message: { params } }: Fact<MessageRow>): boolean {
  const file = end.message.params.path?.split('/').at(-1) ?? ''
  return params.command === undefined ? checked.has(file) : params.command.includes(`/.${file}`)
}

const checked: ReadonlySet<string> = new Set(['bird.cfg', 'bird6.cfg'])

const said = (view: Reads<Names>): readonly Sign[] =>
  messageSigns(
    view,
    {
      'confd/created-unchecked': ['decisive', 'BIRD refuses the first configuration that confd rendered'],
      'confd/template-failed': ['decisive', 'confd cannot render a template of BIRD’s configuration'],
      'confd/template-error': ['decisive', 'confd cannot render a template of BIRD’s configuration'],
      'confd/render-failed': ({ message: { params } }) => [
        'decisive',
        `confd cannot render ${params.what ?? 'a part'}`,
      ],
      'confd/node-render-failed': ['decisive', 'confd cannot render this node’s part'],
      'confd/rules-failed': ({ message: { params } }) => [
        'strong',
        `confd lacks ${params.what ?? 'a value'} of this node`,
      ],
      'confd/file-failed': ['strong', 'confd cannot write a file of BIRD’s configuration'],
      'confd/aggregation-file-failed': ['strong', 'confd cannot write a file of BIRD’s configuration'],
      'confd/no-templates': ['decisive', 'confd has no templates to render'],
      'confd/reload-failed': ['strong', 'BIRD could not be told of its new configuration'],
      'bird/config-error': ({ message: { params } }) => [
        'decisive',
        `BIRD cannot read what was rendered for it, line ${params.line ?? '?'}: ${params.error ?? ''}`,
      ],
      'bird/included-file-unreadable': ['strong', 'BIRD’s configuration is rendered in part only'],
      'bird/config-unreadable': [
        isRepeated(view, 'bird/config-unreadable') ? 'strong' : 'weak',
        'BIRD has no configuration yet',
      ],
      'confd/settings-failed': ['weak', 'confd cannot read the BGP settings'],
      'confd/sync-lost': ['weak', 'confd lost its way to the datastore'],
      'confd/typha-lost': ['weak', 'confd lost its way to Typha'],
    },
    { endedBy: ['confd/config-updated'] },
  )

/** Confd renders all the same, so that what it rendered later ends nothing. */
const withoutService = (view: Reads<Names>): readonly Sign[] =>
  messageSigns(view, {
    'confd/no-bird-service': [
      'strong',
      'runit has no service of BIRD that could be told of its configuration',
    ],
  })

/** Runit starts BIRD once a second: a line or two of these are normal while calico-node starts. */
const isRepeated = (view: Reads<'messages'>, id: string): boolean =>
  view
    .rows('messages')
    .filter(({ message }) => message.id === id)
    .reduce((sum, { count }) => sum + (count ?? 1), 0) >= 3

/** Nodes that show no IPv4 peer, against what the datastore and the others say. */
function withoutPeers(view: Reads<Names>): readonly Sign[] {
  if (isWithoutBgp(view)) return []
  return view
    .rows('messages')
    .filter(({ message }) => message.id === 'calicoctl/no-peers' && message.params.family === 'IPv4')
    .map((row) => {
      const [weight, says] = weighed(view, row)
      return sign(row, weight, says, placeOfMessage(view, row))
    })
}

function weighed(view: Reads<Names>, row: Fact<MessageRow>): readonly [Sign['weight'], string] {
  const node = nodeOfMessage(view, row)
  const meshes = meshSettings(view)
  const isMeshOn = meshes.length > 0 && meshes.every(({ isOn }) => isOn)
  if (isPeered(view, node))
    return ['decisive', 'BIRD shows no peer, and the datastore holds one for this node']
  if (isMeshOn && hasOthers(view))
    return ['decisive', 'BIRD shows no peer, though the mesh is on and other nodes are registered']
  const theirs = view.rows('bgpSessions').filter(({ kind, peer }) => kind === 'mesh' && familyOf(peer) === 4)
  if (theirs.length > 0 && meshes.every(({ isOn }) => isOn)) {
    const isElsewhere =
      node !== undefined && theirs.some((session) => session.node !== '' && session.node !== node)
    return [isElsewhere ? 'decisive' : 'strong', 'BIRD shows no peer here, and another node’s shows the mesh']
  }
  if (isMeshOn) return ['strong', 'BIRD shows no peer, though the mesh is on']
  return ['weak', 'BIRD shows no peer']
}

/** A BGPPeer that is certainly for this node: for all nodes, or for it by name. */
const isPeered = (view: Reads<Names>, node: string | undefined): boolean =>
  view.rows('bgpPeers').some((peer) => {
    if (!peer.peerIp && !peer.peerSelector) return false
    const own = view.rows('nodes').find(({ name }) => name === node)
    const isForAll = peer.node === undefined && (peer.nodeSelector ?? 'all()') === 'all()'
    // A node that a peer for all of them points at skips itself.
    if (isForAll) return peer.peerIp !== undefined && !isAddressOfNode(view, peer.peerIp)
    return node !== undefined && isPeerOf(peer, own ?? { name: node, labels: {} }) === true
  })

const isAddressOfNode = (view: Reads<Names>, address: string): boolean =>
  registeredAddresses(view).some((one) => one.address === bareAddress(address))

const hasOthers = (view: Reads<Names>): boolean =>
  new Set([...view.rows('calicoNodes'), ...view.rows('nodes')].map(({ name }) => name)).size > 1

const told = (view: Reads<Names>): readonly Sign[] =>
  view
    .rows('attempts')
    .filter(
      ({ act, outcome }) =>
        (act === 'restart-calico-node' || act === 'delete-calico-pod') && outcome === 'cured',
    )
    .map((row) => sign(row, 'weak', 'a restart of calico-node cured it'))

function errorIn(view: Reads<Names>): string | undefined {
  const ids = new Set(['confd/check-command-failed', 'bird/config-error'])
  const params = view.rows('messages').find(({ message }) => ids.has(message.id))?.message.params
  return params?.output ?? params?.error
}
