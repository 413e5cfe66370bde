/** Lists as `crictl -o json` prints them: kubernetes/cri-api:pkg/apis/runtime/v1/api.proto, written by protobuf's JSON. */
import { fullImageName, imageId } from '#lab/runtime/images.ts'
import type { ContainerInstance, Sandbox } from '#lab/runtime/records.ts'

/** A time in nanoseconds, as text. */
const nanoseconds = (ms: number): string => String(BigInt(Math.round(ms * 1000)) * 1000n)

const podLabels = ({ pod }: Pick<Sandbox, 'pod'>): Readonly<Record<string, string>> => ({
  'io.kubernetes.pod.name': pod.name,
  'io.kubernetes.pod.namespace': pod.namespace,
  'io.kubernetes.pod.uid': pod.uid,
})

export const containerJson = (each: ContainerInstance): unknown => ({
  id: each.id,
  podSandboxId: each.sandboxId,
  metadata: { name: each.name, attempt: each.attempt },
  image: { image: fullImageName(each.image), annotations: {} },
  imageRef: imageId(each.image),
  state: `CONTAINER_${each.state.toUpperCase()}`,
  createdAt: nanoseconds(each.createdMs),
  labels: { 'io.kubernetes.container.name': each.name, ...podLabels(each) },
  annotations: {},
})

export const sandboxJson = (each: Sandbox): unknown => ({
  id: each.id,
  metadata: { ...each.pod, attempt: each.attempt },
  state: each.ready ? 'SANDBOX_READY' : 'SANDBOX_NOTREADY',
  createdAt: nanoseconds(each.createdMs),
  labels: podLabels(each),
  annotations: {},
  runtimeHandler: '',
})

export const imageJson = ({
  name,
  sizeBytes,
}: {
  readonly name: string
  readonly sizeBytes: number
}): unknown => ({
  id: `sha256:${imageId(name).split('@sha256:')[1]}`,
  repoTags: [fullImageName(name)],
  repoDigests: [imageId(name)],
  size: String(sizeBytes),
  uid: null,
  username: '',
  spec: null,
  pinned: false,
})
