/**
 * What is configured: read where something is wrong, or where somebody looks closely; else a healthy cluster's settings decide
 * nothing. The number of calls is fixed; kinds that a cluster does not have (no operator, no CRD) are complete and empty.
 */
import type { z } from 'zod'
import type { Provenance } from '#cluster/facts.ts'
import type { RelationName } from '#cluster/relations.ts'
import { kindRows } from '#sources/formats/objects/kinds.ts'
import type { LiveContext } from '#sources/live/context.ts'
import { anyObject, listObjects } from '#sources/live/list.ts'
import { missingBy } from '#sources/live/missing-by.ts'
import { complete, joined, partial, type Reading, type ReadRow } from '#sources/reading.ts'

interface Resource {
  readonly kind: string
  readonly path: string
  /** As kubectl names it. */
  readonly plural: string
  readonly query?: Readonly<Record<string, string>>
  /** Relations that are complete once all of their resources were read. */
  readonly fills: readonly RelationName[]
}

const crd = (kind: string, plural: string, fills: readonly RelationName[]): Resource => ({
  kind,
  plural: `${plural}.crd.projectcalico.org`,
  path: `/apis/crd.projectcalico.org/v1/${plural}`,
  fills,
})

const resources: readonly Resource[] = [
  crd('FelixConfiguration', 'felixconfigurations', ['settings']),
  crd('BGPConfiguration', 'bgpconfigurations', ['settings']),
  {
    kind: 'Installation',
    plural: 'installations.operator.tigera.io',
    path: '/apis/operator.tigera.io/v1/installations',
    fills: ['settings'],
  },
  crd('BGPPeer', 'bgppeers', ['bgpPeers']),
  crd('HostEndpoint', 'hostendpoints', ['hostEndpoints']),
  crd('GlobalNetworkPolicy', 'globalnetworkpolicies', ['policies']),
  crd('NetworkPolicy', 'networkpolicies', ['policies']),
  {
    kind: 'NetworkPolicy',
    plural: 'networkpolicies.networking.k8s.io',
    path: '/apis/networking.k8s.io/v1/networkpolicies',
    fills: ['policies'],
  },
  crd('IPAMBlock', 'ipamblocks', ['ipamBlocks']),
  {
    kind: 'Endpoints',
    plural: 'endpoints',
    path: '/api/v1/endpoints',
    query: { fieldSelector: 'metadata.name=calico-typha' },
    fills: [],
  },
]

/** Calico's own settings, BGP peers, host endpoints, policies, IPAM blocks, and who stands behind Typha's Service. */
export async function readResources(context: LiveContext): Promise<Reading> {
  const readings = await Promise.all(resources.map((resource) => readResource(context, resource)))
  const filled = [...new Set(resources.flatMap(({ fills }) => fills))]
  return {
    rows: joined(readings).rows,
    covered: filled.map((relation) => ({
      relation,
      // The worst of its parts: settings are known only when all of their places were read.
      coverage:
        readings
          .flatMap(({ covered }) => covered)
          .filter((each) => each.relation === relation)
          .map(({ coverage }) => coverage)
          .find(({ kind }) => kind !== 'complete') ?? complete,
    })),
  }
}

async function readResource(context: LiveContext, resource: Resource): Promise<Reading> {
  const { kind, path, query, fills } = resource
  const listed = await listObjects(
    context.api,
    { path, shape: anyObject, pagesMax: 4, ...(query === undefined ? {} : { query }) },
    context.call,
  )
  const isAbsent = !listed.ok && listed.error.kind === 'not-found'
  if (!listed.ok && !isAbsent) return { rows: [], covered: coveredAs(fills, missingBy(listed.error)) }
  const items = listed.ok ? listed.value.items : []
  return {
    // Items of a list do not always say their kind.
    rows: items.flatMap((item) => rowsOf({ kind, ...item }, resource, context)),
    covered: coveredAs(fills, listed.ok && !listed.value.whole ? partial : complete),
  }
}

const coveredAs = (fills: readonly RelationName[], coverage: Reading['covered'][number]['coverage']) =>
  fills.map((relation) => ({ relation, coverage }))

function rowsOf(
  object: z.infer<typeof anyObject>,
  { kind, plural }: Resource,
  { commands }: LiveContext,
): readonly ReadRow[] {
  const { name, namespace } = object.metadata
  const where = typeof namespace === 'string' ? ['-n', namespace] : []
  const from: Provenance = {
    source: `${kind} ${name}`,
    command: commands.kubectl('get', plural, ...where, name, '-o', 'yaml'),
  }
  // Relation and row belong together in what a kind tells, which a spread does not keep.
  return (kindRows(object) ?? []).map((each) => ({ ...each, from }) as unknown as ReadRow)
}
