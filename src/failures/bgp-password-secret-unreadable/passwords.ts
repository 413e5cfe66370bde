import type { Provenance, Reads } from '#cluster/facts.ts'
import { calicoNamespace } from '#cluster/queries.ts'
import { settingsNamed } from '#cluster/settings.ts'

/** The relations that this mode may look at. */
export type Names =
  | 'bgpPeers'
  | 'settings'
  | 'secrets'
  | 'messages'
  | 'pods'
  | 'roles'
  | 'bgpSessions'
  | 'nodes'

/** A password that somebody configured, and the secret that holds it. */
export interface Password {
  /** `BGPPeer to-rr`, `BGPConfiguration default`. */
  readonly of: string
  /** All sessions of the mesh have it, not one peer's. */
  readonly isOfMesh: boolean
  readonly secret: string
  readonly from: Provenance
}

/** Of peers, and of the mesh as a whole. */
export const passwordsNamed = (view: Reads<'bgpPeers' | 'settings'>): readonly Password[] => [
  ...view
    .rows('bgpPeers')
    .flatMap(({ name, passwordSecret, from }) =>
      passwordSecret === undefined
        ? []
        : [{ of: `BGPPeer ${name}`.trim(), isOfMesh: false, secret: passwordSecret.name, from }],
    ),
  ...settingsNamed(view, 'BGPConfiguration', 'nodeMeshPassword.secretKeyRef.name').map((row) => ({
    of: `BGPConfiguration ${row.in ?? ''}`.trim(),
    isOfMesh: true,
    secret: row.value,
    from: row.from,
  })),
]

/** Calico's namespace, where its pods were shown. */
export const knownNamespace = (view: Reads<'pods'>): string | undefined =>
  view.rows('pods').some(({ component, namespace }) => component === 'calico-node' && namespace !== '')
    ? calicoNamespace(view)
    : undefined
