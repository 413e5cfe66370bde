/** The webhooks of a cluster in the order in which they are asked, read once per change of their configurations. */
import { type Expression, expressionsOf } from '#lab/api/cel/conditions.ts'
import { asList, asObject, isObject, type JsonObject } from '#lab/api/json.ts'
import type { LabelSelector } from '#lab/api/objects.ts'
import { type LabelTest, selectorTest } from '#lab/api/selectors.ts'
import type { Store, Stored } from '#lab/api/store.ts'

export interface Rule {
  readonly operations: readonly string[]
  readonly apiGroups: readonly string[]
  readonly apiVersions: readonly string[]
  readonly resources: readonly string[]
  readonly scope: string
}

/** One entry of a configuration, with the defaults of pkg/apis/admissionregistration/v1/defaults.go. */
export interface Webhook {
  readonly configuration: string
  readonly name: string
  readonly rules: readonly Rule[]
  readonly equivalent: boolean
  readonly namespaceTest: LabelTest
  readonly objectTest: LabelTest
  readonly conditions: readonly Expression[]
  readonly failOpen: boolean
  readonly timeoutMs: number
  readonly sideEffects: string
  readonly reinvoke: boolean
  readonly service:
    | { readonly namespace: string; readonly name: string; readonly port: number; readonly path: string }
    | undefined
  readonly url: string | undefined
  /** PEM. */
  readonly authorities: string
}

export interface Registered {
  readonly mutating: readonly Webhook[]
  readonly validating: readonly Webhook[]
}

const buckets = {
  mutating: 'admissionregistration.k8s.io/mutatingwebhookconfigurations',
  validating: 'admissionregistration.k8s.io/validatingwebhookconfigurations',
} as const

/** Keeps the webhooks of a store up to date; answers how to get them. */
export function registeredWebhooks(store: Store): () => Registered {
  let known: Registered | undefined
  for (const bucket of Object.values(buckets))
    store.watch(bucket, {}, store.revision, () => {
      known = undefined
    })
  const read = (bucket: string): readonly Webhook[] => store.list(bucket).flatMap(webhooksOf)
  return () => {
    known ??= { mutating: read(buckets.mutating), validating: read(buckets.validating) }
    return known
  }
}

const webhooksOf = (configuration: Stored): readonly Webhook[] =>
  asList(configuration.webhooks)
    .filter(isObject)
    .map((webhook) => read(configuration.metadata.name, webhook))

function read(configuration: string, webhook: JsonObject): Webhook {
  const client = asObject(webhook.clientConfig)
  const selector = (value: unknown): LabelTest =>
    isObject(value) ? selectorTest(value as LabelSelector) : () => true // of the webhook's schema
  return {
    configuration,
    name: String(webhook.name),
    rules: asList(webhook.rules).filter(isObject).map(ruleOf),
    equivalent: webhook.matchPolicy !== 'Exact',
    namespaceTest: selector(webhook.namespaceSelector),
    objectTest: selector(webhook.objectSelector),
    conditions: expressionsOf(webhook.matchConditions),
    failOpen: webhook.failurePolicy === 'Ignore',
    timeoutMs: Number(webhook.timeoutSeconds ?? 10) * 1000,
    sideEffects: String(webhook.sideEffects ?? ''),
    reinvoke: webhook.reinvocationPolicy === 'IfNeeded',
    service: serviceOf(client.service),
    url: typeof client.url === 'string' ? client.url : undefined,
    authorities: Buffer.from(String(client.caBundle ?? ''), 'base64').toString(),
  }
}

export const ruleOf = (rule: JsonObject): Rule => {
  const texts = (value: unknown): readonly string[] => asList(value).map(String)
  return {
    operations: texts(rule.operations),
    apiGroups: texts(rule.apiGroups),
    apiVersions: texts(rule.apiVersions),
    resources: texts(rule.resources),
    scope: String(rule.scope ?? '*'),
  }
}

function serviceOf(value: unknown): Webhook['service'] {
  if (!isObject(value)) return undefined
  const path = String(value.path ?? '')
  return {
    namespace: String(value.namespace),
    name: String(value.name),
    port: Number(value.port ?? 443),
    path: path.startsWith('/') ? path : `/${path}`,
  }
}
