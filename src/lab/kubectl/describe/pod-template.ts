/** What pods and their templates have in common beside containers: volumes and tolerations; and whole templates. */
import { asObject, at, isObject, type JsonObject } from '#lab/api/json.ts'
import { metadataOf } from '#lab/kubectl/client.ts'
import { containerLines } from '#lab/kubectl/describe/containers.ts'
import {
  annotationLines,
  column,
  field,
  labelLines,
  line,
  objectsAt,
  selectorText,
  text,
} from '#lab/kubectl/describe/lines.ts'

export function volumeLines(spec: JsonObject, indent = ''): readonly string[] {
  const volumes = objectsAt(spec, 'volumes')
  if (volumes.length === 0) return [`${indent}Volumes:\t<none>`]
  return [
    `${indent}Volumes:`,
    ...volumes.flatMap((volume) => [
      line(1, `${indent === '' ? '' : ' '}${text(volume['name'])}:`),
      ...sourceLines(volume),
    ]),
  ]
}

const isOptional = (source: JsonObject): boolean => source['optional'] === true

function sourceLines(volume: JsonObject): readonly string[] {
  const { hostPath, emptyDir, secret, configMap, projected, downwardAPI, persistentVolumeClaim } = volume
  if (isObject(hostPath))
    return [
      field(2, 'Type', 'HostPath (bare host directory volume)'),
      field(2, 'Path', hostPath['path']),
      field(2, 'HostPathType', hostPath['type']),
    ]
  if (isObject(emptyDir))
    return [
      field(2, 'Type', "EmptyDir (a temporary directory that shares a pod's lifetime)"),
      field(2, 'Medium', emptyDir['medium']),
      field(2, 'SizeLimit', emptyDir['sizeLimit'] ?? '<unset>'),
    ]
  if (isObject(secret))
    return [
      field(2, 'Type', 'Secret (a volume populated by a Secret)'),
      field(2, 'SecretName', secret['secretName']),
      field(2, 'Optional', isOptional(secret)),
    ]
  if (isObject(configMap))
    return [
      field(2, 'Type', 'ConfigMap (a volume populated by a ConfigMap)'),
      field(2, 'Name', configMap['name']),
      field(2, 'Optional', isOptional(configMap)),
    ]
  if (isObject(projected)) return projectedLines(projected)
  if (isObject(downwardAPI)) return downwardLines(downwardAPI)
  if (isObject(persistentVolumeClaim))
    return [
      field(
        2,
        'Type',
        'PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)',
      ),
      field(2, 'ClaimName', persistentVolumeClaim['claimName']),
      field(2, 'ReadOnly', persistentVolumeClaim['readOnly'] === true),
    ]
  return [line(1, '<unknown>')]
}

const projectedLines = (projected: JsonObject): readonly string[] => [
  field(2, 'Type', 'Projected (a volume that contains injected data from multiple sources)'),
  ...objectsAt(projected, 'sources').flatMap(({ secret, downwardAPI, configMap, serviceAccountToken }) => {
    if (isObject(secret))
      return [field(2, 'SecretName', secret['name']), field(2, 'Optional', isOptional(secret))]
    if (isObject(downwardAPI)) return [field(2, 'DownwardAPI', true)]
    if (isObject(configMap))
      return [field(2, 'ConfigMapName', configMap['name']), optionalOfProjected(configMap)]
    if (isObject(serviceAccountToken))
      return [field(2, 'TokenExpirationSeconds', serviceAccountToken['expirationSeconds'] ?? 3600)]
    return []
  }),
]

/** Until 1.33 the pointer was printed, which is `<nil>` where nothing is said. */
const optionalOfProjected = (configMap: JsonObject): string =>
  field(2, 'ConfigMapOptional', configMap['optional'] === undefined ? '<nil>' : configMap['optional'])

const downwardLines = (source: JsonObject): readonly string[] => [
  field(2, 'Type', 'DownwardAPI (a volume populated by information about the pod)'),
  line(2, 'Items:'),
  ...objectsAt(source, 'items').map((item) => {
    const from = at(item, 'fieldRef.fieldPath') ?? at(item, 'resourceFieldRef.resource')
    return line(3, `${text(from)} -> ${text(item['path'])}`)
  }),
]

export function tolerationLines(spec: JsonObject, indent = ''): readonly string[] {
  const tolerations = [...objectsAt(spec, 'tolerations')].sort((a, b) =>
    text(a['key']) < text(b['key']) ? -1 : text(a['key']) > text(b['key']) ? 1 : 0,
  )
  return column('Tolerations', tolerations.map(tolerationText), indent)
}

function tolerationText({ key, value, effect, operator, tolerationSeconds }: JsonObject): string {
  const hasValue = value !== undefined && value !== ''
  const head = [
    text(key),
    ...(hasValue ? [`=${text(value)}`] : []),
    ...(effect === undefined || effect === '' ? [] : [`:${text(effect)}`]),
  ].join('')
  const exists = operator === 'Exists' && !hasValue ? `${head === '' ? '' : ' '}op=Exists` : ''
  return `${head}${exists}${tolerationSeconds === undefined ? '' : ` for ${text(tolerationSeconds)}s`}`
}

export function spreadLines(spec: JsonObject, indent = ''): readonly string[] {
  const rules = [...objectsAt(spec, 'topologySpreadConstraints')].sort((a, b) =>
    text(a['topologyKey']) < text(b['topologyKey']) ? -1 : 1,
  )
  if (rules.length === 0) return []
  const told = rules.map(({ topologyKey, whenUnsatisfiable, maxSkew, labelSelector }) => {
    const selector = labelSelector === undefined ? '' : ` for selector ${selectorText(labelSelector)}`
    return `${text(topologyKey)}:${text(whenUnsatisfiable)} when max skew ${text(maxSkew)} is exceeded${selector}`
  })
  return column('Topology Spread Constraints', told, indent)
}

/** A whole template, as owners of pods and `rollout history` show it. */
export function podTemplateLines(template: JsonObject): readonly string[] {
  const spec = asObject(template['spec'])
  const { labels, annotations } = metadataOf(template)
  const account = text(spec['serviceAccountName'])
  const init = objectsAt(spec, 'initContainers')
  const priority = text(spec['priorityClassName'])
  return [
    'Pod Template:',
    ...labelLines('Labels', labels, '  '),
    ...(Object.keys(asObject(annotations)).length === 0 ? [] : annotationLines('  Annotations', annotations)),
    ...(account === '' ? [] : [field(1, 'Service Account', account)]),
    ...(init.length === 0 ? [] : containerLines('Init Containers', init, { indent: '  ' })),
    ...containerLines('Containers', objectsAt(spec, 'containers'), { indent: '  ' }),
    ...volumeLines(spec, '  '),
    ...spreadLines(spec, '  '),
    ...(priority === '' ? [] : [field(1, 'Priority Class Name', priority)]),
    ...labelLines('Node-Selectors', spec['nodeSelector'], '  '),
    ...tolerationLines(spec, '  '),
  ]
}
