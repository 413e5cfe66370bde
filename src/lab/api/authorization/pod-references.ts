/** What a pod refers to: kubernetes/kubernetes:pkg/api/v1/pod/util.go (VisitPodSecretNames and its neighbours). */
import { asList, asObject, at, type JsonObject } from '#lab/api/json.ts'
import type { Stored } from '#lab/api/store.ts'

/** Whether a pod's node may therefore read (or ask tokens for) that object. Mirror pods and finished ones refer to nothing. */
export function references(pod: Stored, resource: string, name: string): boolean {
  const phase = at(pod, 'status.phase')
  if (phase === 'Succeeded' || phase === 'Failed') return false
  if (pod.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined) return false
  const spec = asObject(pod.spec)
  if (resource === 'serviceaccounts') return spec.serviceAccountName === name
  if (resource === 'configmaps')
    return (
      volumes(spec).some(({ configMap }) => asObject(configMap).name === name) ||
      inEnv(spec, 'configMap', name)
    )
  return (
    asList(spec.imagePullSecrets).some((each) => asObject(each).name === name) ||
    volumes(spec).some(({ secret }) => [asObject(secret).secretName, asObject(secret).name].includes(name)) ||
    inEnv(spec, 'secret', name)
  )
}

/** Volume sources, those of projected volumes among them. */
const volumes = (spec: JsonObject): readonly JsonObject[] =>
  asList(spec.volumes)
    .map(asObject)
    .flatMap((volume) => [volume, ...asList(asObject(volume.projected).sources).map(asObject)])

function inEnv(spec: JsonObject, kind: 'configMap' | 'secret', name: string): boolean {
  const containers = ['initContainers', 'containers', 'ephemeralContainers'].flatMap((list) =>
    asList(spec[list]),
  )
  return containers.some((container) => {
    const { env, envFrom } = asObject(container)
    return (
      asList(env).some((each) => at(each, `valueFrom.${kind}KeyRef.name`) === name) ||
      asList(envFrom).some((each) => at(each, `${kind}Ref.name`) === name)
    )
  })
}
