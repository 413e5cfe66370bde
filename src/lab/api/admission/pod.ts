/** What admission adds to a new pod: plugin/pkg/admission/{limitranger,serviceaccount,priority,defaulttolerationseconds}. */
import { admitLimits } from '#lab/api/admission/limit-ranger.ts'
import { qosClass } from '#lab/api/admission/pod-defaults.ts'
import { asList, asObject, type JsonObject } from '#lab/api/json.ts'
import { forbidden, LookAgain, type Refusal } from '#lab/api/status.ts'
import { keyOf } from '#lab/api/store.ts'
import type { ApiState } from '#lab/api/verbs/state.ts'

const pods = { group: '', resource: 'pods' }

export function admitPod(state: ApiState, asked: JsonObject): JsonObject {
  const pod = admitLimits(state, asked)
  checkRuntime(state, pod)
  const mirror = asObject(asObject(pod.metadata).annotations)['kubernetes.io/config.mirror'] !== undefined
  const own = asObject(pod.spec)
  const spec = tolerant(prioritised(state, pod, mirror ? own : withAccount(state, pod, own)))
  return { ...pod, spec, status: { phase: 'Pending', qosClass: qosClass(spec) } }
}

const nameOf = (pod: JsonObject): string => {
  const metadata = asObject(pod.metadata)
  return String(metadata.generateName ?? metadata.name ?? '')
}

/** plugin/pkg/admission/runtimeclass/admission.go */
function checkRuntime({ store }: ApiState, pod: JsonObject): void {
  const name = asObject(pod.spec).runtimeClassName
  if (!name || store.get('node.k8s.io/runtimeclasses', String(name)) !== undefined) return
  throw forbidden(pods, nameOf(pod), `pod rejected: RuntimeClass ${JSON.stringify(name)} not found`)
}

function withAccount(state: ApiState, pod: JsonObject, spec: JsonObject): JsonObject {
  const namespace = String(asObject(pod.metadata).namespace)
  const name = String(spec.serviceAccountName ?? 'default')
  const account = state.store.get('/serviceaccounts', keyOf(namespace, name))
  if (account === undefined) throw withoutAccount(state, pod, { namespace, name })
  const next = { ...spec, serviceAccount: name, serviceAccountName: name }
  const automount = spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true
  return automount === false ? next : withToken(state, next)
}

/** `default` is made by a controller, in a new namespace a moment from now (getServiceAccount of the plug-in: ten attempts). */
function withoutAccount(
  { random }: ApiState,
  pod: JsonObject,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): Refusal {
  const why = `error looking up service account ${namespace}/${name}: serviceaccount ${JSON.stringify(name)} not found`
  const refusal = forbidden(pods, nameOf(pod), why)
  return name === 'default'
    ? new LookAgain(refusal, { everyMs: random.between(100, 199), times: 9 })
    : refusal
}

const tokenPath = '/var/run/secrets/kubernetes.io/serviceaccount'

function withToken(state: ApiState, spec: JsonObject): JsonObject {
  const old = asList(spec.volumes).find((volume) => /^kube-api-access-/.test(String(asObject(volume).name)))
  const name = old === undefined ? `kube-api-access-${state.random.text(5)}` : String(asObject(old).name)
  let used = false
  const mount = (container: unknown): unknown => {
    const mounts = asList(asObject(container).volumeMounts)
    if (mounts.some((each) => asObject(each).mountPath === tokenPath)) return container
    used = true
    return {
      ...asObject(container),
      volumeMounts: [...mounts, { mountPath: tokenPath, name, readOnly: true }],
    }
  }
  const initContainers = asList(spec.initContainers).map(mount)
  const containers = asList(spec.containers).map(mount)
  if (!used) return spec
  return {
    ...spec,
    containers,
    ...(initContainers.length === 0 ? {} : { initContainers }),
    volumes: old === undefined ? [...asList(spec.volumes), tokenVolume(name)] : spec.volumes,
  }
}

const tokenVolume = (name: string): JsonObject => ({
  name,
  projected: {
    defaultMode: 420,
    sources: [
      { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
      { configMap: { items: [{ key: 'ca.crt', path: 'ca.crt' }], name: 'kube-root-ca.crt' } },
      {
        downwardAPI: {
          items: [{ fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' }, path: 'namespace' }],
        },
      },
    ],
  },
})

function prioritised(state: ApiState, pod: JsonObject, spec: JsonObject): JsonObject {
  const name = spec.priorityClassName
  if (name === undefined || name === '')
    return { priority: 0, preemptionPolicy: 'PreemptLowerPriority', ...spec }
  const found = state.store.get('scheduling.k8s.io/priorityclasses', String(name))
  if (found === undefined)
    throw forbidden(pods, nameOf(pod), `no PriorityClass with name ${String(name)} was found`)
  return {
    ...spec,
    priority: found.value,
    preemptionPolicy: found.preemptionPolicy ?? 'PreemptLowerPriority',
  }
}

/** plugin/pkg/admission/defaulttolerationseconds/admission.go */
function tolerant(spec: JsonObject): JsonObject {
  const tolerations = asList(spec.tolerations).map(asObject)
  const missing = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'].filter(
    (key) =>
      !tolerations.some(
        (each) =>
          (each.key === key || each.key === undefined || each.key === '') &&
          (each.effect === 'NoExecute' || each.effect === undefined || each.effect === ''),
      ),
  )
  if (missing.length === 0) return spec
  const added = missing.map((key) => ({
    effect: 'NoExecute',
    key,
    operator: 'Exists',
    tolerationSeconds: 300,
  }))
  return { ...spec, tolerations: [...tolerations, ...added] }
}
