/** Which types are served, in the legacy and the aggregated form: staging:apiserver/pkg/endpoints/discovery. */
import { clauses } from '#lab/api/http/accept.ts'
import { type ApiRequest, type Responder, sendJson } from '#lab/api/http/request.ts'
import type { JsonObject } from '#lab/api/json.ts'
import type { ApiServer } from '#lab/api/server.ts'
import { groupVersion, type ResourceDef } from '#lab/api/types/resource-def.ts'

/** Answers a path of discovery; false when it is none. */
export function sendDiscovery(api: ApiServer, request: ApiRequest, path: string, to: Responder): boolean {
  const parts = path.split('/').filter((part) => part !== '')
  const groups = byGroup(api)
  if (path === '/api') {
    sendRoot(api, request, to, { core: true })
    return true
  }
  if (path === '/apis') {
    sendRoot(api, request, to, { core: false })
    return true
  }
  if (parts[0] === 'api' && parts.length === 2) return sendResources(groups, '', parts[1], to)
  if (parts[0] !== 'apis') return false
  const group = groups.get(parts[1] ?? '')
  if (group === undefined) return false
  if (parts.length === 2) {
    sendJson(to, 200, { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(parts[1] ?? '', group) })
    return true
  }
  return parts.length === 3 && sendResources(groups, parts[1] ?? '', parts[2], to)
}

/** `/api`, `/apis/apps`, `/apis/apps/v1` … */
export const groupPaths = (api: ApiServer): readonly string[] => [
  '/api',
  '/apis',
  ...[...byGroup(api)].flatMap(([name, versions]) => {
    const below = [...versions.keys()].map((version) => `/apis/${name}/${version}`)
    return name === '' ? ['/api/v1'] : [`/apis/${name}`, ...below]
  }),
]

type Groups = ReadonlyMap<string, ReadonlyMap<string, readonly ResourceDef[]>>

function byGroup({ state, remotes }: ApiServer): Groups {
  const groups = new Map<string, Map<string, ResourceDef[]>>()
  for (const def of state.registry.all()) {
    const versions = groups.get(def.group) ?? new Map<string, ResourceDef[]>()
    groups.set(def.group, versions)
    versions.set(def.version, [...(versions.get(def.version) ?? []), def])
  }
  // What other servers answer for is listed whether they do or not.
  for (const { group, version } of remotes().values()) {
    const versions = groups.get(group) ?? new Map<string, ResourceDef[]>()
    groups.set(group, versions)
    versions.set(version, [])
  }
  return new Map([...groups].map(([name, versions]) => [name, new Map([...versions].sort(byVersion))]))
}

/** `v2` before `v1` before `v1beta1`: staging:apimachinery/pkg/version/helpers.go (CompareKubeAwareVersionStrings). */
function byVersion([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  const [major, stage, minor] = rank(a)
  const [otherMajor, otherStage, otherMinor] = rank(b)
  return otherStage - stage || otherMajor - major || otherMinor - minor || a.localeCompare(b)
}

function rank(version: string): readonly [number, number, number] {
  const [, major = '0', stage, minor = '0'] = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version) ?? []
  const order = stage === undefined ? 3 : stage === 'beta' ? 2 : 1
  return major === '0' ? [0, 0, 0] : [Number(major), order, Number(minor)]
}

const versionOf = (group: string, version: string): JsonObject => ({
  groupVersion: groupVersion({ group, version }),
  version,
})

function groupOf(name: string, versions: ReadonlyMap<string, unknown>): JsonObject {
  const list = [...versions.keys()].map((version) => versionOf(name, version))
  return { name, versions: list, preferredVersion: list[0] }
}

function sendRoot(
  api: ApiServer,
  request: ApiRequest,
  to: Responder,
  { core }: { readonly core: boolean },
): void {
  const groups = [...byGroup(api)].filter(([name]) => (name === '') === core)
  const asked = aggregatedVersions(request)
  const version = asked.includes('v2') ? 'v2' : asked.includes('v2beta1') ? 'v2beta1' : undefined
  if (version !== undefined) {
    const items = groups.map(([name, versions]) => aggregatedGroup(api, name, versions))
    const body = {
      kind: 'APIGroupDiscoveryList',
      apiVersion: `apidiscovery.k8s.io/${version}`,
      metadata: {},
      items,
    }
    const type = `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`
    sendJson(to, 200, body, { 'content-type': type })
    return
  }
  if (core) {
    const serverAddress = `${api.advertise.address}:${api.advertise.port}`
    const serverAddressByClientCIDRs = [{ clientCIDR: '0.0.0.0/0', serverAddress }]
    sendJson(to, 200, { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs })
    return
  }
  const list = groups.map(([name, versions]) => groupOf(name, versions))
  sendJson(to, 200, { kind: 'APIGroupList', apiVersion: 'v1', groups: list })
}

const aggregatedVersions = (request: ApiRequest): readonly (string | undefined)[] =>
  clauses(request.headers.accept ?? '')
    .filter(({ parameters }) => parameters.as === 'APIGroupDiscoveryList')
    .map(({ parameters }) => parameters.v)

function aggregatedGroup(
  api: ApiServer,
  name: string,
  versions: ReadonlyMap<string, readonly ResourceDef[]>,
): JsonObject {
  return {
    metadata: { ...(name === '' ? {} : { name }), creationTimestamp: null },
    versions: [...versions].map(([version, defs]) => ({
      version,
      ...(remoteVersion(api, name, version) ?? {
        freshness: 'Current',
        resources: defs.map(aggregatedResource),
      }),
    })),
  }
}

/** What is known of a version that another server answers for; `Stale` while that one does not answer. */
function remoteVersion(api: ApiServer, group: string, version: string): JsonObject | undefined {
  const remote = api.remotes().get(`${group}/${version}`)
  if (remote === undefined) return undefined
  const resources = api.discovered.get(`${group}/${version}`) ?? []
  return {
    freshness: remote.available ? 'Current' : 'Stale',
    resources: resources.map(({ name, namespaced, kind, singularName, verbs, shortNames, categories }) => ({
      resource: name,
      responseKind: { group, version, kind },
      scope: namespaced === true ? 'Namespaced' : 'Cluster',
      singularResource: singularName,
      verbs,
      ...(shortNames === undefined ? {} : { shortNames }),
      ...(categories === undefined ? {} : { categories }),
    })),
  }
}

function aggregatedResource(def: ResourceDef): JsonObject {
  const { group, version, kind } = def
  const subresources = Object.entries(def.subresources).map(([subresource, part]) => ({
    subresource,
    responseKind: { group: part.group ?? group, version: part.version ?? version, kind: part.kind },
    verbs: part.verbs,
  }))
  return {
    resource: def.resource,
    responseKind: { group, version, kind },
    scope: def.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: def.singular,
    verbs: def.verbs,
    ...optional(def),
    ...(subresources.length === 0 ? {} : { subresources }),
  }
}

const optional = ({ shortNames, categories }: ResourceDef): JsonObject => ({
  ...(shortNames.length === 0 ? {} : { shortNames }),
  ...(categories.length === 0 ? {} : { categories }),
})

function sendResources(groups: Groups, group: string, version: string | undefined, to: Responder): boolean {
  const defs = groups.get(group)?.get(version ?? '')
  if (defs === undefined || version === undefined) return false
  sendJson(to, 200, {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: groupVersion({ group, version }),
    resources: defs.flatMap(legacyResources),
  })
  return true
}

function legacyResources(def: ResourceDef): readonly JsonObject[] {
  const { resource, namespaced, kind } = def
  const parts = Object.entries(def.subresources).map(([name, part]) => ({
    name: `${resource}/${name}`,
    singularName: '',
    namespaced,
    ...(part.group === undefined ? {} : { group: part.group, version: part.version }),
    kind: part.kind,
    verbs: part.verbs,
  }))
  return [
    { name: resource, singularName: def.singular, namespaced, kind, verbs: def.verbs, ...optional(def) },
    ...parts,
  ]
}
