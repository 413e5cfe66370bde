/** What a pod refers to: kubernetes/kubernetes:pkg/api/v1/pod/util.go (VisitPodSecretNames and its neighbours). */

import { asList, asObject, at, type JsonObject } from '#lab/api/json.ts'
import { hasEnded } from '#lab/api/pod-phase.ts'

interface PodLike {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> | undefined }
  readonly spec?: unknown
  readonly status?: unknown
}

type Visit = (resource: 'secrets' | 'configmaps' | 'serviceaccounts', name: unknown) => void

/** Names all that a pod's node may therefore read (or ask tokens for). Mirror pods and finished ones refer to nothing. */
export function visitReferences(pod: PodLike, visit: Visit): void {
  if (hasEnded(pod)) return
  if (pod.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined) return
  const spec = asObject(pod.spec)
  visit('serviceaccounts', spec.serviceAccountName)
  for (const each of asList(spec.imagePullSecrets)) visit('secrets', asObject(each).name)
  for (const { configMap, secret } of volumes(spec)) {
    visit('configmaps', asObject(configMap).name)
    visit('secrets', asObject(secret).secretName)
    visit('secrets', asObject(secret).name)
  }
  visitEnv(spec, visit)
}

/** Volume sources, those of projected volumes among them. */
const volumes = (spec: JsonObject): readonly JsonObject[] =>
  asList(spec.volumes)
    .map(asObject)
    .flatMap((volume) => [volume, ...asList(asObject(volume.projected).sources).map(asObject)])

function visitEnv(spec: JsonObject, visit: Visit): void {
  for (const list of ['initContainers', 'containers', 'ephemeralContainers'])
    for (const container of asList(spec[list])) {
      const { env, envFrom } = asObject(container)
      for (const each of asList(env)) {
        visit('configmaps', at(each, 'valueFrom.configMapKeyRef.name'))
        visit('secrets', at(each, 'valueFrom.secretKeyRef.name'))
      }
      for (const each of asList(envFrom)) {
        visit('configmaps', at(each, 'configMapRef.name'))
        visit('secrets', at(each, 'secretRef.name'))
      }
    }
}
