/** Defaults of a pod's spec: pkg/apis/core/v1/defaults.go. Everything answers its argument when nothing is missing. */
import { asList, asObject, isObject, type JsonObject } from '#lab/api/json.ts'

/** The object with the keys it lacks. */
export function fill(object: JsonObject, defaults: JsonObject): JsonObject {
  let result: Record<string, unknown> | undefined
  for (const key in defaults) {
    if (object[key] !== undefined) continue
    result ??= { ...object }
    result[key] = defaults[key]
  }
  return result ?? object
}

/** The object with `change` applied to a key that it has. */
export function change(object: JsonObject, key: string, to: (value: JsonObject) => unknown): JsonObject {
  const value = object[key]
  if (!isObject(value)) return object
  const next = to(value)
  return next === value ? object : { ...object, [key]: next }
}

/** The object with `change` applied to each item of a list that it has. */
export function changeEach(
  object: JsonObject,
  key: string,
  to: (item: JsonObject, index: number) => JsonObject,
): JsonObject {
  const list = object[key]
  if (!Array.isArray(list)) return object
  const next = list.map((item, index) => (isObject(item) ? to(item, index) : item))
  return next.every((item, index) => item === list[index]) ? object : { ...object, [key]: next }
}

const specDefaults: JsonObject = {
  dnsPolicy: 'ClusterFirst',
  restartPolicy: 'Always',
  schedulerName: 'default-scheduler',
  securityContext: {},
  terminationGracePeriodSeconds: 30,
}

export function podSpecDefaults(spec: JsonObject): JsonObject {
  let next = fill(spec, specDefaults)
  // The deprecated twin of serviceAccountName is kept equal: pkg/apis/core/v1/conversion.go.
  if (next.serviceAccountName !== undefined && next.serviceAccount === undefined)
    next = { ...next, serviceAccount: next.serviceAccountName }
  if (next.serviceAccount !== undefined && next.serviceAccountName === undefined)
    next = { ...next, serviceAccountName: next.serviceAccount }
  for (const list of ['initContainers', 'containers', 'ephemeralContainers'])
    next = changeEach(next, list, (container) => containerDefaults(container, spec.hostNetwork === true))
  return changeEach(next, 'volumes', volumeDefaults)
}

/**
 * Of a pod itself: what its containers may take at most they ask for, too, and they are told of services. A template is left as it
 * is (SetDefaults_Pod).
 */
export function podDefaultsOf(spec: JsonObject): JsonObject {
  let next = fill(podSpecDefaults(spec), { enableServiceLinks: true })
  for (const list of ['initContainers', 'containers'])
    next = changeEach(next, list, (container) => change(container, 'resources', requestsFromLimits))
  return next
}

const containerConstants: JsonObject = {
  resources: {},
  terminationMessagePath: '/dev/termination-log',
  terminationMessagePolicy: 'File',
}

function containerDefaults(container: JsonObject, hostNetwork: boolean): JsonObject {
  let next = fill(container, containerConstants)
  if (next.imagePullPolicy === undefined) next = { ...next, imagePullPolicy: pullPolicy(String(next.image)) }
  next = changeEach(next, 'ports', (port) =>
    fill(port, hostNetwork ? { protocol: 'TCP', hostPort: port.containerPort } : { protocol: 'TCP' }),
  )
  next = changeEach(next, 'env', envDefaults)
  for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe'])
    next = change(next, probe, probeDefaults)
  return next
}

function pullPolicy(image: string): string {
  const reference = image.slice(image.lastIndexOf('/') + 1)
  const tagged = /[:@]/.test(reference)
  return !tagged || reference.endsWith(':latest') ? 'Always' : 'IfNotPresent'
}

const envDefaults = (env: JsonObject): JsonObject =>
  change(env, 'valueFrom', (from) => change(from, 'fieldRef', (ref) => fill(ref, { apiVersion: 'v1' })))

function requestsFromLimits(resources: JsonObject): JsonObject {
  if (!isObject(resources.limits)) return resources
  const requests = asObject(resources.requests)
  const filled = fill(requests, resources.limits)
  return filled === requests ? resources : { ...resources, requests: filled }
}

function probeDefaults(probe: JsonObject): JsonObject {
  const next = fill(probe, { failureThreshold: 3, periodSeconds: 10, successThreshold: 1, timeoutSeconds: 1 })
  const http = change(next, 'httpGet', (get) => fill(get, { path: '/', scheme: 'HTTP' }))
  return change(http, 'grpc', (grpc) => fill(grpc, { service: '' }))
}

const mode = { defaultMode: 420 }

function volumeDefaults(volume: JsonObject): JsonObject {
  let next = change(volume, 'hostPath', (source) => fill(source, { type: '' }))
  for (const kind of ['secret', 'configMap', 'downwardAPI'])
    next = change(next, kind, (source) => fill(source, mode))
  next = change(next, 'projected', (source) =>
    changeEach(fill(source, mode), 'sources', (each) =>
      change(each, 'serviceAccountToken', (token) => fill(token, { expirationSeconds: 3600 })),
    ),
  )
  const sources = Object.keys(next).filter((key) => key !== 'name')
  return sources.length === 0 ? { ...next, emptyDir: {} } : next
}

/** pkg/apis/core/v1/helper/qos/qos.go, for cpu and memory. */
export function qosClass(spec: JsonObject): string {
  const containers = [...asList(spec.containers), ...asList(spec.initContainers)].map(asObject)
  const resources = containers.map((container) => asObject(container.resources))
  const set = (of: unknown): string[] =>
    ['cpu', 'memory'].filter((name) => !['0', undefined].includes(asObject(of)[name] as string | undefined))
  if (resources.every((each) => set(each.requests).length + set(each.limits).length === 0))
    return 'BestEffort'
  const guaranteed = resources.every((each) => {
    const limits = asObject(each.limits)
    const requests = asObject(each.requests)
    return (
      set(limits).length === 2 &&
      ['cpu', 'memory'].every((name) => String(limits[name]) === String(requests[name]))
    )
  })
  return guaranteed ? 'Guaranteed' : 'Burstable'
}
