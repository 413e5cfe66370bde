/** `kubectl describe` of namespaces, ConfigMaps, Secrets, accounts, bindings, budgets, priority classes. */
import { asList, asObject, asText, at, type JsonObject } from '#lab/api/json.ts'
import { itemsOf, metadataOf, nameOf } from '#lab/kubectl/client.ts'
import {
  dateText,
  equalities,
  field,
  headLines,
  line,
  objectsAt,
  orNone,
  selectorText,
  text,
} from '#lab/kubectl/describe/lines.ts'
import { resourceNamed } from '#lab/kubectl/discovery.ts'
import { pagesOf } from '#lab/kubectl/lists.ts'
import type { Run } from '#lab/kubectl/run.ts'

export async function namespaceLines(run: Run, object: JsonObject): Promise<readonly string[]> {
  const conditions = objectsAt(object, 'status.conditions')
  return [
    ...headLines(object, { namespace: false }),
    field(0, 'Status', at(object, 'status.phase')),
    ...(conditions.length === 0
      ? []
      : [
          'Conditions:',
          line(1, 'Type\tStatus\tLastTransitionTime\tReason\tMessage'),
          line(1, '----\t------\t------------------\t------\t-------'),
          ...conditions.map(({ type, status, lastTransitionTime, reason, message }) =>
            line(
              1,
              `${text(type)}\t${text(status)}\t${dateText(lastTransitionTime)}\t${text(reason)}\t${text(message)}`,
            ),
          ),
        ]),
    '',
    ...(await quotaLines(run, nameOf(object))),
    '',
    ...(await limitLines(run, nameOf(object))),
  ]
}

async function quotaLines(run: Run, namespace: string): Promise<readonly string[]> {
  const resource = resourceNamed(await run.discovery(), 'resourcequotas')
  const quotas = (await pagesOf(run, { resource, namespace })).flatMap(itemsOf)
  if (quotas.length === 0) return ['No resource quota.']
  return [
    'Resource Quotas',
    ...quotas.flatMap((quota) => {
      const hard = asObject(at(quota, 'status.hard'))
      const used = asObject(at(quota, 'status.used'))
      return [
        line(1, `Name:\t${nameOf(quota)}`),
        line(1, 'Resource\tUsed\tHard'),
        line(1, '--------\t---\t---'),
        ...Object.keys(hard)
          .sort()
          .map((key) => line(1, `${key}\t${text(used[key] ?? '0')}\t${text(hard[key])}`)),
      ]
    }),
  ]
}

async function limitLines(run: Run, namespace: string): Promise<readonly string[]> {
  const resource = resourceNamed(await run.discovery(), 'limitranges')
  const ranges = (await pagesOf(run, { resource, namespace })).flatMap(itemsOf)
  return ranges.length === 0
    ? ['No LimitRange resource.']
    : ['Resource Limits', ...ranges.map((range) => line(1, nameOf(range)))]
}

export function configMapLines(object: JsonObject): readonly string[] {
  const entries = (key: string): readonly (readonly [string, unknown])[] =>
    Object.entries(asObject(object[key])).sort(([a], [b]) => (a < b ? -1 : 1))
  return [
    ...headLines(object),
    '',
    'Data',
    '====',
    ...entries('data').flatMap(([key, value]) => [`${key}:`, '----', ...text(value).split('\n'), '']),
    '',
    'BinaryData',
    '====',
    ...entries('binaryData').map(([key, value]) => `${key}: ${byteLength(value)} bytes`),
    '',
  ]
}

const byteLength = (base64: unknown): number => Buffer.from(text(base64), 'base64').length

export function secretLines(object: JsonObject): readonly string[] {
  const type = asText(object['type']) ?? ''
  const rows = Object.entries(asObject(object['data']))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) =>
      key === 'token' && type === 'kubernetes.io/service-account-token'
        ? `${key}:\t${Buffer.from(text(value), 'base64').toString()}`
        : `${key}:\t${byteLength(value)} bytes`,
    )
  return [...headLines(object), '', field(0, 'Type', type), '', 'Data', '====', ...rows]
}

export function serviceAccountLines(object: JsonObject): readonly string[] {
  const names = (key: string): readonly string[] => objectsAt(object, key).map(({ name }) => text(name))
  const row = (title: string, all: readonly string[]): readonly string[] =>
    all.length === 0
      ? [`${title}\t<none>`]
      : all.map((name, index) => `${index === 0 ? title : ' '.repeat(title.length)}\t${name}`)
  return [
    ...headLines(object),
    ...row('Image pull secrets:', names('imagePullSecrets')),
    ...row('Mountable secrets: ', names('secrets')),
    ...row('Tokens:            ', []),
  ]
}

export const bindingLines = (object: JsonObject): readonly string[] => [
  ...headLines(object, { namespace: false }),
  'Role:',
  field(1, 'Kind', at(object, 'roleRef.kind')),
  field(1, 'Name', at(object, 'roleRef.name')),
  'Subjects:',
  line(1, 'Kind\tName\tNamespace'),
  line(1, '----\t----\t---------'),
  ...objectsAt(object, 'subjects').map(({ kind, name, namespace }) =>
    line(1, `${text(kind)}\t${text(name)}\t${text(namespace)}`),
  ),
]

export const roleLines = (object: JsonObject): readonly string[] => [
  ...headLines(object, { namespace: false }),
  'PolicyRule:',
  line(1, 'Resources\tNon-Resource URLs\tResource Names\tVerbs'),
  line(1, '---------\t-----------------\t--------------\t-----'),
  ...compacted(objectsAt(object, 'rules')).map(({ resource, urls, names, verbs }) =>
    line(1, `${resource}\t[${urls}]\t[${names}]\t[${verbs.join(' ')}]`),
  ),
]

interface Rule {
  readonly group: string
  readonly resource: string
  readonly urls: string
  readonly names: string
  readonly verbs: readonly string[]
}

/** One rule for each resource (and name), in order, as `PolicyRule` prints itself: kubernetes/kubectl:pkg/util/rbac. */
function compacted(rules: readonly JsonObject[]): readonly Rule[] {
  const all = new Map<string, Rule>()
  const add = (rule: Rule): void => {
    const key = JSON.stringify([rule.group, rule.resource, rule.urls, rule.names])
    const verbs = [...new Set([...(all.get(key)?.verbs ?? []), ...rule.verbs])]
    all.set(key, { ...rule, verbs })
  }
  for (const rule of rules) {
    const texts = (key: string): readonly string[] => asList(rule[key]).map(String)
    const verbs = texts('verbs')
    const names = texts('resourceNames')
    for (const group of texts('apiGroups'))
      for (const resource of texts('resources')) {
        const full = group === '' ? resource : `${resource}.${group}`
        for (const name of names.length === 0 ? [''] : names)
          add({ group, resource: full, urls: '', names: name, verbs })
      }
    for (const urls of texts('nonResourceURLs')) add({ group: '', resource: '', urls, names: '', verbs })
  }
  const text_ = ({ verbs, group, resource, names, urls }: Rule): string =>
    `Verbs:[${verbs.join(' ')}],APIGroups:[${group}],Resources:[${resource}],ResourceNames:[${names}],NonResourceURLs:[${urls}]`
  return [...all.values()].sort((a, b) => (text_(a) < text_(b) ? -1 : 1))
}

export const priorityClassLines = (object: JsonObject): readonly string[] => [
  field(0, 'Name', metadataOf(object)['name']),
  field(0, 'Value', object['value']),
  field(0, 'GlobalDefault', object['globalDefault'] === true),
  field(0, 'PreemptionPolicy', object['preemptionPolicy']),
  field(0, 'Description', object['description']),
  field(0, 'Annotations', orNone(equalities(metadataOf(object)['annotations']).join(','))),
]

export function budgetLines(object: JsonObject): readonly string[] {
  const { name, namespace } = metadataOf(object)
  const { minAvailable, maxUnavailable, selector } = asObject(object['spec'])
  const count = (path: string): unknown => at(object, `status.${path}`) ?? 0
  return [
    field(0, 'Name', name),
    field(0, 'Namespace', namespace),
    minAvailable === undefined
      ? field(0, 'Max unavailable', maxUnavailable)
      : field(0, 'Min available', minAvailable),
    field(0, 'Selector', selector === undefined ? '<unset>' : selectorText(selector)),
    'Status:',
    field(2, 'Allowed disruptions', count('disruptionsAllowed')),
    field(2, 'Current', count('currentHealthy')),
    field(2, 'Desired', count('desiredHealthy')),
    field(2, 'Total', count('expectedPods')),
  ]
}
