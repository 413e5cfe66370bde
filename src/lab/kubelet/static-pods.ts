import { parse } from 'yaml'
import { seeded } from '#base/random.ts'
import { remembering } from '#base/remember.ts'
import type { KubeClient } from '#lab/api/client.ts'
import type { Draft, Node, Pod } from '#lab/api/objects.ts'
import { isKubeError, KubeError, KubeUnreachable, resources } from '#lab/api/ports.ts'
import { type Files, isErrno, type Process } from '#lab/host/ports.ts'
import { Look } from '#lab/host/process/look.ts'
import type { Kernel } from '#lab/kernel/kernel.ts'
import { type Again, Mailbox } from '#lab/kernel/mailbox.ts'
import type { Klog } from '#lab/kubelet/klog.ts'

const readMs = 20_000

/**
 * Pods that a directory of manifests asks for (kubernetes/kubernetes:pkg/kubelet/config/{file,common}.go). Their uid is a hash of
 * the manifest, so that an edit makes another pod. Not imitated: inotify (the directory is read every 20 s, as the real kubelet
 * does besides), JSON manifests, manifests from a URL.
 */
export async function readStaticPods(
  files: Files,
  o: {
    readonly path: string
    readonly node: string
    readonly klog: Klog
    readonly nowMs: number
    readonly parsed?: Map<string, Pod>
  },
): Promise<readonly Pod[]> {
  const pods: Pod[] = []
  for (const { name, kind } of await list(files, o.path)) {
    if (kind === 'directory' || name.startsWith('.') || !/\.ya?ml$/.test(name)) continue
    const file = `${o.path}/${name}`
    try {
      pods.push(parsedOnce(await files.read(file), file, o))
    } catch (error) {
      const err = error instanceof Error ? error.message : String(error)
      o.klog.error('file.go:187', 'Could not process manifest file', { err, path: file })
    }
  }
  return pods
}

/** Reads the directory now and every 20 s; `found` gets all of it each time something changed. */
export function watchStaticPods(
  p: Process,
  {
    kernel,
    ...o
  }: { readonly path: string; readonly node: string; readonly klog: Klog; readonly kernel: Kernel },
  found: (pods: readonly Pod[]) => void,
): void {
  p.thread('static-pods', async (self) => {
    let known: string | undefined
    let read: Look | undefined
    const parsed = new Map<string, Pod>()
    const beat = new Mailbox<never>(kernel)
    const again = (): Again | undefined =>
      kernel.lazy && read?.stands ? { periodMs: readMs, place: read.place } : undefined
    for (;;) {
      if (read?.stands !== true) {
        const look = new Look(self)
        const pods = await readStaticPods(self.files, { ...o, nowMs: self.now(), parsed })
        const now = pods.map(({ metadata }) => metadata.uid).join(' ')
        if (now !== known) found(pods)
        known = now
        read = look.over() // no file is another one since
      }
      await beat.take(self.task, { timeoutMs: readMs, again })
    }
  })
}

/** Manifests seldom change and are read often. */
function parsedOnce(
  text: string,
  file: string,
  o: { readonly node: string; readonly nowMs: number; readonly parsed?: Map<string, Pod> },
): Pod {
  const key = `${file}\n${text}`
  const pod = o.parsed?.get(key) ?? staticPod(text, file, o)
  o.parsed?.set(key, pod)
  return pod
}

async function list(files: Files, path: string): Promise<Awaited<ReturnType<Files['list']>>> {
  try {
    return await files.list(path)
  } catch (error) {
    if (isErrno(error)) return []
    throw error
  }
}

function staticPod(
  text: string,
  file: string,
  { node, nowMs }: { readonly node: string; readonly nowMs: number },
): Pod {
  const manifest = readYaml(text) as Partial<Pod> | null // checked field by field below
  const { metadata, spec } = manifest ?? {}
  if (manifest?.kind !== 'Pod' || metadata?.name === undefined || spec === undefined) {
    throw new Error(`couldn't parse as pod(Object 'Kind' is missing), please check config file`)
  }
  const random = seeded(`static pod ${node} ${file} ${text}`)
  const uid = random.text(32, '0123456789abcdef')
  // Go writes nanoseconds, of which the lab's clock knows the first digits only.
  const seen = `${new Date(nowMs).toISOString().slice(0, -1)}${random.text(5, '0123456789')}1Z`
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...metadata,
      name: `${metadata.name}-${node}`,
      namespace: metadata.namespace ?? 'default',
      uid,
      annotations: {
        ...metadata.annotations,
        'kubernetes.io/config.hash': uid,
        'kubernetes.io/config.seen': seen,
        'kubernetes.io/config.source': 'file',
      },
    },
    spec: { restartPolicy: 'Always', terminationGracePeriodSeconds: 30, ...spec, nodeName: node },
    status: { phase: 'Pending' },
  }
}

/**
 * Keeps a mirror of each static pod in the API, so that it can be seen there; one that was deleted or differs is made anew
 * (kubernetes/kubernetes:pkg/kubelet/pod/mirror_client.go).
 */
export async function syncMirror(
  kube: KubeClient,
  pod: Pod,
  mirror: Pod | undefined,
): Promise<Pod | undefined> {
  const hash = pod.metadata.uid
  if (mirror !== undefined) {
    const current = mirror.metadata.annotations?.[mirrorAnnotation] === hash
    if (current && mirror.metadata.deletionTimestamp === undefined) return mirror
    await deleteMirror(kube, mirror)
  }
  const owner = await kube.get<Node>({ type: resources.nodes, name: pod.spec.nodeName ?? '' })
  const { uid: _uid, ...metadata } = pod.metadata
  return kube.create<Pod>(resources.pods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...metadata,
      annotations: { ...metadata.annotations, [mirrorAnnotation]: hash },
      ownerReferences: [
        {
          apiVersion: 'v1',
          kind: 'Node',
          name: owner.metadata.name,
          uid: owner.metadata.uid,
          controller: true,
        },
      ],
    },
    spec: { ...pod.spec, tolerations: pod.spec.tolerations ?? [{ effect: 'NoExecute', operator: 'Exists' }] },
  } as Draft<Pod>) // a server-filled resourceVersion is all that Draft leaves out
}

export async function deleteMirror(kube: KubeClient, mirror: Pod): Promise<void> {
  const { name, uid } = mirror.metadata
  const ref = { type: resources.pods, namespace: mirror.metadata.namespace ?? 'default', name }
  try {
    await kube.delete(ref, { gracePeriodSeconds: 0, uid })
  } catch (error) {
    if (!isKubeError(error, 'NotFound')) throw error
  }
}

export const mirrorAnnotation = 'kubernetes.io/config.mirror'

/** What may go wrong in an exchange with the API, as against a bug. */
export const isApiTrouble = (error: unknown): error is KubeError | KubeUnreachable =>
  error instanceof KubeError || error instanceof KubeUnreachable

/** Most nodes' files say the same. */
const readYaml = remembering((text): unknown => parse(text))
