import { ok, type Result } from '#base/result.ts'
import type { ApiTrouble, ExecOutput, NodeShell } from '#sources/live/api.ts'
import { inProcessTransport } from '#sources/live/in-process.ts'
import {
  type ApiObject,
  appPod,
  calicoNodePod,
  daemonSet,
  event,
  ipPool,
  node,
  nodeAddress,
} from '#sources/live/testing/objects.ts'
import type { ApiRequest, ApiResponse, ExecAnswer, ExecRequest, Transport } from '#sources/live/transport.ts'

/**
 * A cluster as data behind a transport, for tests: lists with selectors and pages, logs, exec.
 * It does NOT imitate: watches, writes other than a recorded DELETE/PATCH, authorization, resource versions.
 */
export interface FakeCluster {
  /** Objects by list path: `/api/v1/nodes` → nodes. Namespaced lists are found in the list of all namespaces. */
  readonly objects: Record<string, ApiObject[]>
  /** `<pod>/<container>` or `<pod>/<container>/previous` → log with timestamps. */
  readonly logs: Record<string, string>
  /** What commands answer in a pod's container. */
  readonly execs: (request: ExecRequest) => ExecAnswer
  /** First match wins, before any object is looked at. */
  readonly refuse?: readonly { readonly path: RegExp; readonly response: ApiResponse | 'hang' }[]
}

export interface FakeTransport extends Transport {
  readonly requests: readonly string[]
}

export function fakeTransport(cluster: FakeCluster): FakeTransport {
  const requests: string[] = []
  const transport = inProcessTransport(
    async (request) => {
      requests.push(`${request.method} ${request.path}`)
      const refused = cluster.refuse?.find(({ path }) => path.test(request.path))?.response
      if (refused === 'hang') return new Promise(() => {})
      return refused ?? answer(cluster, request)
    },
    async (request) => {
      requests.push(`EXEC ${request.pod} ${request.argv.join(' ')}`)
      return cluster.execs(request)
    },
  )
  return { ...transport, requests }
}

function answer(cluster: FakeCluster, { path }: ApiRequest): ApiResponse {
  const url = new URL(path, 'http://lab')
  const log = /^\/api\/v1\/namespaces\/[^/]+\/pods\/([^/]+)\/log$/.exec(url.pathname)
  if (log !== null) return logAnswer(cluster, log[1] ?? '', url.searchParams)
  if (url.pathname === '/api/v1/namespaces/kube-system')
    return json({ kind: 'Namespace', metadata: { name: 'kube-system', uid: 'uid-cluster' } })
  const namespaced = /^(.*)\/namespaces\/([^/]+)\/([^/]+)$/.exec(url.pathname)
  const [folder, namespace] =
    namespaced === null ? [url.pathname, undefined] : [`${namespaced[1]}/${namespaced[3]}`, namespaced[2]]
  const all = cluster.objects[folder]
  if (all === undefined) return status(404, 'NotFound', 'the server could not find the requested resource')
  const items = all.filter(
    (object) =>
      (namespace === undefined || object.metadata.namespace === namespace) &&
      fieldsFit(object, url.searchParams.get('fieldSelector')) &&
      labelsFit(object, url.searchParams.get('labelSelector')),
  )
  return page(items, url.searchParams)
}

function page(items: readonly ApiObject[], query: URLSearchParams): ApiResponse {
  const limit = Number(query.get('limit') ?? items.length)
  const start = Number(query.get('continue') ?? 0)
  const rest = items.length - start - limit
  return json({
    kind: 'List',
    metadata: { resourceVersion: '1', ...(rest > 0 ? { continue: String(start + limit) } : {}) },
    items: items.slice(start, start + limit),
  })
}

function logAnswer({ logs }: FakeCluster, pod: string, query: URLSearchParams): ApiResponse {
  const key = `${pod}/${query.get('container')}${query.get('previous') === 'true' ? '/previous' : ''}`
  const log = logs[key]
  if (log === undefined)
    return status(400, 'BadRequest', `previous terminated container "calico-node" in pod "${pod}" not found`)
  return {
    status: 200,
    body: log
      .split('\n')
      .slice(-Number(query.get('tailLines')))
      .join('\n'),
  }
}

const fieldOf = (object: ApiObject, path: string): string => {
  let value: unknown = object
  for (const name of path.split('.'))
    value = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
  return value === undefined ? '' : String(value)
}

const fieldsFit = (object: ApiObject, selector: string | null): boolean =>
  (selector ?? '')
    .split(',')
    .filter((term) => term !== '')
    .every((term) => {
      const [path = '', value = ''] = term.split(/!?=/)
      return (fieldOf(object, path) === value) === !term.includes('!=')
    })

function labelsFit({ metadata }: ApiObject, selector: string | null): boolean {
  const match = /^([\w./-]+) in \((.*)\)$/.exec(selector ?? '')
  if (match === null) return selector === null
  return (match[2] ?? '').split(',').includes(metadata.labels?.[match[1] ?? ''] ?? '')
}

export const json = (body: unknown): ApiResponse => ({ status: 200, body: JSON.stringify(body) })

export const status = (code: number, reason: string, message: string): ApiResponse => ({
  status: code,
  body: JSON.stringify({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason,
    code,
  }),
})

export const nodeNames = [
  'k8s-control-01',
  'k8s-worker-01',
  'k8s-worker-02',
  'k8s-worker-03',
  'k8s-worker-04',
] as const
const podNameOf = (nodeName: string): string => `calico-node-${nodeName.slice(-5).replace('-', '')}`

/** The incident of a folder that BIRD may not use on k8s-worker-03; `broken: false` is the same cluster in health. */
export function fakeCluster(
  o: { broken?: boolean; apps?: number; refuse?: FakeCluster['refuse'] } = {},
): FakeCluster {
  const { broken = true, apps = 3 } = o
  const sick = broken ? 'k8s-worker-03' : undefined
  const pods = nodeNames.map((name) => calicoNodePod(podNameOf(name), { node: name, broken: name === sick }))
  return {
    objects: {
      '/api/v1/nodes': nodeNames.map((name, index) =>
        node(name, {
          ip: nodeAddress(index),
          ...(index === 0 ? { labels: { 'node-role.kubernetes.io/control-plane': '' } } : {}),
        }),
      ),
      '/api/v1/pods': [
        ...pods,
        ...Array.from({ length: apps }, (_, index) =>
          appPod(`web-${index}`, { node: nodeNames[index % 5] ?? '' }),
        ),
      ],
      '/api/v1/events': sick === undefined ? [] : incidentEvents(podNameOf(sick), sick),
      '/apis/apps/v1/daemonsets': [daemonSet({ desired: 5, ready: broken ? 4 : 5 })],
      '/apis/crd.projectcalico.org/v1/ippools': [ipPool],
    },
    logs: Object.fromEntries(
      nodeNames.flatMap((name) =>
        name === sick
          ? [
              [`${podNameOf(name)}/calico-node`, deniedLog],
              [`${podNameOf(name)}/calico-node/previous`, deniedLog],
            ]
          : [
              [
                `${podNameOf(name)}/calico-node`,
                '2026-01-08T05:00:00.000000000Z bird: Mesh_10_0_0_22: State changed to up\n',
              ],
            ],
      ),
    ),
    execs: (request) => execAnswer(request, sick === undefined ? undefined : podNameOf(sick)),
    ...(o.refuse === undefined ? {} : { refuse: o.refuse }),
  }
}

const incidentEvents = (pod: string, host: string): ApiObject[] => [
  event({
    about: { kind: 'Pod', namespace: 'kube-system', name: pod },
    type: 'Warning',
    reason: 'Unhealthy',
    message:
      'Liveness probe failed: calico/node is not ready: bird/confd is not live: Service bird is not running. Output << down: /etc/service/enabled/bird: 1s, normally up, want up >>',
    count: 25,
    host,
  }),
  event({
    about: { kind: 'Pod', namespace: 'kube-system', name: pod },
    type: 'Warning',
    reason: 'BackOff',
    message: `Back-off restarting failed container calico-node in pod ${pod}_kube-system(uid)`,
    count: 40,
    host,
  }),
  event({
    about: { kind: 'Node', name: host },
    type: 'Warning',
    reason: 'Rebooted',
    message: `Node ${host} has been rebooted, boot id: 6f3c`,
    host,
  }),
]

const deniedLog = Array.from(
  { length: 60 },
  (_, second) =>
    `2026-01-08T05:58:${String(second).padStart(2, '0')}.000000000Z bird: Cannot create control socket /var/run/calico/bird.ctl: Permission denied\n`,
).join('')

const output = (stdout: string, o: { stderr?: string; code?: number } = {}): ExecAnswer => ({
  kind: 'output',
  stdout,
  stderr: o.stderr ?? '',
  code: o.code ?? 0,
})

export const procStatus = (name: string, o: { uid: number; gid: number; eff: string; bnd: string }): string =>
  `Name:\t${name}\nUmask:\t0022\nState:\tS (sleeping)\nPid:\t7\nUid:\t${o.uid}\t${o.uid}\t${o.uid}\t${o.uid}\nGid:\t${o.gid}\t${o.gid}\t${o.gid}\t${o.gid}\nCapInh:\t0000000000000000\nCapPrm:\t${o.eff}\nCapEff:\t${o.eff}\nCapBnd:\t${o.bnd}\nCapAmb:\t0000000000000000\nNoNewPrivs:\t0\n`

const hardened = { uid: 10001, gid: 0, bnd: '0000000000003400' }

function execAnswer({ pod, argv }: ExecRequest, sick: string | undefined): ExecAnswer {
  if (pod === sick)
    return {
      kind: 'refused',
      response: status(
        500,
        'InternalError',
        'unable to upgrade connection: container not found ("calico-node")',
      ),
    }
  if (argv[0] === 'stat')
    return output(
      '755 10001 0 directory /var/run/calico\n755 10001 0 directory /var/lib/calico\n755 0 0 regular file /usr/bin/bird\n755 0 0 regular file /bin/bird\n',
    )
  if (argv[0] === 'sh')
    return output(
      procStatus('runsvdir', { ...hardened, eff: '0000000000000000' }) +
        procStatus('bird', { ...hardened, eff: hardened.bnd }),
    )
  if (argv[0] === 'birdcl')
    return output(
      'BIRD v0.3.3+birdv1.6.8 ready.\nname     proto    table    state  since       info\nkernel1  Kernel   master   up     05:00:00    \nMesh_10_0_0_22 BGP      master   up     05:00:10    Established   \nMesh_10_0_0_23 BGP      master   start  05:58:00    Active        Socket: Connection refused\n',
    )
  return output('', { stderr: `sh: ${argv[0]}: not found`, code: 127 })
}

/** Shells on the nodes of {@link fakeCluster}: the entry of the update on all nodes, its folder on the rebooted one. */
export function fakeShell(o: { sick?: string } = {}): NodeShell & { readonly commands: readonly string[] } {
  const { sick = 'k8s-worker-03' } = o
  const commands: string[] = []
  return {
    commands,
    command: (name, argv) => `ninelives lab exec ${name} -- ${argv.join(' ')}`,
    async run(name, argv): Promise<Result<ExecOutput, ApiTrouble>> {
      commands.push(`${name}: ${argv.join(' ')}`)
      if (argv[0] === 'stat')
        return ok({
          stdout: `${name === sick ? '600' : '755'} 10001 0 directory /run/calico\n755 10001 0 directory /var/lib/calico\n755 10001 0 directory /var/log/calico\n`,
          stderr: '',
          code: 0,
        })
      if (argv[0] === 'grep')
        return ok({
          stdout: '/etc/tmpfiles.d/calico.conf:d /run/calico 0600 10001 0 -\n',
          stderr: '',
          code: 0,
        })
      return ok({ stdout: '', stderr: `${argv[0]}: command not found`, code: 127 })
    },
  }
}
