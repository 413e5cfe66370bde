/**
 * Stage 2, where nobody hears of a kubelet: whether the API server hears it and refuses it. Two lists, and the log of each API server
 * that runs as a pod: a provider's does not.
 */
import type { Facts } from '#cluster/facts.ts'
import { isOfStranger, kubeletClientSigner, refusalOf } from '#cluster/refused-certificates.ts'
import type { PodRow } from '#cluster/relations.ts'
import { silenceOf } from '#cluster/silent-nodes.ts'
import { podSubject } from '#cluster/subjects.ts'
import { podRow } from '#sources/formats/objects/pods.ts'
import { signingRequestRow } from '#sources/formats/objects/signing-requests.ts'
import { podShape } from '#sources/formats/shapes.ts'
import type { LiveContext } from '#sources/live/context.ts'
import { anyObject, listObjects } from '#sources/live/list.ts'
import { readLines } from '#sources/live/logs.ts'
import { missingBy } from '#sources/live/missing-by.ts'
import { complete, joined, nothing, partial, type Reading, type ReadRow } from '#sources/reading.ts'

/** Each of them logs whom it refuses itself; a load balancer sends a kubelet to any. */
const serversMax = 5
const tail = { tailLines: 500, limitBytes: 2 ** 20 }

/** `nodes`: whose silence matters; all of them where nobody chose. */
export async function readRefusals(
  context: LiveContext,
  { facts, nodes }: { readonly facts: Facts; readonly nodes: readonly string[] | undefined },
): Promise<Reading> {
  const { silent } = silenceOf(facts)
  if (!silent.some(({ name }) => nodes?.includes(name) ?? true)) return nothing
  const [requests, servers] = await Promise.all([readSigningRequests(context), readApiServers(context)])
  return joined([requests, servers])
}

/** What kubelets ask for as clients: kubernetes/kubernetes:pkg/apis/certificates/v1/conversion.go has the field to select by. */
async function readSigningRequests(context: LiveContext): Promise<Reading> {
  const fieldSelector = `spec.signerName=${kubeletClientSigner}`
  const listed = await listObjects(
    context.api,
    {
      path: '/apis/certificates.k8s.io/v1/certificatesigningrequests',
      query: { fieldSelector },
      shape: anyObject,
      pagesMax: 1,
    },
    context.call,
  )
  if (!listed.ok)
    return { rows: [], covered: [{ relation: 'signingRequests', coverage: missingBy(listed.error) }] }
  const command = context.commands.kubectl('get', 'csr', '--field-selector', fieldSelector)
  return {
    rows: listed.value.items.flatMap((object): readonly ReadRow[] => {
      const row = signingRequestRow(object)
      if (row === undefined) return []
      const quote = `${row.name} ${row.requestor ?? ''} ${row.state}`
      return [{ relation: 'signingRequests', row, from: { source: `csr ${row.name}`, command, quote } }]
    }),
    covered: [{ relation: 'signingRequests', coverage: listed.value.whole ? complete : partial }],
  }
}

/** As static pods with kubeadm's label: kubernetes/kubernetes:cmd/kubeadm/app/util/staticpod/utils.go (ComponentPod). */
async function readApiServers(context: LiveContext): Promise<Reading> {
  const query = { labelSelector: 'component in (kube-apiserver)' }
  const path = '/api/v1/namespaces/kube-system/pods'
  const listed = await listObjects(context.api, { path, query, shape: podShape, pagesMax: 1 }, context.call)
  if (!listed.ok) return nothing
  const servers = listed.value.items.map(podRow)
  const logs = await Promise.all(
    servers.slice(0, serversMax).map((server) => readRefusalsOf(context, server)),
  )
  return joined([
    { rows: servers.map((row) => ({ relation: 'pods', row, from: fromPod(context, row) })), covered: [] },
    ...logs,
  ])
}

const fromPod = ({ commands }: LiveContext, { namespace, name }: PodRow): ReadRow['from'] => ({
  source: `pod ${namespace}/${name}`,
  command: commands.kubectl('describe', 'pod', '-n', namespace, name),
})

/**
 * Of a log that tells of everybody only which certificates were refused, for their age or for who signed them, each once. It does not say
 * on which node they are: the rows name none.
 */
async function readRefusalsOf(context: LiveContext, { namespace, name }: PodRow): Promise<Reading> {
  const request = { namespace, pod: name, container: 'kube-apiserver', ...tail }
  const { rows, coverage } = await readLines(context, request)
  const newest = new Map<string, ReadRow>()
  for (const read of rows) {
    if (read.relation !== 'messages') continue
    const key = refusalOf(read.row)?.end ?? (isOfStranger(read.row) ? 'of a stranger' : undefined)
    if (key !== undefined) newest.set(key, read)
  }
  return {
    rows: [...newest.values()],
    covered: [{ relation: 'messages', coverage, about: podSubject({ namespace, name }) }],
  }
}
