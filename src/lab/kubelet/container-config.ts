import type { ContainerDef, Pod } from '#lab/api/objects.ts'
import { quantity } from '#lab/api/quantity.ts'
import type { Files, Mount } from '#lab/host/ports.ts'
import { type DnsConfig, etcMounts } from '#lab/kubelet/etc-files.ts'
import { oomScoreAdj } from '#lab/kubelet/oom-score.ts'
import { ConfigTrouble, containerEnv, type EnvContext, expanded } from '#lab/kubelet/pod-env.ts'
import { podDirectory } from '#lab/kubelet/pod-volumes.ts'
import { containerCredentials, procSysOf, selinuxOf } from '#lab/runtime/credentials.ts'
import type { Image } from '#lab/runtime/ports.ts'
import type { ContainerConfig } from '#lab/runtime/records.ts'

/** Everything the runtime needs to make a container. Rejects with ConfigTrouble. */
export async function containerConfig(
  def: ContainerDef,
  o: EnvContext & {
    readonly image: Image
    readonly attempt: number
    readonly volumes: ReadonlyMap<string, string>
    readonly files: Files
    readonly dns: DnsConfig
  },
): Promise<ContainerConfig> {
  const env = await containerEnv(def, o.image.env ?? {}, o)
  const credentials = containerCredentials({
    container: def.securityContext,
    pod: o.pod.spec.securityContext,
    imageUser: o.image.user,
  })
  const nonRoot = def.securityContext?.runAsNonRoot ?? o.pod.spec.securityContext?.runAsNonRoot
  if (nonRoot === true && credentials.uid === 0) {
    const where = `(pod: "${podKey(o.pod)}(${o.pod.metadata.uid})", container: ${def.name})`
    throw new ConfigTrouble(`container has runAsNonRoot and image will run as root ${where}`)
  }
  return {
    name: def.name,
    attempt: o.attempt,
    image: o.image,
    argv: argv(def, o.image).map((each) => expanded(each, env)),
    env,
    cwd: def.workingDir,
    credentials,
    procSys: procSysOf(def.securityContext),
    selinux: selinuxOf(def.securityContext, o.pod.spec.securityContext),
    mounts: [...(await etcMounts(o)), ...volumeMounts(def, o.volumes), ...(await lastWordsMount(def, o))],
    lastWords: {
      path: def.terminationMessagePath ?? defaultLastWords,
      orLog: def.terminationMessagePolicy === 'FallbackToLogsOnError',
    },
    labels: { specHash: specHash(def) },
    ...(def.stdin ? { input: { once: def.stdinOnce ?? false } } : {}),
    ...(def.tty ? { tty: true } : {}),
    ...(def.resources?.limits?.cpu === undefined ? {} : { cpuCores: quantity(def.resources.limits.cpu) }),
    memory: {
      limitBytes: quantity(def.resources?.limits?.memory) || Number.POSITIVE_INFINITY,
      oomScoreAdj: oomScoreAdj(o.pod, def),
    },
  }
}

export const podKey = (pod: Pod): string => `${pod.metadata.name}_${pod.metadata.namespace ?? 'default'}`

/** Changes when the container's definition does; then it is killed and started anew. Only the image can change in a live pod. */
export const specHash = (def: ContainerDef): string => `${def.name} ${def.image}`

/** `command` replaces the entrypoint and drops the image's command; `args` replaces the command alone. */
function argv(def: ContainerDef, image: Image): readonly string[] {
  if (def.command !== undefined && def.command.length > 0) return [...def.command, ...(def.args ?? [])]
  return [...image.entrypoint, ...(def.args ?? image.command ?? [])]
}

function volumeMounts(def: ContainerDef, volumes: ReadonlyMap<string, string>): readonly Mount[] {
  const mounts = (def.volumeMounts ?? []).map(({ name, mountPath, readOnly, subPath }): Mount => {
    const path = volumes.get(name)
    if (path === undefined)
      throw new ConfigTrouble(`cannot find volume "${name}" to mount into container "${def.name}"`)
    const from = subPath === undefined || subPath === '' ? path : `${path}/${subPath}`
    return { path: mountPath, source: { kind: 'bind', from }, ...(readOnly ? { readOnly } : {}) }
  })
  // Parents first, as the runtime orders them.
  return mounts.sort((a, b) => depth(a.path) - depth(b.path))
}

/** It is in every container's /dev already. */
const defaultLastWords = '/dev/termination-log'

/** An empty file of each instance's own, where it wants to leave its last words. */
async function lastWordsMount(
  { name, terminationMessagePath: path = defaultLastWords }: ContainerDef,
  { files, pod, attempt }: { readonly files: Files; readonly pod: Pod; readonly attempt: number },
): Promise<readonly Mount[]> {
  if (path === defaultLastWords || path === '') return []
  const from = `${podDirectory(pod.metadata.uid)}/containers/${name}/${attempt.toString(16).padStart(8, '0')}`
  await files.mkdir(from.slice(0, from.lastIndexOf('/')), { parents: true })
  await files.write(from, '', { mode: 0o666 })
  return [{ path, source: { kind: 'bind', from } }]
}

const depth = (path: string): number => path.split('/').filter((part) => part !== '').length
