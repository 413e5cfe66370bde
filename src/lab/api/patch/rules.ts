/**
 * Which lists of which types merge, and by which key: the patchStrategy tags of staging:api/core/v1/types.go,
 * apps/v1/types.go, policy/v1, batch/v1 and staging:apimachinery/pkg/apis/meta/v1/types.go.
 */
export interface MergeRule {
  /** A list whose items merge by this key; `fields` then are those of an item. */
  readonly key?: string
  /** A list of scalars that is merged as a set. */
  readonly set?: true
  readonly fields?: Readonly<Record<string, MergeRule>>
}

const byKey = (key: string, fields?: MergeRule['fields']): MergeRule =>
  fields === undefined ? { key } : { key, fields }
const map = (fields: MergeRule['fields'] & object): MergeRule => ({ fields })

const metadata = map({ ownerReferences: byKey('uid'), finalizers: { set: true } })
const conditions = byKey('type')

const container = byKey('name', {
  env: byKey('name'),
  ports: byKey('containerPort'),
  volumeMounts: byKey('mountPath'),
  volumeDevices: byKey('devicePath'),
})

const podSpec = map({
  containers: container,
  initContainers: container,
  ephemeralContainers: container,
  volumes: byKey('name'),
  imagePullSecrets: byKey('name'),
  hostAliases: byKey('ip'),
  topologySpreadConstraints: byKey('topologyKey'),
  schedulingGates: byKey('name'),
  resourceClaims: byKey('name'),
})

const template = map({ metadata, spec: podSpec })
const status = map({ conditions })

/** Rules of a type without lists of its own that merge. */
export const plainRule: MergeRule = map({ metadata, status })

export const podRule: MergeRule = map({
  metadata,
  spec: podSpec,
  status: map({ conditions, podIPs: byKey('ip'), hostIPs: byKey('ip') }),
})

export const nodeRule: MergeRule = map({
  metadata,
  spec: map({ podCIDRs: { set: true } }),
  status: map({ conditions, addresses: byKey('type') }),
})

export const workloadRule: MergeRule = map({ metadata, spec: map({ template }), status })

export const cronJobRule: MergeRule = map({
  metadata,
  spec: map({ jobTemplate: map({ spec: map({ template }) }) }),
})

export const serviceRule: MergeRule = map({ metadata, spec: map({ ports: byKey('port') }), status })

export const serviceAccountRule: MergeRule = map({
  metadata,
  secrets: byKey('name'),
  imagePullSecrets: byKey('name'),
})

export const webhookConfigurationRule: MergeRule = map({ metadata, webhooks: byKey('name') })
