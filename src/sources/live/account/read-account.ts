/**
 * Stage 3, through the provider's command: what the account sets around a cluster that is in trouble: on classic
 * infrastructure what joins the private VLANs and leads to the master, in a VPC what guards and leads the workers' traffic. Everything is listed,
 * nothing is changed.
 */
import type { Coverage, Facts } from '#cluster/facts.ts'
import { masterGatewayName } from '#cluster/master-gateway.ts'
import type { RelationName } from '#cluster/relations.ts'
import { parseAccountSwitches, parseWorkers } from '#sources/formats/cloud/ibm-account.ts'
import { parseAcls, parseEndpointGateways, parseGroupRules } from '#sources/formats/cloud/ibm-vpc.ts'
import { type AccountReads, readJson, readList, readText } from '#sources/live/account/ask.ts'
import { readRoutes } from '#sources/live/account/routes.ts'
import type { LiveContext } from '#sources/live/context.ts'
import { complete, joined, nothing, type Reading } from '#sources/reading.ts'

/** Nothing where no provider's command is at hand, or no node is labelled as one of its workers. */
export async function readAccount(context: LiveContext, facts: Facts): Promise<Reading> {
  const { provider, call } = context
  const place = placeOf(facts)
  if (provider === undefined || place === undefined) return nothing
  const reads = { provider, call }
  const workers = readList(reads, {
    argv: ['ks', 'worker', 'ls', '--cluster', place.cluster, '--output', 'json'],
    relation: 'workers',
    parse: parseWorkers,
  })
  return joined(await Promise.all([workers, place.isVpc ? readVpc(reads, place) : readClassic(reads, place)]))
}

interface Place {
  readonly cluster: string
  readonly region: string
  readonly isVpc: boolean
  readonly subnets: readonly string[]
}

/** As the provider's labels tell it. A worker's id holds its cluster's: `kube-<cluster>-<name>-<pool>-<8 hex>`. */
function placeOf(facts: Facts): Place | undefined {
  const labelled = facts
    .rows('nodes')
    .flatMap(({ labels }) => (labels[`${domain}/worker-id`] === undefined ? [] : [labels]))
  const [first] = labelled
  const cluster = first?.[`${domain}/worker-id`]?.split('-')[1]
  if (first === undefined || cluster === undefined) return undefined
  return {
    cluster,
    region: first[`${domain}/region`] ?? '',
    isVpc: first[`${domain}/iaas-provider`] === 'g2',
    subnets: [...new Set(labelled.flatMap((labels) => labels[`${domain}/subnet-id`] ?? []))],
  }
}

const domain = 'ibm-cloud.kubernetes.io'

const readClassic = async (reads: AccountReads, { cluster, region }: Place): Promise<Reading> =>
  joined(
    await Promise.all(
      [
        ['account', 'show'],
        ['ks', 'vlan', 'spanning', 'get', '--region', region],
        ['ks', 'cluster', 'get', '--cluster', cluster],
      ].map((argv) => readText(reads, { argv, relation: 'settings', parse: parseAccountSwitches })),
    ),
  )

/**
 * The groups (the workers' own, and those that guard the endpoint gateway of their master), lists and routes that concern the workers:
 * complete once all were read.
 */
async function readVpc(reads: AccountReads, { cluster, subnets }: Place): Promise<Reading> {
  const gateways = await readList(reads, {
    argv: ['is', 'endpoint-gateways', '--output', 'json'],
    relation: 'endpointGateways',
    parse: parseEndpointGateways,
  })
  const parts = await Promise.all([
    ...[`kube-${cluster}`, ...groupsOf(gateways, masterGatewayName(cluster))].map((group) =>
      readGroup(reads, group),
    ),
    readList(reads, {
      argv: ['is', 'network-acls', '--output', 'json'],
      relation: 'cloudRules',
      parse: (out) => parseAcls(out, { subnets }),
    }),
    readRoutes(reads, await vpcOf(reads, cluster)),
  ])
  return joined([gateways, { rows: joined(parts).rows, covered: [worst('cloudRules', parts)] }])
}

const readGroup = (reads: AccountReads, group: string): Promise<Reading> =>
  readList(reads, {
    argv: ['is', 'security-group-rules', group, '--output', 'json'],
    relation: 'cloudRules',
    parse: (out) => parseGroupRules(group, out),
  })

const groupsOf = ({ rows }: Reading, gateway: string): readonly string[] =>
  rows.flatMap(({ relation, row }) =>
    relation === 'endpointGateways' && row.name === gateway ? (row.groups ?? []) : [],
  )

const worst = (relation: RelationName, parts: readonly Reading[]) => ({
  relation,
  coverage:
    parts
      .flatMap(({ covered }) => covered)
      .map(({ coverage }) => coverage)
      .find(({ kind }) => kind !== 'complete') ?? (complete satisfies Coverage),
})

async function vpcOf(reads: AccountReads, cluster: string): Promise<string | undefined> {
  const answer = await readJson(reads, ['ks', 'cluster', 'get', '--cluster', cluster, '--output', 'json'])
  if (!answer.ok || typeof answer.value !== 'object' || answer.value === null) return undefined
  const vpcs: unknown = 'vpcs' in answer.value ? answer.value.vpcs : undefined
  const first: unknown = Array.isArray(vpcs) ? vpcs[0] : undefined
  return typeof first === 'string' ? first : undefined
}
