import type { Reads } from '#cluster/facts.ts'
import { innerMessage } from '#cluster/queries.ts'
import { calicoVersions, isBefore, versionsOf } from '#cluster/versions.ts'
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
import { isCalicoKind, isCalicoWorkload, wasRemoved } from '#failures/version-or-crd-mismatch/kinds.ts'

export interface MismatchState {
  readonly calico: string | undefined
  readonly kubernetes: string | undefined
}

type Needs = 'messages' | 'versions' | 'pods' | 'remarks' | 'attempts'

/**
 * Finds CRDs, manifests, operator, Calico and Kubernetes that are of versions which do not fit each other.
 *
 * @see kubernetes/apimachinery:pkg/api/errors/errors.go (the server could not find the requested resource)
 * @see kubernetes/apimachinery:pkg/api/meta/errors.go (no matches for kind … in version …)
 */
export const detector = defineDetector<MismatchState, Needs>({
  needs: ['messages', 'versions'],
  uses: ['pods', 'remarks', 'attempts'],
  judges: 'cluster',
  detect: (view) => {
    // Who applied a manifest did so once: its answer does not grow old.
    const said = [...messageSigns(view, running), ...messageSigns(view, applied, { ofAnyAge: true })]
    const told = [...said, ...ofVersions(view)]
    const signs = [...told, ...ofPeople(view, told.length > 0)]
    return findingsOf(signs, {
      judges: 'cluster',
      conclude: (own) =>
        isWorthSaying(own, view, ['resource-refused', 'operator-degraded', 'access-refused'])
          ? {
              says: 'CRDs, manifest, Calico and Kubernetes are of versions that do not fit each other',
              state: {
                calico: calicoVersions(view)[0]?.version,
                kubernetes: versionsOf(view, 'kubernetes')[0]?.version,
              },
            }
          : undefined,
    })
  },
  explains: explainsHere,
})

/**
 * Kinds of Calico 2, which start-up of the first releases after it looked for to migrate them; a server without them is right.
 *
 * @see projectcalico/calico:libcalico-go/lib/upgrade/migrator/clients/v1/k8s (GlobalFelixConfigs, GlobalBGPConfigs, SystemNetworkPolicies)
 */
const isLegacyKind = (kind: string): boolean =>
  ['globalfelixconfigs', 'globalbgpconfigs', 'globalbgppeers', 'systemnetworkpolicies'].includes(
    kind.toLowerCase().split('.')[0] ?? '',
  )

/** What programs meet while they run. */
const running: Readonly<Record<string, MessageSign>> = {
  'api/resource-unknown': ({ message: { params } }) => {
    const kind = params.resource ?? ''
    if (isLegacyKind(kind)) return undefined
    if (isCalicoKind(kind)) return ['decisive', `the API server does not serve ${kind}: its CRD is missing`]
    return wasRemoved(kind)
      ? ['decisive', `the API server no longer serves ${kind} as this version asks for it`]
      : ['weak', 'the API server does not serve what was asked for']
  },
  'api/kind-unregistered': ({ message: { params } }) =>
    isCalicoKind(params.version ?? '')
      ? ['decisive', `a program does not know ${params.kind} in ${params.version}`]
      : undefined,
  'cni/cluster-information-missing': (row) =>
    innerMessage(row, 'api/resource-unknown')
      ? ['decisive', 'the CRD of ClusterInformation is missing']
      : undefined,
  'datastore/crd-missing': ['weak', 'a CRD that this version asks for is missing'],
  'startup/crds-missing': ['strong', 'start-up does not find Calico’s kinds in the API server'],
  'typha/client-too-old': ['strong', 'calico-node is older than its Typha can serve'],
  'calicoctl/version-mismatch': ['strong', 'calicoctl and the cluster are of different versions'],
}

/** How the API server and Calico's tools answer to a manifest. */
const applied: Readonly<Record<string, MessageSign>> = {
  'api/kind-unknown': ({ message: { params } }) => {
    const { kind = '', version = '' } = params
    if (wasRemoved(`${kind} ${version}`))
      return ['decisive', `Kubernetes no longer serves ${kind} in ${version}: the manifest is too old for it`]
    return isCalicoKind(version)
      ? ['decisive', `the API server does not know ${kind} in ${version}: its CRD is missing`]
      : undefined
  },
  'api/invalid': ({ message: { params } }) =>
    isCalicoWorkload(params.kind, params.name)
      ? ['decisive', `the API server refuses the ${params.kind} ${params.name} of this manifest`]
      : isCalicoKind(params.kind ?? '')
        ? ['strong', `the CRD refuses what this version writes to ${params.kind}`]
        : undefined,
  'api/unknown-field': ({ message: { params } }) =>
    isCalicoKind(params.kind ?? '')
      ? ['decisive', `the CRD has no field ${params.field}: it is older than the manifest`]
      : ['weak', `the server does not know the field ${params.field}`],
  // What the operator renders fits its own CRDs, which fill in what nobody wrote.
  'operator/write-failed': (row) => {
    const refused = innerMessage(row, 'api/invalid')
    return refused === undefined
      ? undefined
      : ['strong', `the API server refuses the ${refused.params.kind} that the operator renders`]
  },
  'kubectl/crds-first': ['strong', 'kubectl asks for CRDs to be installed first'],
  'api/annotations-too-long': ['strong', 'a CRD was not applied: it is too large for client-side apply'],
  'ippool/vxlan-on-ipv6': ['decisive', 'this release of Calico has no VXLAN for IPv6'],
}

/** Pairs that cannot work, by arithmetic; and images of one installation that are of different releases. */
function ofVersions(view: Reads<'versions'>): readonly Sign[] {
  const calico = calicoVersions(view)
  const [kubernetes] = versionsOf(view, 'kubernetes')
  const isTooNew = (limit: string) =>
    kubernetes !== undefined && isBefore(kubernetes.version, limit) === false
  const tooOld = calico.filter(
    ({ version }) =>
      (isTooNew('1.22') && isBefore(version, '3.15') === true) ||
      (isTooNew('1.25') && isBefore(version, '3.22') === true),
  )
  const releases = new Set(
    calico.map(({ version }) => releaseOf(version)).filter((release) => release !== ''),
  )
  const [first] = calico
  return [
    ...tooOld.map((row) =>
      sign(
        row,
        'strong',
        `Calico ${row.version} uses kinds that Kubernetes ${kubernetes?.version} has removed`,
      ),
    ),
    ...(releases.size > 1 && first !== undefined
      ? [sign(first, 'weak', 'parts of Calico are of different releases')]
      : []),
  ]
}

const releaseOf = (version: string): string => version.split('.').slice(0, 2).join('.')

function ofPeople(view: Reads<'remarks' | 'attempts'>, isSuspected: boolean): readonly Sign[] {
  if (!isSuspected) return []
  const upgraded = view
    .rows('remarks')
    .filter(({ says }) => says === 'calico-was-upgraded' || says === 'kubernetes-was-upgraded')
  const cured = view.rows('attempts').filter(({ act, outcome }) => changing.has(act) && outcome === 'cured')
  return [
    ...upgraded.map((row) => sign(row, 'weak', 'something was upgraded before')),
    ...cured.map((row) => sign(row, 'strong', 'another version, or its manifest, cured it')),
  ]
}

const changing: ReadonlySet<string> = new Set(['upgrade', 'apply-manifest'])
