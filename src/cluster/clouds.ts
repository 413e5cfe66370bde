/** In whose data centre the nodes run, by what they and their settings say. */
import type { Provenance, Reads } from '#cluster/facts.ts'
import { settingsNamed } from '#cluster/settings.ts'

export type Cloud = 'Azure' | 'AWS' | 'Google Cloud'

export const cloudReads = ['nodes', 'versions', 'settings'] as const
export type CloudReads = (typeof cloudReads)[number]

export interface CloudTold {
  readonly cloud: Cloud
  /** The provider's own label, name or setting; a kernel made for it also runs in nested machines. */
  readonly isSure: boolean
  readonly row: { readonly from: Provenance; readonly node?: string | undefined }
}

/** Everything that tells the cloud, the surest first. */
export function cloudsTold(view: Reads<CloudReads>): readonly CloudTold[] {
  const nodes = view.rows('nodes')
  const at = (row: (typeof nodes)[number]) => ({ from: row.from, node: row.name })
  return [
    ...nodes.flatMap((row) =>
      [...Object.keys(row.labels), row.name].flatMap((text) =>
        told(names, text, { isSure: true, row: at(row) }),
      ),
    ),
    ...settingsNamed(view, 'Installation', 'kubernetesProvider').flatMap((row) =>
      told(providers, row.value, { isSure: true, row }),
    ),
    ...nodes.flatMap((row) => told(kernels, row.kernelVersion ?? '', { isSure: false, row: at(row) })),
    ...view
      .rows('versions')
      .filter((row) => row.of === 'kernel')
      .flatMap((row) => told(kernels, row.version, { isSure: false, row })),
  ]
}

/** The surest fact that tells this cloud. */
export const cloudTold = (view: Reads<CloudReads>, cloud: Cloud): CloudTold | undefined =>
  cloudsTold(view).find((one) => one.cloud === cloud)

type Names = readonly (readonly [RegExp, Cloud])[]

const told = (names: Names, text: string, rest: Omit<CloudTold, 'cloud'>): readonly CloudTold[] =>
  names.flatMap(([pattern, cloud]) => (pattern.test(text) ? [{ cloud, ...rest }] : []))

/** Labels that a provider's own machinery sets, and names that it gives. */
const names: Names = [
  [/^kubernetes\.azure\.com\/|^aks-[a-z0-9]{1,12}-\d{8}-/, 'Azure'],
  [
    /^(?:eks|k8s\.io\/cloud-provider-aws|node\.kubernetes\.io\/aws)[./]|^eks\.amazonaws\.com\/|^ip-\d+-\d+-\d+-\d+\..*(?:ec2|compute)\.internal$/,
    'AWS',
  ],
  [/^cloud\.google\.com\/|^gke-[a-z0-9-]+-[a-f0-9]{8}-/, 'Google Cloud'],
]

const providers: Names = [
  [/^AKS$/, 'Azure'],
  [/^EKS$/, 'AWS'],
  [/^GKE$/, 'Google Cloud'],
]

const kernels: Names = [
  [/-azure\b/, 'Azure'],
  [/-aws\b|\.amzn\d/, 'AWS'],
  [/-(?:gcp|gke)\b/, 'Google Cloud'],
]
