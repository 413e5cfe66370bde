import { seeded } from '#base/random.ts'
import type { PersistentVolume, Pod, Volume, VolumeClaim } from '#lab/api/objects.ts'
import { type Kube, KubeError, KubeUnreachable, resources } from '#lab/api/ports.ts'
import { type Files, isErrno } from '#lab/host/ports.ts'
import { writeAtomically } from '#lab/kubelet/atomic-writer.ts'
import { ObjectTrouble } from '#lab/kubelet/object-cache.ts'
import { projectedFiles, type VolumeContext, VolumeTrouble } from '#lab/kubelet/projected.ts'

/** A volume cannot be set up: FailedMount, `MountVolume.SetUp failed for volume "x" : <message>`. */
export class MountTrouble extends Error {
  readonly volume: string
  /** What it is made of is not there, or not what was asked for; not that somebody did not answer. */
  readonly isMissing: boolean

  constructor(volume: string, message: string, o: { readonly isMissing?: boolean } = {}) {
    super(message)
    this.volume = volume
    this.isMissing = o.isMissing ?? false
  }
}

export interface PreparedVolumes {
  /** Volume name → path on the machine. */
  readonly paths: ReadonlyMap<string, string>
  /** When a service account token has to be fetched anew (80 % of its life); undefined without one. */
  readonly refreshMs: number | undefined
}

export const podDirectory = (uid: string): string => `/var/lib/kubelet/pods/${uid}`

/**
 * Makes a pod's volumes ready on the machine; called again it brings those up to date that the kubelet fills. Rejects with MountTrouble
 * for the first that cannot be. Not imitated: tmpfs for secrets and memory-backed emptyDirs, sizes of those, other kinds of volumes than these.
 */
export async function prepareVolumes(
  files: Files,
  kube: Kube,
  context: VolumeContext,
): Promise<PreparedVolumes> {
  const paths = new Map<string, string>()
  let refreshMs: number | undefined
  for (const volume of context.pod.spec.volumes ?? []) {
    try {
      const prepared = await prepare(files, kube, volume, context)
      paths.set(volume.name, prepared.path)
      refreshMs = earliest(refreshMs, prepared.refreshMs)
    } catch (error) {
      throw mountTrouble(volume, error)
    }
  }
  return { paths, refreshMs }
}

function mountTrouble(volume: Volume, error: unknown): unknown {
  if (error instanceof MountTrouble) return error
  if (isErrno(error))
    return new MountTrouble(volume.name, `${error.path ?? ''}: ${error.message.toLowerCase()}`)
  if (error instanceof VolumeTrouble) return new MountTrouble(volume.name, error.message, { isMissing: true })
  if (error instanceof ObjectTrouble || error instanceof KubeError || error instanceof KubeUnreachable) {
    return new MountTrouble(volume.name, error.message)
  }
  return error
}

async function prepare(
  files: Files,
  kube: Kube,
  volume: Volume,
  context: VolumeContext,
): Promise<{ readonly path: string; readonly refreshMs?: number | undefined }> {
  if (volume.hostPath !== undefined) {
    await checkHostPath(files, volume.name, volume.hostPath)
    return { path: volume.hostPath.path }
  }
  if (volume.emptyDir !== undefined) {
    const path = volumePath(context.pod, 'empty-dir', volume.name)
    if (!(await files.exists(path))) {
      await files.mkdir(path, { parents: true })
      await files.chmod(path, 0o777)
    }
    return { path }
  }
  if (volume.persistentVolumeClaim !== undefined)
    return {
      path: await claimedPath(files, kube, volume.name, {
        context,
        claim: volume.persistentVolumeClaim.claimName,
      }),
    }
  const content = await projectedFiles(kube, volume, context)
  if (content === undefined) throw new MountTrouble(volume.name, 'no volume plugin matched')
  const path = volumePath(context.pod, content.kind, volume.name)
  const suffix = seeded(`${path} ${context.nowMs}`).text(10, '0123456789')
  await writeAtomically(files, path, content, { nowMs: context.nowMs, suffix })
  return { path, refreshMs: content.refreshMs }
}

/**
 * The folder of a claim's volume: kubernetes/kubernetes:pkg/kubelet/volumemanager/populator/desired_state_of_world_populator.go,
 * pkg/volume/local/local.go.
 */
async function claimedPath(
  files: Files,
  kube: Kube,
  name: string,
  { context, claim }: { readonly context: VolumeContext; readonly claim: string },
): Promise<string> {
  const { namespace } = context.pod.metadata
  const at = `error processing PVC ${namespace}/${claim}`
  const asked = {
    type: resources.volumeClaims,
    name: claim,
    ...(namespace === undefined ? {} : { namespace }),
  }
  const { spec, status } = await kube.get<VolumeClaim>(asked)
  if (status?.phase !== 'Bound' || spec.volumeName === undefined)
    throw new MountTrouble(name, `${at}: PVC is not bound`)
  const { hostPath, local } = (
    await kube.get<PersistentVolume>({ type: resources.volumes, name: spec.volumeName })
  ).spec
  if (hostPath !== undefined) {
    await checkHostPath(files, name, hostPath)
    return hostPath.path
  }
  if (local === undefined) throw new MountTrouble(name, 'no volume plugin matched')
  if (!(await files.exists(local.path)))
    throw new MountTrouble(name, `path "${local.path}" does not exist`, { isMissing: true })
  return local.path
}

export const emptyDirPath = (pod: Pod, name: string): string => volumePath(pod, 'empty-dir', name)

const volumePath = (pod: Pod, kind: string, name: string): string =>
  `${podDirectory(pod.metadata.uid)}/volumes/kubernetes.io~${kind}/${name}`

/** kubernetes/kubernetes:pkg/volume/hostpath/host_path.go `checkTypeInternal`. */
async function checkHostPath(
  files: Files,
  volume: string,
  { path, type }: { readonly path: string; readonly type?: string },
): Promise<void> {
  if (type === undefined || type === '') return
  const kind = await kindOf(files, path)
  if (kind === undefined && type === 'DirectoryOrCreate') {
    return files.mkdir(path, { mode: 0o755, parents: true })
  }
  if (kind === undefined && type === 'FileOrCreate') return files.write(path, '', { mode: 0o644 })
  const wanted = hostPathTypes[type]
  if (wanted === undefined || kind === wanted.kind) return
  throw new MountTrouble(volume, `hostPath type check failed: ${path} ${wanted.says}`)
}

const hostPathTypes: Readonly<Record<string, { readonly kind: string; readonly says: string }>> = {
  Directory: { kind: 'directory', says: 'is not a directory' },
  DirectoryOrCreate: { kind: 'directory', says: 'is not a directory' },
  File: { kind: 'file', says: 'is not a file' },
  FileOrCreate: { kind: 'file', says: 'is not a file' },
  Socket: { kind: 'socket', says: 'is not a socket file' },
  CharDevice: { kind: 'device', says: 'is not a character device' },
  BlockDevice: { kind: 'device', says: 'is not a block device' },
}

async function kindOf(files: Files, path: string): Promise<string | undefined> {
  try {
    return (await files.stat(path)).kind
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined
    throw error
  }
}

const earliest = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined ? b : b === undefined ? a : Math.min(a, b)
