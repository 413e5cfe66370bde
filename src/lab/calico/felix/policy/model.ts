/** Policies as Felix's calculation graph knows them: Kubernetes' and Calico's in one form. */
import type { PortRange } from '#lab/network/rule.ts'

/** What selectors choose from: a pod, a host endpoint, a network set. */
export interface Selectable {
  readonly labels: Readonly<Record<string, string>>
  readonly namespace?: string
  readonly namespaceLabels?: Readonly<Record<string, string>>
  readonly serviceAccount?: string
  readonly serviceAccountLabels?: Readonly<Record<string, string>>
  /** Addresses, or CIDRs of a set. */
  readonly nets: readonly string[]
  readonly ports: readonly { readonly name: string; readonly protocol: string; readonly port: number }[]
}

/** A choice of endpoints, with a text that is the same for equal choices. */
export interface Choice {
  readonly text: string
  chooses(endpoint: Selectable): boolean
}

/** Endpoints chosen by labels become sets of addresses; named ports become sets of addresses with ports. */
export interface Side {
  readonly nets: readonly string[]
  readonly notNets: readonly string[]
  readonly choice?: Choice
  readonly notChoice?: Choice
  readonly ports: readonly PortRange[]
  readonly namedPorts: readonly string[]
  readonly notPorts: readonly PortRange[]
}

export interface PolicyRule {
  readonly action: 'Allow' | 'Deny' | 'Log' | 'Pass'
  readonly protocol?: string // tcp, udp, icmp, sctp, ipip
  readonly notProtocol?: string
  readonly icmp?: { readonly type: number; readonly code?: number; readonly not?: boolean }
  readonly source: Side
  readonly destination: Side
}

export interface Policy {
  /** What its chains are named after: `default/default.allow-dns`, `default/shop/knp.default.db`. */
  readonly id: string
  /** Without the tier. */
  readonly name: string
  readonly tier: string
  /** Larger comes later; without one last. */
  readonly order: number
  readonly applies: Choice
  /** Missing: the policy says nothing about that direction. */
  readonly ingress?: readonly PolicyRule[]
  readonly egress?: readonly PolicyRule[]
  readonly doNotTrack: boolean
  readonly preDnat: boolean
  readonly applyOnForward: boolean
}

export const anySide: Side = { nets: [], notNets: [], ports: [], namedPorts: [], notPorts: [] }

/** Endpoints that all of these choose. */
export function both(...choices: readonly (Choice | undefined)[]): Choice | undefined {
  const all = choices.flatMap((choice) => (choice === undefined ? [] : [choice]))
  const [first, ...more] = all
  if (first === undefined || more.length === 0) return first
  return {
    text: all.map(({ text }) => `(${text})`).join(' && '),
    chooses: (endpoint) => all.every((choice) => choice.chooses(endpoint)),
  }
}
