/** Network policies of Kubernetes and of Calico as rows. */
import { z } from 'zod'
import type { PolicyRow, PolicyRule } from '#cluster/relations.ts'
import { flag, list, metadata, named, part, text, texts } from '#sources/formats/lenient.ts'
import { defined } from '#sources/formats/objects/defined.ts'

const directions = ['Ingress', 'Egress'] as const
type Direction = (typeof directions)[number]
const types = list(z.enum(directions))

const kubernetesRule = z.object({ ports: list(z.object({ protocol: text, port: text, endPort: text })) })
const selector = part({
  matchLabels: named,
  matchExpressions: list(z.object({ key: text, operator: text, values: texts })),
})

const kubernetes = z.object({
  metadata,
  spec: z.object({
    podSelector: selector,
    policyTypes: types,
    ingress: list(kubernetesRule),
    egress: list(kubernetesRule),
  }),
})

/** A networking.k8s.io NetworkPolicy. Its rules only allow; without types it is for Ingress, and for what it has rules of. */
export function kubernetesPolicyRow(value: unknown): PolicyRow | undefined {
  const { metadata, spec } = kubernetes.safeParse(value).data ?? {}
  if (spec === undefined) return undefined
  const ofEgress = spec.egress.length > 0 ? (['Egress'] as const) : []
  return {
    kind: 'NetworkPolicy',
    name: metadata?.name ?? '',
    selector: selectorText(spec.podSelector),
    types: spec.policyTypes.length > 0 ? spec.policyTypes : ['Ingress', ...ofEgress],
    rules: [...allowed('Ingress', spec.ingress), ...allowed('Egress', spec.egress)],
    ...defined({ namespace: metadata?.namespace }),
  }
}

/** In Calico's language, since the row has one for both. */
function selectorText(selected: z.output<typeof selector>): string {
  const labels = Object.entries(selected?.matchLabels ?? {}).map(
    ([key, value]) => `${key} == '${String(value)}'`,
  )
  const expressions = (selected?.matchExpressions ?? []).map(({ key, operator, values }) =>
    `${key ?? ''} ${(operator ?? '').toLowerCase()} {${values.join(', ')}}`.replace(' {}', ''),
  )
  return [...labels, ...expressions].join(' && ')
}

const allowed = (
  direction: Direction,
  rules: readonly z.output<typeof kubernetesRule>[],
): readonly PolicyRule[] =>
  rules.flatMap(({ ports }): readonly PolicyRule[] => {
    if (ports.length === 0) return [{ direction, action: 'Allow' }]
    const byProtocol = Map.groupBy(ports, ({ protocol }) => protocol ?? 'TCP')
    return [...byProtocol].map(([protocol, own]) => {
      const numbers = own.flatMap(({ port, endPort }) =>
        port === undefined ? [] : [endPort === undefined ? port : `${port}:${endPort}`],
      )
      return { direction, action: 'Allow', protocol, ...(numbers.length > 0 && { ports: numbers }) }
    })
  })

const calicoRule = z.object({
  action: z.enum(['Allow', 'Deny', 'Log', 'Pass']),
  protocol: text,
  destination: part({ ports: texts }),
})

const calico = z.object({
  kind: text,
  metadata,
  spec: z.object({
    selector: text,
    namespaceSelector: text,
    serviceAccountSelector: text,
    types,
    ingress: list(calicoRule),
    egress: list(calicoRule),
    applyOnForward: flag,
    preDNAT: flag,
  }),
})

/**
 * Calico's NetworkPolicy, GlobalNetworkPolicy and their staged forms. Without types it is for what it has rules of, and for
 * Ingress when it has none.
 *
 * @see projectcalico/calico:api/pkg/apis/projectcalico/v3/globalnetworkpolicy.go (Types)
 */
export function calicoPolicyRow(value: unknown): PolicyRow | undefined {
  const { kind, metadata, spec } = calico.safeParse(value).data ?? {}
  if (spec === undefined) return undefined
  const { ingress, egress } = spec
  const ofRules: readonly Direction[] =
    egress.length === 0 ? ['Ingress'] : ingress.length === 0 ? ['Egress'] : directions
  return {
    kind: kind ?? 'GlobalNetworkPolicy',
    name: metadata?.name ?? '',
    selector: wholeSelector(spec),
    types: spec.types.length > 0 ? spec.types : ofRules,
    rules: [...ruled('Ingress', ingress), ...ruled('Egress', egress)],
    ...defined({
      namespace: metadata?.namespace,
      applyOnForward: spec.applyOnForward,
      preDnat: spec.preDNAT,
    }),
  }
}

/** All of its selectors must hold; an empty one, or one that takes all, adds nothing. */
const wholeSelector = (spec: z.output<typeof calico>['spec']): string => {
  const own = spec.selector ?? ''
  const others = [spec.namespaceSelector, spec.serviceAccountSelector].filter(
    (one) => one !== undefined && one !== '' && one !== 'all()',
  )
  return others.length === 0 ? own : [...(own === '' ? [] : [own]), ...others].join(' && ')
}

const ruled = (direction: Direction, rules: readonly z.output<typeof calicoRule>[]): readonly PolicyRule[] =>
  rules.map(({ action, protocol, destination }) => ({
    direction,
    action,
    ...defined({ protocol }),
    ...((destination?.ports.length ?? 0) > 0 && { ports: destination?.ports ?? [] }),
  }))
