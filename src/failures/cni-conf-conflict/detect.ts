import { type CniFile, cniFiles } from '#cluster/cni-files.ts'
import type { Fact, Reads } from '#cluster/facts.ts'
import { networkOfPod } from '#cluster/other-networks.ts'
import type { MessageRow } from '#cluster/relations.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import { explainsHere, findingsOf, messageSigns, type Sign, sign } from '#diagnosis/signs.ts'
import { isBacked } from '#diagnosis/worth-saying.ts'
import { type AddressReads, addressSigns } from '#failures/cni-conf-conflict/addresses.ts'

export interface ConfConflictState {
  /** CNI configurations on the host, in the order in which the runtime takes them. */
  readonly files: readonly string[]
}

type Needs = AddressReads | 'hostPaths' | 'messages' | 'daemonSets' | 'remarks'

/**
 * Finds nodes on which more than one CNI configuration or plugin is at work: the runtime takes the first file by name, so that
 * pods get their network from whoever that is.
 *
 * @see containernetworking/cni:libcni/conf.go (ConfFiles)
 * @see containerd/go-cni:opts.go (WithDefaultConf, max_conf_num)
 */
export const detector = defineDetector<ConfConflictState, Needs>({
  needs: ['hostPaths', 'pods'],
  uses: ['nodes', 'ipPools', 'messages', 'daemonSets', 'remarks'],
  judges: 'node',
  detect: (view) => {
    const files = cniFiles(view)
    const told = [...fileSigns(files), ...addressSigns(view), ...messageSigns(view, otherPlugins)]
    const signs = [...told, ...around(view, told)]
    return findingsOf(signs, {
      judges: 'node',
      conclude: (own) =>
        isBacked(own, view, [])
          ? {
              says: 'more than one CNI configuration or plugin gives pods their network',
              state: { files: files.map(({ name }) => name) },
            }
          : undefined,
    })
  },
  explains: explainsHere,
})

/** Per node: what stands before Calico's file, or Calico's own under two names. */
const fileSigns = (files: readonly CniFile[]): readonly Sign[] =>
  [...Map.groupBy(files, ({ row }) => row.node).values()].flatMap((own) => {
    const real = own.filter(({ isHelper }) => !isHelper)
    const calicos = real.filter(({ isCalicos }) => isCalicos)
    const [first] = real
    const [mine, stale] = calicos
    if (first === undefined || mine === undefined) return []
    if (!first.isCalicos)
      return [sign(first.row, 'decisive', `the runtime takes ${first.name} before Calico’s ${mine.name}`)]
    const later = real
      .filter(({ isCalicos }) => !isCalicos)
      .map(({ row, name }) => sign(row, 'weak', `${name} lies beside Calico’s ${mine.name}`))
    return stale === undefined
      ? later
      : [
          sign(
            mine.row,
            'decisive',
            `of Calico’s two configurations the runtime takes ${mine.name}, not ${stale.name}`,
          ),
          ...later,
        ]
  })

/** The runtime called a plugin that makes interfaces and is not Calico's. multus calls others on purpose. */
const otherPlugins = {
  'runtime/cni-plugin-failed': ({ message: { params } }: Fact<MessageRow>) =>
    foreign.has(params.plugin ?? '')
      ? (['strong', `the runtime calls the plugin ${params.plugin}, not Calico’s`] as const)
      : undefined,
}

const foreign: ReadonlySet<string> = new Set([
  'flannel',
  'weave-net',
  'cilium-cni',
  'aws-cni',
  'bridge',
  'kindnet',
  'antrea',
  'azure-vnet',
  'ptp',
  'ovn-k8s-cni-overlay',
])

/** Another network's pods or DaemonSet: with policy alone by Calico they are meant to be there. */
function around(view: Reads<'pods' | 'daemonSets' | 'remarks'>, told: readonly Sign[]): readonly Sign[] {
  if (told.length === 0) return []
  const pods = [
    ...view.rows('pods'),
    ...view.rows('daemonSets').map((row) => ({ ...row, name: `${row.name}-`, node: undefined })),
  ]
  const others = new Map(pods.flatMap((row) => [[networkOfPod(row.name), row] as const]))
  return [
    ...[...others].flatMap(([network, row]) =>
      network === undefined ? [] : [sign({ from: row.from }, 'weak', `${network} runs in this cluster, too`)],
    ),
    ...view
      .rows('remarks')
      .filter(({ says }) => says === 'other-cni-was-used')
      .map((row) => sign(row, 'weak', 'another pod network is or was installed')),
  ]
}
