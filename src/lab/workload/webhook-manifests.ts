/** What installs the admission webhook of webhook.ts into a cluster, as a policy engine's chart does. */
import { rfc3339 } from '#base/clock.ts'
import type { Draft, KubeObject } from '#lab/api/objects.ts'
import { shellTools } from '#lab/host/os.ts'
import { authority, type Certificate, issued, pemOf } from '#lab/network/tls.ts'
import { networkTools } from '#lab/network/tools.ts'
import type { Image } from '#lab/runtime/ports.ts'

const imageName = 'docker.io/policy/admission-webhook:1.2.0'

export const webhookImages = (): readonly Image[] => [
  {
    name: imageName,
    sizeBytes: 42_117_306,
    tree: [
      ...shellTools(),
      ...networkTools(),
      { path: '/usr/local/bin/admission-webhook', kind: 'file', mode: 0o755, program: 'admission-webhook' },
    ],
    entrypoint: ['/usr/local/bin/admission-webhook'],
  },
]

export interface WebhookPlan {
  /** Names the namespace, the Deployment, the Service and the configuration. */
  readonly name: string
  /** What webhooks are called by: `validate.policy.example.com`. */
  readonly webhook: string
  readonly kind: 'Validating' | 'Mutating'
  readonly nowMs: number
  readonly rules: readonly Readonly<Record<string, unknown>>[]
  readonly failurePolicy?: 'Fail' | 'Ignore'
  readonly timeoutSeconds?: number
  readonly namespaceSelector?: Readonly<Record<string, unknown>>
  readonly objectSelector?: Readonly<Record<string, unknown>>
  readonly sideEffects?: 'None' | 'NoneOnDryRun' | 'Some'
  /** Arguments of the program beside its certificate. */
  readonly args?: readonly string[]
  readonly replicas?: number
  readonly hostNetwork?: boolean
  readonly nodeName?: string
  /** How the certificate is wrong; default: not at all. */
  readonly certificate?: 'other-authority' | 'other-name' | 'expired'
}

const dayMs = 86_400_000

/** The namespace, certificate, Deployment and Service. Without the configuration nobody is asked yet. */
export function webhookBackend(plan: WebhookPlan): readonly Draft<KubeObject>[] {
  const { name } = plan
  const labels = { app: name }
  const metadata = { name, namespace: name, labels }
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: `${name}-tls`, namespace: name },
      ...{
        type: 'kubernetes.io/tls',
        data: { 'tls.crt': base64(pemOf(certificateOf(plan))), 'tls.key': '' },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      ...{
        spec: { selector: labels, ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 8443 }] },
      },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      ...{
        spec: {
          replicas: plan.replicas ?? 1,
          selector: { matchLabels: labels },
          template: { metadata: { labels }, spec: podSpec(plan) },
        },
      },
    },
  ]
}

const podSpec = (plan: WebhookPlan): Readonly<Record<string, unknown>> => ({
  ...(plan.hostNetwork ? { hostNetwork: true } : {}),
  ...(plan.nodeName === undefined ? {} : { nodeSelector: { 'kubernetes.io/hostname': plan.nodeName } }),
  terminationGracePeriodSeconds: 5,
  containers: [
    {
      name: 'webhook',
      image: imageName,
      imagePullPolicy: 'IfNotPresent',
      args: ['--cert=/etc/webhook/certs/tls.crt', ...(plan.args ?? [])],
      ports: [{ name: 'https', containerPort: 8443, protocol: 'TCP' }],
      readinessProbe: { httpGet: { path: '/', port: 8081, scheme: 'HTTP' }, periodSeconds: 5 },
      volumeMounts: [{ name: 'certs', mountPath: '/etc/webhook/certs', readOnly: true }],
    },
  ],
  volumes: [{ name: 'certs', secret: { secretName: `${plan.name}-tls` } }],
})

/** The configuration that makes the API server ask. */
export const webhookConfiguration = (plan: WebhookPlan): Draft<KubeObject> => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: `${plan.kind}WebhookConfiguration`,
  metadata: { name: plan.name },
  ...{
    webhooks: [
      {
        name: plan.webhook,
        admissionReviewVersions: ['v1'],
        sideEffects: plan.sideEffects ?? 'None',
        failurePolicy: plan.failurePolicy ?? 'Fail',
        timeoutSeconds: plan.timeoutSeconds ?? 10,
        ...(plan.namespaceSelector === undefined ? {} : { namespaceSelector: plan.namespaceSelector }),
        ...(plan.objectSelector === undefined ? {} : { objectSelector: plan.objectSelector }),
        rules: plan.rules,
        clientConfig: {
          service: {
            namespace: plan.name,
            name: plan.name,
            path: `/${plan.kind === 'Mutating' ? 'mutate' : 'validate'}`,
          },
          caBundle: base64(pemOf(authorityOf(plan))),
        },
      },
    ],
  },
})

const base64 = (text: string): string => Buffer.from(text).toString('base64')

const validity = ({ nowMs }: WebhookPlan) => ({
  notBeforeMs: nowMs - 30 * dayMs,
  notAfterMs: nowMs + 335 * dayMs,
})

const authorityOf = (plan: WebhookPlan): Certificate =>
  authority(`${plan.name}-ca`, { key: `${plan.name}-ca`, ...validity(plan) })

function certificateOf(plan: WebhookPlan): Certificate {
  const { name, nowMs, certificate } = plan
  // A reinstalled chart makes a new authority of the same name; the configuration may still carry the old one.
  const by =
    certificate === 'other-authority'
      ? { ...authorityOf(plan), key: `${name}-ca ${rfc3339(nowMs)}` }
      : authorityOf(plan)
  const service = certificate === 'other-name' ? `old-${name}` : name
  const times =
    certificate === 'expired'
      ? { notBeforeMs: nowMs - 91 * dayMs, notAfterMs: nowMs - dayMs }
      : validity(plan)
  return issued(by, {
    key: name,
    dnsNames: [`${service}.${name}.svc`, `${service}.${name}.svc.cluster.local`],
    ...times,
  })
}
