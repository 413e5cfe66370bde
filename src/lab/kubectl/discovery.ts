/** Which types the server knows, and which of them a word means: client-go:restmapper, apimachinery:pkg/api/meta. */
import { asList, asObject, asText, type JsonObject } from '#lab/api/json.ts'
import type { Client } from '#lab/kubectl/client.ts'
import { KubectlError } from '#lab/kubectl/trouble.ts'

export interface Resource {
  readonly group: string
  readonly version: string
  readonly resource: string
  readonly kind: string
  readonly singular: string
  readonly namespaced: boolean
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly verbs: readonly string[]
  readonly subresources: readonly string[]
}

export interface Discovery {
  /** Groups in the server's order, the preferred version of each first. */
  readonly resources: readonly Resource[]
  /** `apps/v1`, all that are served. */
  readonly groupVersions: readonly string[]
}

const accept = ['v2', 'v2beta1']
  .map((version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`)
  .concat('application/json')
  .join(',')

export async function discover(client: Client): Promise<Discovery> {
  const groups: JsonObject[] = []
  for (const path of ['/api', '/apis'])
    groups.push(...asList((await client.json(path, { accept }))['items']).map(asObject))
  const versions = groups.flatMap((group) => {
    const name = asText(asObject(group['metadata'])['name']) ?? ''
    return asList(group['versions']).map((version) => ({ group: name, ...asObject(version) }) as const)
  })
  return {
    resources: versions.flatMap((each: JsonObject) =>
      asList(each['resources']).map((resource) => resourceOf(each, asObject(resource))),
    ),
    groupVersions: versions.map((each: JsonObject) =>
      groupVersionText(asText(each['group']) ?? '', asText(each['version']) ?? ''),
    ),
  }
}

function resourceOf(of: JsonObject, one: JsonObject): Resource {
  const texts = (name: string): readonly string[] => asList(one[name]).map(String)
  return {
    group: asText(of['group']) ?? '',
    version: asText(of['version']) ?? '',
    resource: asText(one['resource']) ?? '',
    kind: asText(asObject(one['responseKind'])['kind']) ?? '',
    singular: asText(one['singularResource']) ?? '',
    namespaced: one['scope'] === 'Namespaced',
    shortNames: texts('shortNames'),
    categories: texts('categories'),
    verbs: texts('verbs'),
    subresources: asList(one['subresources']).map((part) => asText(asObject(part)['subresource']) ?? ''),
  }
}

export const groupVersionText = (group: string, version: string): string =>
  group === '' ? version : `${group}/${version}`

/** `deployments.apps`, as messages name a type. */
export const qualified = ({ group, resource }: Pick<Resource, 'group' | 'resource'>): string =>
  group === '' ? resource : `${resource}.${group}`

/** `deployment.apps`, as what was done is told: lower kind and group. */
export const kindName = ({ group, kind }: Pick<Resource, 'group' | 'kind'>): string =>
  `${kind.toLowerCase()}${group === '' ? '' : `.${group}`}`

/** The type that a word means: `po`, `pods`, `pod`, `deployments.apps`, `widgets.v1.example.io`. Throws in kubectl's words. */
export function resourceNamed({ resources }: Discovery, word: string): Resource {
  const found = resources.find((each) => means(each, word.toLowerCase()))
  if (found !== undefined) return found
  // A kind is understood too.
  const kind = resources.find((each) => kindName(each) === word.toLowerCase())
  if (kind !== undefined) return kind
  const [name, group] = /^([^.]*)(?:\.(.*))?$/.exec(word)?.slice(1) ?? []
  throw new KubectlError(
    group === undefined ? `the server doesn't have a resource type ${JSON.stringify(name)}` : noMatchIn(word),
    { plain: false },
  )
}

/** meta.NoResourceMatchError: the group may begin with a version. */
function noMatchIn(word: string): string {
  const [name = '', ...rest] = word.split('.')
  return `the server doesn't have a resource type ${JSON.stringify(name)} in group ${JSON.stringify(rest.join('.'))}`
}

function means({ group, version, resource, singular, shortNames }: Resource, word: string): boolean {
  const names = [resource, singular, ...shortNames]
  return names.some(
    (name) =>
      name !== '' && (word === name || word === `${name}.${group}` || word === `${name}.${version}.${group}`),
  )
}

/** The type of an object in a manifest. */
export function resourceOfKind(
  { resources }: Discovery,
  o: { readonly apiVersion: string; readonly kind: string },
): Resource | undefined {
  return resources.find(
    (each) => each.kind === o.kind && groupVersionText(each.group, each.version) === o.apiVersion,
  )
}

/** Of a collection, or of one object and a part of it. */
export function pathOf(
  { group, version, resource, namespaced }: Resource,
  o: { readonly namespace?: string | undefined; readonly name?: string; readonly part?: string } = {},
): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`
  const space = namespaced && o.namespace !== undefined ? `/namespaces/${o.namespace}` : ''
  const one = o.name === undefined ? '' : `/${encodeURIComponent(o.name)}`
  return `${root}${space}/${resource}${one}${o.part === undefined ? '' : `/${o.part}`}`
}

/** One version of each type. */
export function preferred(resources: readonly Resource[]): Resource[] {
  const seen = new Set<string>()
  return resources.filter(({ group, resource }) => {
    const key = `${group}/${resource}`
    return !seen.has(key) && seen.add(key)
  })
}
