import type { Reads } from '#cluster/facts.ts'
import { infrastructureOf } from '#cluster/managed.ts'
import {
  type GatewayTrouble,
  isMasterGatewayWell,
  type MasterGatewayReads,
  masterGatewayReads,
  masterGatewayTroubles,
} from '#cluster/master-gateway.ts'
import { type MasterWay, masterWays } from '#cluster/master-proxy.ts'
import { placeOfMessage } from '#cluster/queries.ts'
import { silenceOf } from '#cluster/silent-nodes.ts'
import { clusterSubject, isSameSubject } from '#cluster/subjects.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import { explainsHere, findingsOf, type Sign, sign } from '#diagnosis/signs.ts'
import type { Symptom, View } from '#diagnosis/types.ts'
import { isWorthSaying } from '#diagnosis/worth-saying.ts'

export interface GatewayState {
  readonly kinds: readonly GatewayTrouble['kind'][]
}

type Names = MasterGatewayReads | 'pods'

/**
 * Finds a VPC whose endpoint gateway, the private way of its workers to their master, is deleted, does not work or lets nobody in. The
 * account proves it; what the workers' proxies say of their way fits it, and fits a master that is away as well.
 *
 * @see ibm-cloud-docs/containers:vpc-security-group2.md (kube-vpegw-<clusterID>), sbd-allow-outbound.md (the public way)
 */
export const detector = defineDetector<GatewayState, Names>({
  needs: ['endpointGateways', 'cloudRules'],
  uses: [...masterGatewayReads, 'pods'],
  judges: 'cluster',
  detect: (view) => {
    const infrastructure = infrastructureOf(view)
    if (infrastructure === 'softlayer' || isMasterGatewayWell(view)) return []
    const troubles = masterGatewayTroubles(view)
    const signs = [
      ...troubles.map(({ says, from }) => sign({ from }, 'decisive', says, clusterSubject)),
      ...ofProxies(view, infrastructure === 'g2'),
      ...(infrastructure === 'g2' ? ofSilence(view) : []),
    ]
    return findingsOf(signs, {
      judges: 'cluster',
      conclude: (own) =>
        isWorthSaying(own, view, ['master-on-backup', 'node-not-ready', 'api-unreachable'])
          ? { says: summaryOf(troubles), state: { kinds: [...new Set(troubles.map(({ kind }) => kind))] } }
          : undefined,
    })
  },
  explains: (finding, symptom, view) =>
    explainsHere(finding, symptom) && (withoutPrivateWay.has(symptom.id) || !hasSomeWay(view, symptom)),
  isImmune: (_, view) => isElsewhere(view),
})

const summaries: Readonly<Record<GatewayTrouble['kind'], string>> = {
  gone: 'the endpoint gateway by which the workers reach their master is gone',
  unstable: 'the endpoint gateway by which the workers reach their master does not work',
  closed: 'the security group of the endpoint gateway does not let the workers in to their master',
}

function summaryOf([first]: readonly GatewayTrouble[]): string {
  return first === undefined
    ? 'the workers do not reach their master by the endpoint gateway of their VPC'
    : summaries[first.kind]
}

const says: Readonly<Partial<Record<MasterWay, string>>> = {
  backup: 'have fallen back to the master’s public address',
  none: 'have no way to their master left',
}

/** A backup way means that the master is there, and the private way is not. Outside of a VPC that way is another. */
function ofProxies(view: View<Names>, isVpc: boolean): readonly Sign[] {
  const ways = masterWays(view)
  return (['backup', 'none'] as const).flatMap((way) => {
    const own = ways.filter((told) => told.way === way)
    const [first] = own
    if (first === undefined) return []
    const whose =
      own.length === 1 ? 'the proxy of a worker says: its servers' : `the proxies of ${own.length} workers`
    const weight = isVpc && way === 'backup' ? 'strong' : 'weak'
    return [sign({ from: first.row.from }, weight, `${whose} ${says[way]}`, clusterSubject)]
  })
}

/** The API server has just told of it: it is there, and what most of its workers have lost is the way that they share. */
function ofSilence(view: Reads<'nodes'>): readonly Sign[] {
  const { silent, nodes, isEverywhere } = silenceOf(view)
  const [first] = silent
  if (first === undefined || !isEverywhere) return []
  const says = `the kubelets of ${silent.length} of ${nodes} nodes have lost a master that answers from elsewhere`
  return [sign({ from: first.from }, 'weak', says, clusterSubject)]
}

/** What fails although nodes have a way to their master: what only Konnectivity carries, which knows the private way alone. */
const withoutPrivateWay: ReadonlySet<string> = new Set([
  'master-on-backup',
  'calico-api-unavailable',
  'operator-degraded',
])

const hasSomeWay = (view: View<Names>, { about }: Symptom): boolean =>
  masterWays(view).some(
    ({ way, row }) =>
      (way === 'backup' || way === 'usual') &&
      (about.kind === 'cluster' || isSameSubject(placeOfMessage(view, row), about)),
  )

/** Clusters of others, and on classic infrastructure, have none. */
const isElsewhere = (view: View<Names>): boolean => {
  const nodes = view.rows('nodes')
  return (
    view.coverage('nodes').kind === 'complete' &&
    nodes.length > 0 &&
    nodes.every(({ labels }) => labels['ibm-cloud.kubernetes.io/iaas-provider'] !== 'g2')
  )
}
