import { cniFiles, isCalicosFileGone } from '#cluster/cni-files.ts'
import type { Fact, Reads, Subject } from '#cluster/facts.ts'
import {
  calicoNodePodAt,
  conditionOf,
  innerMessage,
  isReady,
  nodeNamed,
  placeOfMessage,
} from '#cluster/queries.ts'
import type { MessageRow, SettingRow } from '#cluster/relations.ts'
import { settingsNamed } from '#cluster/settings.ts'
import { isSameSubject, nodeSubject } from '#cluster/subjects.ts'
import { isNetworkNotReady } from '#cluster/symptoms/node-conditions.ts'
import { isRecent } from '#cluster/symptoms/recency.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import {
  explainsHere,
  findingsOf,
  type MessageSign,
  messageSigns,
  type Sign,
  sign,
} from '#diagnosis/signs.ts'
import { isWorthSaying } from '#diagnosis/worth-saying.ts'

export interface WatchState {
  /** The configuration that lies there and that the runtime does not see. */
  readonly file: string | undefined
}

type Needs = 'messages' | 'hostPaths' | 'settings' | 'nodes' | 'pods' | 'attempts'

/**
 * Finds nodes whose containerd says that there is no CNI configuration while there is one: the folder was removed and made anew
 * under it, so that it watches a folder that is no more.
 *
 * @see containerd/containerd:internal/cri/server/cni_conf_syncer.go
 */
export const detector = defineDetector<WatchState, Needs>({
  needs: ['messages', 'hostPaths'],
  uses: ['settings', 'nodes', 'pods', 'attempts'],
  judges: 'node',
  detect: (view) => {
    const missing = [...ofStatus(view), ...ofMessages(view), ...ofNodes(view)].filter(
      ({ about }) => !isReadyNode(view, about) && !isLoaded(view, about),
    )
    const contrary = missing.flatMap((one) => contradicted(view, one))
    const told = [...missing, ...contrary, ...messageSigns(view, lines)]
    return findingsOf([...told, ...(told.length === 0 ? [] : around(view))], {
      judges: 'node',
      conclude: (own) =>
        isWorthSaying(own, view, ['cni-not-initialized'])
          ? {
              says: 'the runtime does not see the CNI configuration that lies on the host',
              state: { file: fileIn(view) },
            }
          : undefined,
    })
  },
  explains: explainsHere,
})

/** A node that is Ready has a runtime that sees its configuration: whatever was said before is over. */
const isReadyNode = (view: Reads<'nodes'>, about: Subject): boolean => {
  const node = about.kind === 'node' ? nodeNamed(view, about.name) : undefined
  return node !== undefined && conditionOf(node, 'Ready')?.status === 'True'
}

/** What containerd says of itself now counts for more than what kubelet wrote some time ago. */
const isLoaded = (view: Reads<'settings'>, about: Subject): boolean => {
  const told = view
    .rows('settings')
    .filter((row) => row.of === 'runtime' && statuses.has(row.name))
    .filter(({ node }) => about.kind === 'node' && node !== undefined && node === about.name)
  return told.length > 0 && told.every(({ value }) => value === 'OK')
}

const lines: Readonly<Record<string, MessageSign>> = {
  'containerd/cni-dir-removed': ['decisive', 'containerd stopped watching: its CNI folder was removed'],
  'hearsay/cni-folder-recreated': ['strong', 'the folder was made anew, as somebody says'],
  'containerd/cni-reload-failed': ({ message: { params } }) =>
    params.event === 'REMOVE' ? ['weak', `${params.path} was removed while containerd ran`] : undefined,
}

/**
 * What containerd itself reports to `crictl info`. While calico-node is not ready, nobody may have written a file yet.
 *
 * @see containerd/containerd:internal/cri/server/status.go (lastCNILoadStatus)
 */
const ofStatus = (view: Reads<'settings' | 'pods'>): readonly Sign[] =>
  view
    .rows('settings')
    .filter((row) => row.of === 'runtime' && statuses.has(row.name) && row.value !== 'OK')
    .map((row) => {
      const weight = isNodeUnready(view, row) ? 'weak' : 'strong'
      return sign(row, weight, 'containerd reports that it loaded no CNI configuration')
    })

const statuses: ReadonlySet<string> = new Set(['lastCNILoadStatus', 'lastCNILoadStatus.default'])

const isNodeUnready = (view: Reads<'pods'>, { node }: Pick<SettingRow, 'node'>): boolean => {
  const pod = calicoNodePodAt(view, nodeSubject(node))
  return pod !== undefined && isReady(pod) === false
}

/** kubelet's and the runtime's words for it, of whatever reason. */
const ofMessages = (view: Reads<'messages' | 'pods'>): readonly Sign[] => {
  const rows = view
    .rows('messages')
    .filter((row) => withoutConfiguration.has(row.message.id) && isRecent(view, row.atMs))
  // kubelet with Docker reads the folder itself, again and again.
  if (view.rows('messages').some(({ message }) => message.params.runtime === 'docker')) return []
  return rows
    .filter(isWithoutFile)
    .map((row) => sign(row, 'weak', 'the runtime has no CNI configuration', placeOfMessage(view, row)))
}

const withoutConfiguration: ReadonlySet<string> = new Set([
  'containerd/no-cni-config',
  'cni/not-initialized',
  'cni/config-load-failed',
  'kubelet/network-plugin-not-ready',
  'kubelet/network-not-ready',
  'kubelet/runtime-network-not-ready',
])

/** A file that is there and cannot be read is another trouble. */
const isWithoutFile = (row: Fact<MessageRow>): boolean =>
  row.message.id !== 'cni/config-load-failed' ||
  innerMessage(row, 'containerd/no-cni-config', 'cni/not-initialized') !== undefined

const ofNodes = (view: Reads<'nodes'>): readonly Sign[] =>
  view.rows('nodes').flatMap((node) => {
    const ready = conditionOf(node, 'Ready')
    return ready !== undefined && isNetworkNotReady(ready)
      ? [
          sign(
            node,
            'weak',
            'kubelet reports that the runtime has no CNI configuration',
            nodeSubject(node.name),
          ),
        ]
      : []
  })

/** At a place where the runtime sees nothing: the file that lies there, the installer that wrote it, calico-node that is well. */
function contradicted(view: Reads<Needs>, { about }: Sign): readonly Sign[] {
  const isHere = (node: string | undefined): boolean =>
    about.kind !== 'node' || node === undefined || node === '' || isSameSubject(nodeSubject(node), about)
  const [file] = cniFiles(view).filter(({ row, isCalicos }) => isCalicos && isHere(row.node))
  const pod = calicoNodePodAt(view, about)
  const written = messageSigns(view, {
    'install-cni/config-created': ({ message: { params } }) => [
      'decisive',
      `the installer wrote ${params.path}`,
    ],
    'install-cni/done': ['strong', 'the installer says that the CNI is configured'],
  }).filter((one) => one.about.kind !== 'node' || about.kind !== 'node' || isSameSubject(one.about, about))
  return [
    ...(file === undefined
      ? []
      : [
          sign(
            file.row,
            'decisive',
            `${file.name} lies there, and the runtime says that there is none`,
            about,
          ),
        ]),
    ...written.map((one) => ({ ...one, about })),
    ...(pod !== undefined && isReady(pod) === true
      ? [sign(pod, 'strong', 'calico-node is ready there, so its installer has run', about)]
      : []),
  ]
}

function around(view: Reads<'hostPaths' | 'nodes' | 'attempts'>): readonly Sign[] {
  const gone = view
    .rows('hostPaths')
    .filter(({ exists, node }) => !exists && isCalicosFileGone(view, node) && cniFiles(view).length === 0)
  return [
    ...view
      .rows('attempts')
      .filter(({ act, outcome }) => act === 'restart-runtime' && outcome === 'cured')
      .map((row) => sign(row, 'strong', 'a restart of the runtime, which reads the folder anew, cured it')),
    ...gone.slice(0, 1).map((row) => sign(row, 'against', `${row.path} is not there: nobody wrote it`)),
    ...view
      .rows('nodes')
      .filter(({ containerRuntime = '' }) => containerRuntime.startsWith('docker:'))
      .slice(0, 1)
      .map((row) =>
        sign(row, 'against', 'the runtime is Docker: kubelet reads the folder itself', nodeSubject(row.name)),
      ),
  ]
}

const fileIn = (view: Reads<'hostPaths' | 'settings'>): string | undefined =>
  cniFiles(view).find(({ isCalicos }) => isCalicos)?.row.path ??
  settingsNamed(view, 'runtime', 'NetworkPluginConfDir')[0]?.value
