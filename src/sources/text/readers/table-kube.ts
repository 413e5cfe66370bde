/** Kubernetes' own kinds but pods, nodes and DaemonSets. @see kubernetes/kubernetes:pkg/printers/internalversion/printers.go */
import { filledCell, listOf, nameOf, namespaceOf, type TableKind } from '#sources/text/readers/table-kinds.ts'
import { imagesIn } from '#sources/text/readers/table-workloads.ts'

const services: TableKind = {
  format: 'kubectl get services',
  columns: ['CLUSTER-IP'],
  relation: 'services',
  bare: {
    pattern:
      /^\s*(?:([a-z0-9][a-z0-9-]{0,62})\s+)?((?:service\/)?[a-z0-9][a-z0-9-]{0,62})\s+(ClusterIP|NodePort|LoadBalancer|ExternalName)\s+([\da-f.:]{3,45}|None|<none>)\s+\S+\s+([\w/:,]{3,300}|<none>)\s+\d[\dsmhdy]{0,12}(?:\s.*)?$/,
    columns: ['NAMESPACE', 'NAME', 'TYPE', 'CLUSTER-IP', 'PORT(S)'],
  },
  rowsOf: (cells, around) => {
    const name = nameOf(cells)
    const clusterIp = cells['CLUSTER-IP']
    if (name === undefined || clusterIp === undefined) return undefined
    const ports = listOf(cells['PORT(S)'])
    const row = {
      namespace: namespaceOf(cells, around),
      name,
      ...(filledCell(clusterIp) !== undefined && { clusterIp }),
      ...(cells.TYPE !== undefined && { type: cells.TYPE }),
      ...(ports.length > 0 && { ports }),
    }
    return [{ relation: 'services', row }]
  },
}

const endpoints: TableKind = {
  format: 'kubectl get endpoints',
  columns: ['ENDPOINTS'],
  not: ['ADDRESSTYPE'],
  relation: 'endpoints',
  bare: {
    pattern:
      // Of a network policy, too, kubectl prints `<none>` and an age.
      /^(?:(?![^<]{0,140}<none>)|(?=[^<]{0,140}(?:typha|kubernetes|dns|calico-api)))\s*(?:([a-z0-9][a-z0-9-]{0,62})\s+)?((?:endpoints\/)?[a-z0-9][a-z0-9-]{0,62})\s+(<none>|(?:[\d.]{7,15}|\[[\da-f:]{2,39}\]):\d{1,5}(?:,[\d.:[\]a-f]{3,50}){0,20}(?: \+ \d{1,6} more\.\.\.)?)\s+\d[\dsmhdy]{0,12}\s*$/,
    columns: ['NAMESPACE', 'NAME', 'ENDPOINTS'],
  },
  rowsOf: (cells, around) => {
    const name = nameOf(cells)
    if (name === undefined || cells.ENDPOINTS === undefined) return undefined
    if (!/^(?:<none>|[\d[a-f][\d.:[\]a-f,]+)/.test(cells.ENDPOINTS)) return undefined
    const row = { namespace: namespaceOf(cells, around), name, addresses: listOf(cells.ENDPOINTS) }
    return [{ relation: 'endpoints', row: { ...row, seenBy: 'api' } }]
  },
}

const endpointSlices: TableKind = {
  format: 'kubectl get endpointslices',
  columns: ['ADDRESSTYPE', 'ENDPOINTS'],
  relation: 'endpoints',
  rowsOf: (cells, around) => {
    const name = nameOf(cells)
    if (name === undefined || !/^(?:IPv[46]|FQDN)$/.test(cells.ADDRESSTYPE ?? '')) return undefined
    const ports = listOf(cells.PORTS)
    const port = ports.length === 1 && /^\d+$/.test(ports[0] ?? '') ? `:${ports[0]}` : ''
    const addresses = listOf(cells.ENDPOINTS).map((address) =>
      port !== '' && address.includes(':') ? `[${address}]${port}` : `${address}${port}`,
    )
    // The controller adds five letters to the Service's name.
    const service = name.replace(/-[a-z0-9]{5}$/, '')
    const row = { namespace: namespaceOf(cells, around), name: service, addresses }
    return [{ relation: 'endpoints', row: { ...row, seenBy: 'api' } }]
  },
}

/** @see kubernetes/kube-aggregator:pkg/apis/apiregistration/v1/types.go (APIServiceCondition) */
const apiServices: TableKind = {
  format: 'kubectl get apiservices',
  columns: ['SERVICE', 'AVAILABLE'],
  wide: ['AVAILABLE'],
  relation: 'apiServices',
  bare: {
    pattern:
      /^\s*((?:apiservice\S{0,40}\/)?v\d\w{0,12}\.[a-z0-9.-]{0,200})\s+(Local|[a-z0-9-]{1,63}\/[a-z0-9-]{1,63})\s+(True|(?:False|Unknown)(?:\s+\(\w{1,60}\))?)(?:\s+\d[\dsmhdy]{0,12})?\s*$/,
    columns: ['NAME', 'SERVICE', 'AVAILABLE'],
  },
  rowsOf: (cells) => {
    const name = nameOf(cells)
    const m = /^(?<status>True|False|Unknown)(?:\s+\((?<reason>\w+)\))?/.exec(cells.AVAILABLE ?? '')?.groups
    if (name === undefined || m === undefined) return undefined
    const row = {
      name,
      available: m.status === 'True',
      ...(cells.SERVICE?.includes('/') && { service: cells.SERVICE }),
      ...(m.reason !== undefined && { reason: m.reason }),
    }
    return [{ relation: 'apiServices', row }]
  },
}

const secrets: TableKind = {
  format: 'kubectl get secrets',
  columns: ['TYPE', 'DATA'],
  relation: 'secrets',
  bare: {
    pattern:
      /^\s*(?:([a-z0-9][a-z0-9-]{0,62})\s+)?([a-z0-9][a-z0-9.-]{1,252})\s+(Opaque|kubernetes\.io\/[\w./-]{2,60}|helm\.sh\/\S{2,40}|bootstrap\.kubernetes\.io\/token)\s+\d{1,4}\s+\d[\dsmhdy]{0,12}\s*$/,
    columns: ['NAMESPACE', 'NAME', 'TYPE'],
  },
  rowsOf: (cells, around) => {
    const name = nameOf(cells)
    if (name === undefined || !/^[\w./-]{3,}$/.test(cells.TYPE ?? '')) return undefined
    return [{ relation: 'secrets', row: { namespace: namespaceOf(cells, around), name, exists: true } }]
  },
}

/** Up to Kubernetes 1.18 without the signer's name. */
const signingRequests: TableKind = {
  format: 'kubectl get csr',
  columns: ['REQUESTOR', 'CONDITION'],
  relation: 'signingRequests',
  bare: {
    pattern:
      /^\s*([a-z0-9][a-z0-9.-]{0,252})\s+\d[\dsmhdy]{0,12}\s+(kubernetes\.io\/[a-z-]{5,60})\s+(\S{1,253})\s+(?:(?:<none>|\d[\dsmhdy]{0,12})\s+)?((?:Pending|Approved|Denied)\S{0,20})\s*$/,
    columns: ['NAME', 'SIGNERNAME', 'REQUESTOR', 'CONDITION'],
  },
  rowsOf: (cells) => {
    const name = nameOf(cells)
    const words = (cells.CONDITION ?? '').toLowerCase().split(',')
    const state = (['denied', 'failed', 'issued', 'approved', 'pending'] as const).find((each) =>
      words.includes(each),
    )
    if (name === undefined || state === undefined) return undefined
    const row = {
      name,
      state,
      ...(cells.SIGNERNAME !== undefined && { signer: cells.SIGNERNAME }),
      ...(cells.REQUESTOR !== undefined && { requestor: cells.REQUESTOR }),
    }
    return [{ relation: 'signingRequests', row }]
  },
}

/** Counts of what another object makes: only their images tell something that has a relation. */
const withImages = (format: string, columns: readonly string[], not: readonly string[] = []): TableKind => ({
  format,
  columns,
  not,
  rowsOf: (cells) => (nameOf(cells) === undefined ? undefined : imagesIn(cells.IMAGES ?? cells.IMAGE ?? '')),
})

/** Kinds of which the table tells nothing that a relation holds: their rules and selectors are not printed. */
const known = (format: string, ...columns: readonly string[]): TableKind => ({
  format,
  columns,
  rowsOf: (cells) => (nameOf(cells) === undefined ? undefined : []),
})

export const kubeKinds: readonly TableKind[] = [
  apiServices,
  services,
  endpointSlices,
  endpoints,
  secrets,
  signingRequests,
  withImages('kubectl get deployments', ['READY', 'UP-TO-DATE', 'AVAILABLE']),
  withImages('kubectl get replicasets', ['DESIRED', 'CURRENT', 'READY'], ['UP-TO-DATE']),
  known('kubectl get webhook configurations', 'WEBHOOKS'),
  known('kubectl get networkpolicies', 'POD-SELECTOR'),
  known('kubectl get clusterroles', 'CREATED AT'),
]
