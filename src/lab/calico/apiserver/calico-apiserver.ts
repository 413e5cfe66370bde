/**
 * `calico-apiserver`: answers for `projectcalico.org/v3` behind the Kubernetes API server, out of the crd.projectcalico.org
 * objects in which Calico keeps its resources.
 *
 * Not imitated: watches, validation beyond what is refused below, defaulting, tables, the authorisation of tiers, who asks
 * (requests are carried out as its own service account), profiles, IPAM configurations.
 *
 * @see projectcalico/calico:apiserver/pkg/storage/calico/resource.go, libcalico-go/lib/backend/k8s/resources/customk8sresource.go
 */
import { inClusterKube, type KubeClient } from '#lab/api/client.ts'
import { asList, asObject, asText, isObject, type JsonObject } from '#lab/api/json.ts'
import type { KubeObject } from '#lab/api/objects.ts'
import { mergePatch } from '#lab/api/patch/merge.ts'
import { KubeError, KubeUnreachable, type ObjectRef, type PatchType } from '#lab/api/ports.ts'
import { groupVersion, resourceList, type V3Kind, v3Kinds } from '#lab/calico/apiserver/kinds.ts'
import { releaseOf } from '#lab/calico/release.ts'
import { isErrno, type Program } from '#lab/host/ports.ts'
import { untilTerminated } from '#lab/host/process/until-terminated.ts'
import { Klog } from '#lab/kubelet/klog.ts'
import type { HttpRequest, HttpResponse } from '#lab/network/http.ts'
import { serveHttps } from '#lab/network/tls.ts'

export const calicoApiServer: Program = async (p) => {
  const flag = (name: string): string | undefined =>
    p.argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3)
  const log = new Klog(p)
  try {
    const kube = inClusterKube(p)
    const certificate = await p.files.read(flag('tls-cert-file') ?? '/calico-apiserver-certs/tls.crt')
    const at = { port: Number(flag('secure-port') ?? 5443), certificate: () => certificate }
    const { minor } = releaseOf(p.version)
    await serveHttps(p, at, (request) => (self) => answer(kube.by(self), request, minor))
    log.info('secure_serving.go:213', `Serving securely on [::]:${at.port}`)
  } catch (error) {
    if (!isErrno(error) && !(error instanceof KubeUnreachable)) throw error
    log.error('run_server.go:66', 'Failed to start', { err: error.message.toLowerCase() })
    return 1
  }
  return untilTerminated(p, 0)
}

interface Asked {
  readonly kind: V3Kind
  readonly namespace: string | undefined
  readonly name: string | undefined
  readonly query: URLSearchParams
}

async function answer(kube: KubeClient, request: HttpRequest, minor: number): Promise<HttpResponse> {
  const url = new URL(request.path, 'http://calico')
  if (/^\/(healthz|readyz|livez)$/.test(url.pathname)) return { status: 200, body: 'ok' }
  if (url.pathname === `/apis/${groupVersion}`) return json(200, resourceList(minor))
  const asked = askedOf(url, minor)
  if (asked === undefined) return status(404, 'NotFound', 'the server could not find the requested resource')
  try {
    return await carryOut(kube, request, asked)
  } catch (error) {
    if (error instanceof KubeError)
      return status(
        error.code,
        error.reason,
        error.message.replaceAll('crd.projectcalico.org', 'projectcalico.org'),
      )
    if (error instanceof KubeUnreachable) return status(500, 'InternalError', error.message)
    throw error
  }
}

/** `/apis/projectcalico.org/v3[/namespaces/NS]/RESOURCE[/NAME]` */
function askedOf({ pathname, searchParams: query }: URL, minor: number): Asked | undefined {
  const parts = pathname.slice(`/apis/${groupVersion}/`.length).split('/')
  const namespace = parts[0] === 'namespaces' ? parts[1] : undefined
  const [resource, name] = namespace === undefined ? parts : parts.slice(2)
  const kind = v3Kinds(minor).find((each) => each.resource === resource)
  return kind === undefined ? undefined : { kind, namespace, name, query }
}

async function carryOut(
  kube: KubeClient,
  { method, body }: HttpRequest,
  asked: Asked,
): Promise<HttpResponse> {
  const { kind, namespace, name, query } = asked
  const type = { group: 'crd.projectcalico.org', version: 'v1', resource: kind.resource }
  const space = namespace === undefined ? {} : { namespace }
  if (name === undefined) {
    if (method === 'POST') return json(201, toV3(kind, await kube.create(type, toCrd(kind, body))))
    if (method !== 'GET')
      return status(
        405,
        'MethodNotAllowed',
        'the server does not allow this method on the requested resource',
      )
    const labelSelector = query.get('labelSelector')
    const list = await kube.list<KubeObject>({
      type,
      ...space,
      ...(labelSelector === null ? {} : { labelSelector }),
    })
    const items = list.items.map((item) => toV3(kind, item))
    return json(200, {
      kind: `${kind.kind}List`,
      apiVersion: groupVersion,
      metadata: { resourceVersion: list.resourceVersion },
      items,
    })
  }
  const ref: ObjectRef = { type, ...space, name }
  switch (method) {
    case 'GET':
      return json(200, toV3(kind, await kube.get(ref)))
    case 'PUT':
      return json(200, toV3(kind, await kube.update(type, toCrd(kind, body))))
    case 'PATCH':
      return json(200, toV3(kind, await patched(kube, kind, ref, body)))
    case 'DELETE': {
      await kube.delete(ref)
      return json(200, {
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Success',
        details: { name, group: 'projectcalico.org', kind: kind.resource },
      })
    }
    default:
      return status(
        405,
        'MethodNotAllowed',
        'the server does not allow this method on the requested resource',
      )
  }
}

/** A merge patch; a list of operations is passed on as it is. */
async function patched(kube: KubeClient, kind: V3Kind, ref: ObjectRef, body: string): Promise<KubeObject> {
  const patch: unknown = JSON.parse(body)
  if (Array.isArray(patch)) return kube.patch(ref, { type: 'json' satisfies PatchType, body: patch })
  const old = await kube.get<KubeObject>(ref)
  const next = mergePatch(toV3(kind, old), asObject(patch))
  return kube.update(ref.type, toCrd(kind, JSON.stringify(next)))
}

/** Calico keeps what Kubernetes does not let it write into the metadata in an annotation. */
const metadataAnnotation = 'projectcalico.org/metadata'

function toV3(kind: V3Kind, object: KubeObject): JsonObject {
  const { annotations = {}, ...metadata } = object.metadata
  const { [metadataAnnotation]: kept, ...others } = annotations
  const own = kept === undefined ? {} : asObject(JSON.parse(kept))
  const { spec } = object as KubeObject & { readonly spec?: unknown }
  return {
    kind: kind.kind,
    apiVersion: groupVersion,
    metadata: {
      ...metadata,
      ...(isObject(own.labels) ? { labels: own.labels } : {}),
      ...(Object.keys(others).length === 0 ? {} : { annotations: others }),
    },
    spec: spec ?? {},
  }
}

/** Throws KubeError for a body that is none of this kind. */
function toCrd(kind: V3Kind, body: string): KubeObject {
  const object = asObject(JSON.parse(body))
  const sent = asText(object.kind)
  if (sent !== undefined && sent !== kind.kind)
    throw new KubeError(
      400,
      'BadRequest',
      `the object provided is unrecognized (must be of type ${kind.kind}): couldn't get version/kind`,
    )
  refuse(kind, object)
  return { ...object, apiVersion: 'crd.projectcalico.org/v1', kind: kind.kind } as unknown as KubeObject // metadata is checked by the API server
}

/** What Calico's validator refuses and its CRDs accept: libcalico-go/lib/validator/v3/validator.go, lib/clientv3/ippool.go. */
function refuse({ kind }: V3Kind, object: JsonObject): void {
  const spec = asObject(object.spec)
  const name = String(asObject(object.metadata).name ?? '')
  const invalid = (field: string, value: unknown, why: string): KubeError =>
    new KubeError(
      422,
      'Invalid',
      `${kind}.projectcalico.org ${JSON.stringify(name)} is invalid: ${field}: Invalid value: ${JSON.stringify(value)}: ${why}`,
    )
  if (kind === 'IPPool') {
    const { cidr, ipipMode = 'Never', vxlanMode = 'Never' } = spec
    if (typeof cidr !== 'string' || !/^[\d.:a-f]+\/\d+$/i.test(cidr))
      throw invalid('IPPool.Spec.CIDR', cidr ?? '', 'IP pool CIDR must be a valid subnet')
    if (ipipMode !== 'Never' && vxlanMode !== 'Never')
      throw invalid(
        'IPPool.Spec.VXLANMode',
        vxlanMode,
        'VXLANMode other than Never cannot be used with IPIPMode other than Never',
      )
  }
  if (kind === 'HostEndpoint' && asList(spec.expectedIPs).length === 0 && spec.interfaceName === undefined)
    throw invalid(
      'HostEndpoint.Spec.InterfaceName',
      '',
      'no interface name or expected IPs have been specified',
    )
}

const json = (code: number, value: unknown): HttpResponse => ({
  status: code,
  headers: { 'content-type': 'application/json' },
  body: `${JSON.stringify(value)}\n`,
})

const status = (code: number, reason: string, message: string): HttpResponse =>
  json(code, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code })
