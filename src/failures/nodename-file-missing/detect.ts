import type { Fact, Reads, Subject } from '#cluster/facts.ts'
import { calicoNodeContainer, calicoNodePodAt, isReady, placeOfMessage } from '#cluster/queries.ts'
import type { MessageRow, PodRow } from '#cluster/relations.ts'
import { isElsewhere, nodeSubject, renderSubject } from '#cluster/subjects.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import { explainsHere, findingsOf, messageSigns, type Sign, sign } from '#diagnosis/signs.ts'
import type { Weight } from '#diagnosis/types.ts'
import { isWorthSaying } from '#diagnosis/worth-saying.ts'

export interface NodenameState {
  /** Whether the pod lacks the mount. */
  readonly isUnmounted: boolean
}

type Names = 'messages' | 'pods' | 'settings' | 'hostPaths'

const folder = '/var/lib/calico'

/**
 * Finds nodes on which calico-node runs, and the CNI plugin does not see the file that its start-up writes: the folder is not
 * mounted, or was emptied. Where calico-node does not run, the missing file is a consequence.
 *
 * @see projectcalico/calico:node/pkg/lifecycle/startup/startup.go (writeNodeConfig)
 * @see projectcalico/calico:cni-plugin/internal/pkg/utils/utils.go (DetermineNodename)
 */
export const detector = defineDetector<NodenameState, Names>({
  needs: ['messages', 'hostPaths'],
  uses: ['pods', 'settings'],
  judges: 'node',
  detect: (view) => {
    const signs = [...missing(view), ...absent(view), ...unmounted(view)]
    return findingsOf([...signs, ...excuses(view, signs)], {
      judges: 'node',
      conclude: (own) =>
        isWorthSaying(own, view, ['sandbox-creation-failing', 'calico-node-not-ready'])
          ? {
              says: `calico-node’s file ${folder}/nodename is not on the host, where the CNI plugin looks for it`,
              state: { isUnmounted: unmounted(view).length > 0 },
            }
          : undefined,
    })
  },
  explains: explainsHere,
})

/** Who does not find the file; how much that says depends on whether calico-node ever started there. */
const missing = (view: Reads<Names>): readonly Sign[] => [
  ...messageSigns(view, {
    'cni/nodename-missing': (row) => weighed(view, row, 'the CNI plugin does not find the file'),
    'health/nodename-missing': (row) => weighed(view, row, 'the probe does not find the file'),
    'startup/nodename-missing': ['strong', 'start-up ended well, and its file cannot be seen'],
    'startup/nodename-unwritable': ['weak', 'start-up may not write its file'],
    'startup/folder-create-failed': ['weak', 'start-up cannot make its folder on the host'],
  }),
  // Printed once, at the start, and true as long as the pod lives.
  ...messageSigns(
    view,
    {
      'startup/mount-missing': ({ message: { params } }) =>
        params.path === folder ? ['decisive', `the pod does not mount ${folder}`] : undefined,
    },
    { ofAnyAge: true },
  ),
]

function weighed(view: Reads<Names>, row: Fact<MessageRow>, says: string): readonly [Weight, string] {
  const pod = calicoNodePodAt(view, placeOfMessage(view, row))
  if (isFromStart(pod, row)) return ['weak', `${says}: calico-node had only just begun`]
  if ((pod !== undefined && isReady(pod)) || isStarted(view, placeOfMessage(view, row)))
    return ['decisive', `${says}, though calico-node runs there`]
  if (isPastStart(pod, row) && excusesAt(view, placeOfMessage(view, row)).length === 0)
    return ['strong', `${says}, though calico-node has been up there for minutes`]
  // Alone it says no more than that calico-node has not come up there (yet).
  return ['weak', says]
}

/** Said while start-up, which writes the file, had not ended: pods that come with a new node are often quicker than calico-node. */
function isFromStart(pod: PodRow | undefined, { atMs }: MessageRow): boolean {
  const startedAtMs = pod && calicoNodeContainer(pod)?.startedAtMs
  return startedAtMs !== undefined && atMs !== undefined && atMs - startedAtMs < startMs
}

const startMs = 60_000

/**
 * Its container had run for so long when this was said that start-up, which writes the file, must have ended: as long as it has not,
 * nothing is live, and the kubelet starts a container anew that fails its liveness probe for about a minute.
 *
 * @see projectcalico/calico:manifests/calico.yaml (livenessProbe)
 */
function isPastStart(pod: PodRow | undefined, { atMs }: MessageRow): boolean {
  const container = pod && calicoNodeContainer(pod)
  if (container?.state !== 'running' || container.startedAtMs === undefined || atMs === undefined)
    return false
  return atMs - container.startedAtMs > startMaxMs
}

const startMaxMs = 3 * 60_000

const isStarted = (view: Reads<Names>, place: Subject): boolean =>
  excusesAt(view, place).length === 0 &&
  saidAt(view, place).some(
    ({ message }) => message.id === 'startup/succeeded' || message.id === 'startup/using-node-name',
  )

/** Messages of a calico-node that did not get as far as to write its file, or of what keeps it from starting. */
const excuse = new Set([
  'startup/terminating',
  'startup/failed',
  'startup/datastore-retry',
  'startup/datastore-unauthorized',
  'startup/datastore-config-error',
  'startup/autodetect-failed',
  'startup/autodetect-method-invalid',
  'startup/no-addresses',
  'startup/address-in-use',
  'startup/address-conflict',
  'startup/node-write-failed',
  'startup/node-read-failed',
  'startup/pools-read-failed',
  'startup/resource-init-failed',
  'install-cni/install-failed',
  'install-cni/no-writeable-directory',
  'cni/token-create-failed',
  'kubelet/pull-failed',
  'kubelet/image-pull-back-off',
  'kubelet/back-off-restarting',
  'kubelet/mount-failed',
  'api/forbidden',
  'dial/timeout',
  'dial/refused',
  'dial/no-route',
  'dial/unreachable',
  'tls/unknown-authority',
])

const saidAt = (view: Reads<Names>, place: Subject): readonly Fact<MessageRow>[] =>
  view.rows('messages').filter((row) => !isElsewhere(placeOfMessage(view, row), place))

const excusesAt = (view: Reads<Names>, place: Subject): readonly Fact<MessageRow>[] =>
  saidAt(view, place).filter(({ message }) => excuse.has(message.id))

/** What shows that the file is missing because calico-node does not start there. */
const excuses = (view: Reads<Names>, signs: readonly Sign[]): readonly Sign[] =>
  unmounted(view).length > 0
    ? []
    : [...new Map(signs.map(({ about }) => [renderSubject(about), about])).values()].flatMap((about) =>
        excusesAt(view, about)
          .slice(0, 1)
          .map((row) => sign(row, 'against', 'calico-node does not start, for a reason of its own', about)),
      )

/** The host was looked at. */
const absent = (view: Reads<Names>): readonly Sign[] =>
  view.rows('hostPaths').flatMap((row) => {
    if (row.exists || (row.path !== `${folder}/nodename` && row.path !== folder)) return []
    const pod = calicoNodePodAt(view, nodeSubject(row.node))
    const isRunning = pod !== undefined && isReady(pod) === true
    return [
      isRunning
        ? sign(row, 'decisive', `${row.path} does not exist, though calico-node is ready`)
        : sign(row, 'weak', `${row.path} does not exist on the host`),
    ]
  })

/** What calico-node’s container mounts, or what somebody says that it does not. */
function unmounted(view: Reads<Names>): readonly Sign[] {
  const own = view.rows('settings').filter((row) => row.of === 'container' && row.in === 'calico-node')
  const told = own.filter((row) => row.name === 'missingMounts' && row.value === folder)
  const mounts = own.filter((row) => row.name === 'volumeMounts')
  const other = mounts.length < 3 ? undefined : mounts.find(({ value }) => value === '/var/run/calico')
  const isMounted = mounts.some(({ value }) => value === folder || value === '/var/lib')
  return [
    ...told.map((row) => sign(row, 'strong', `the pod does not mount ${folder}`)),
    ...(other === undefined || isMounted
      ? []
      : [sign(other, 'decisive', `calico-node mounts folders of the host, and not ${folder}`)]),
  ]
}
