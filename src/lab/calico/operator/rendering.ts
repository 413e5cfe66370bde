import type { ContainerDef, Volume } from '#lab/api/objects.ts'
import type { InstallationSpec } from '#lab/calico/operator/installation.ts'

export const calicoSystem = 'calico-system'
export const operatorNamespace = 'tigera-operator'

/** FelixConfiguration may move it; Typha's is one below. */
export const healthPort = 9099

/** What the objects of an installation are rendered from. */
export interface Rendering {
  readonly spec: InstallationSpec
  /** The Calico release that this operator installs. */
  readonly version: string
  readonly typhaReplicas: number
  /** A manifest install is being taken over, node by node. */
  readonly migrating: boolean
  readonly hashes: {
    readonly cniConfig: string
    readonly authority: string
    readonly typhaSecret: string
  }
}

export const tolerateAll = [
  { key: 'CriticalAddonsOnly', operator: 'Exists' },
  { effect: 'NoSchedule', operator: 'Exists' },
  { effect: 'NoExecute', operator: 'Exists' },
]

export const bundleName = 'tigera-ca-bundle'

export const bundleVolume: Volume = { name: bundleName, configMap: { name: bundleName } }

export const secretVolume = (name: string): Volume => ({
  name,
  secret: { secretName: name },
})

/** The authorities that are trusted, and a certificate of one's own. */
export const tlsMounts = (secret: string): NonNullable<ContainerDef['volumeMounts']> => [
  { mountPath: '/etc/pki/tls/certs', name: bundleName, readOnly: true },
  { mountPath: `/${secret}`, name: secret, readOnly: true },
]
