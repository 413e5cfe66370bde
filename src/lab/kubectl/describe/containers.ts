/** Containers of pods and of templates. */
import { asList, asObject, asText, at, isObject, type JsonObject } from '#lab/api/json.ts'
import { quantity } from '#lab/api/quantity.ts'
import { dateText, field, line, objectsAt, orNone, text } from '#lab/kubectl/describe/lines.ts'
import { canonical } from '#lab/kubectl/describe/resources.ts'

/** What the values of `fieldRef` are looked up in; a template has none. */
export type Resolver = ((path: string) => string) | undefined

export function containerLines(
  title: string,
  containers: readonly JsonObject[],
  o: { readonly statuses?: readonly JsonObject[]; readonly resolve?: Resolver; readonly indent?: string },
): readonly string[] {
  const { statuses = [], resolve, indent = '' } = o
  const head = `${indent}${title}:${containers.length === 0 ? ' <none>' : ''}`
  return [
    head,
    ...containers.flatMap((container) => {
      const status = statuses.find(({ name }) => name === container['name'])
      return [
        line(1, `${indent === '' ? '' : ' '}${text(container['name'])}:`),
        ...basicLines(container, status),
        ...commandLines(container),
        ...(status === undefined ? [] : stateLines(status)),
        ...resourceLines(container),
        ...probeLines(container),
        ...sourceLines(container),
        ...variableLines(container, resolve),
        ...mountLines(container),
      ]
    }),
  ]
}

function basicLines(container: JsonObject, status: JsonObject | undefined): readonly string[] {
  const ports = objectsAt(container, 'ports')
  const ported = (key: string): string =>
    ports.map((port) => `${text(port[key] ?? 0)}/${text(port['protocol'] ?? 'TCP')}`).join(', ')
  const titled = (title: string, value: string): string =>
    value.includes(',') ? field(2, `${title}s`, value) : field(2, title, orNone(value))
  const profile = at(container, 'securityContext.seccompProfile.type')
  return [
    ...(status === undefined ? [] : [field(2, 'Container ID', status['containerID'])]),
    field(2, 'Image', container['image']),
    ...(status === undefined ? [] : [field(2, 'Image ID', status['imageID'])]),
    titled('Port', ported('containerPort')),
    titled('Host Port', ported('hostPort')),
    ...(profile === undefined ? [] : [field(2, 'SeccompProfile', profile)]),
  ]
}

const commandLines = (container: JsonObject): readonly string[] =>
  (['command', 'args'] as const).flatMap((key) => {
    const words = asList(container[key]).map(String)
    if (words.length === 0) return []
    const title = key === 'command' ? 'Command:' : 'Args:'
    return [line(2, title), ...words.flatMap((word) => word.split('\n')).map((word) => line(3, word))]
  })

function stateLines(status: JsonObject): readonly string[] {
  const last = asObject(status['lastState'])
  return [
    ...oneState('State', asObject(status['state'])),
    ...(last['terminated'] === undefined ? [] : oneState('Last State', last)),
    field(2, 'Ready', status['ready'] === true ? 'True' : 'False'),
    field(2, 'Restart Count', status['restartCount'] ?? 0),
  ]
}

function oneState(title: string, state: JsonObject): readonly string[] {
  const { running, terminated } = state
  if (isObject(running))
    return [field(2, title, 'Running'), field(3, 'Started', dateText(running['startedAt']))]
  if (isObject(terminated)) {
    const optional = (name: string, key: string): readonly string[] =>
      terminated[key] === undefined || terminated[key] === '' ? [] : [field(3, name, terminated[key])]
    return [
      field(2, title, 'Terminated'),
      ...optional('Reason', 'reason'),
      ...optional('Message', 'message'),
      field(3, 'Exit Code', terminated['exitCode'] ?? 0),
      ...optional('Signal', 'signal'),
      field(3, 'Started', dateText(terminated['startedAt'])),
      field(3, 'Finished', dateText(terminated['finishedAt'])),
    ]
  }
  const reason = asText(at(state, 'waiting.reason')) ?? ''
  return [field(2, title, 'Waiting'), ...(reason === '' ? [] : [field(3, 'Reason', reason)])]
}

const resourceLines = (container: JsonObject): readonly string[] =>
  (['limits', 'requests'] as const).flatMap((key) => {
    const entries = Object.entries(asObject(at(container, `resources.${key}`))).sort(([a], [b]) =>
      a < b ? -1 : 1,
    )
    if (entries.length === 0) return []
    const title = key === 'limits' ? 'Limits:' : 'Requests:'
    return [line(2, title), ...entries.map(([name, value]) => field(3, name, canonical(text(value))))]
  })

const probeLines = (container: JsonObject): readonly string[] =>
  (
    [
      ['Liveness', 'livenessProbe'],
      ['Readiness', 'readinessProbe'],
      ['Startup', 'startupProbe'],
    ] as const
  ).flatMap(([title, key]) => {
    const probe = container[key]
    return isObject(probe) ? [field(2, title, probeText(probe))] : []
  })

function probeText(probe: JsonObject): string {
  const number = (key: string, usual: number): number => Number(probe[key] ?? usual)
  const timing = `delay=${number('initialDelaySeconds', 0)}s timeout=${number('timeoutSeconds', 1)}s period=${number('periodSeconds', 10)}s #success=${number('successThreshold', 1)} #failure=${number('failureThreshold', 3)}`
  const { exec, httpGet, tcpSocket, grpc } = probe
  if (isObject(exec)) return `exec [${asList(exec['command']).join(' ')}] ${timing}`
  if (isObject(httpGet)) {
    const scheme = text(httpGet['scheme'] ?? 'HTTP').toLowerCase()
    return `http-get ${scheme}://${text(httpGet['host'])}:${text(httpGet['port'])}${text(httpGet['path'])} ${timing}`
  }
  if (isObject(tcpSocket)) return `tcp-socket ${text(tcpSocket['host'])}:${text(tcpSocket['port'])} ${timing}`
  if (isObject(grpc)) return `grpc <pod>:${text(grpc['port'])} ${text(grpc['service'])} ${timing}`
  return `unknown ${timing}`
}

function sourceLines(container: JsonObject): readonly string[] {
  const sources = objectsAt(container, 'envFrom')
  if (sources.length === 0) return []
  const rows = sources.map((source) => {
    const isMap = isObject(source['configMapRef'])
    const ref = asObject(isMap ? source['configMapRef'] : source['secretRef'])
    const prefix = asText(source['prefix']) ?? ''
    const kind = isMap ? 'ConfigMap' : 'Secret'
    return line(
      3,
      `${text(ref['name'])}\t${kind}${prefix === '' ? '' : ` with prefix '${prefix}'`}\tOptional: ${ref['optional'] === true}`,
    )
  })
  return [line(2, 'Environment Variables from:'), ...rows]
}

function variableLines(container: JsonObject, resolve: Resolver): readonly string[] {
  const variables = objectsAt(container, 'env')
  if (variables.length === 0) return [line(2, 'Environment:\t<none>')]
  return [line(2, 'Environment:'), ...variables.flatMap((each) => variableLine(container, each, resolve))]
}

function variableLine(container: JsonObject, variable: JsonObject, resolve: Resolver): readonly string[] {
  const name = text(variable['name'])
  const from = variable['valueFrom']
  if (!isObject(from)) {
    const [first = '', ...more] = (asText(variable['value']) ?? '').split('\n')
    return [line(3, `${name}:\t${first}`), ...more.map((each) => line(3, `\t${each}`))]
  }
  const { fieldRef, resourceFieldRef, secretKeyRef, configMapKeyRef } = from
  if (isObject(fieldRef)) {
    const path = text(fieldRef['fieldPath'])
    return [line(3, `${name}:\t${resolve?.(path) ?? ''} (${text(fieldRef['apiVersion'] ?? 'v1')}:${path})`)]
  }
  if (isObject(resourceFieldRef)) {
    const resource = text(resourceFieldRef['resource'])
    return [line(3, `${name}:\t${resourceValue(container, resource)} (${resource})`)]
  }
  const optional = (ref: JsonObject): boolean => ref['optional'] === true
  if (isObject(secretKeyRef))
    return [
      line(
        3,
        `${name}:\t<set to the key '${text(secretKeyRef['key'])}' in secret '${text(secretKeyRef['name'])}'>\tOptional: ${optional(secretKeyRef)}`,
      ),
    ]
  if (isObject(configMapKeyRef))
    return [
      line(
        3,
        `${name}:\t<set to the key '${text(configMapKeyRef['key'])}' of config map '${text(configMapKeyRef['name'])}'>\tOptional: ${optional(configMapKeyRef)}`,
      ),
    ]
  return []
}

/** In whole cores and bytes; a limit that is not set is the node's. */
function resourceValue(container: JsonObject, resource: string): string {
  const value = at(container, `resources.${resource}`)
  if (value !== undefined) return String(Math.ceil(quantity(asText(value) ?? Number(value))))
  return resource.startsWith('limits.') ? 'node allocatable' : '0'
}

function mountLines(container: JsonObject): readonly string[] {
  const mounts = [...objectsAt(container, 'volumeMounts')].sort((a, b) =>
    text(a['mountPath']) < text(b['mountPath']) ? -1 : 1,
  )
  if (mounts.length === 0) return [line(2, 'Mounts:\t<none>')]
  const rows = mounts.map((mount) => {
    const path = asText(mount['subPath']) ?? ''
    const flags = [
      mount['readOnly'] === true ? 'ro' : 'rw',
      ...(path === '' ? [] : [`path=${JSON.stringify(path)}`]),
    ]
    return line(3, `${text(mount['mountPath'])} from ${text(mount['name'])} (${flags.join(',')})`)
  })
  return [line(2, 'Mounts:'), ...rows]
}
