import type { ContainerDef, EnvFrom, EnvVar, Pod } from '#lab/api/objects.ts'
import type { PodObjects } from '#lab/kubelet/pod-objects.ts'
import { resourceField } from '#lab/kubelet/resource-field.ts'

/** A container cannot be configured: CreateContainerConfigError with this message. */
export class ConfigTrouble extends Error {}

export interface EnvContext {
  readonly pod: Pod
  readonly podIp: string | undefined
  readonly hostIp: string
  /** As the machine calls itself: what a pod on the host's network has for HOSTNAME (containerd:pkg/cri, sandbox_run.go). */
  readonly hostname: string
  /** Variables of the `kubernetes` Service; empty for a static pod that starts before any API. */
  readonly services: Readonly<Record<string, string>>
  readonly objects: PodObjects
}

/**
 * The environment of a container (kubernetes/kubernetes:pkg/kubelet/kubelet_pods.go `makeEnvironmentVariables`): the image's,
 * services, envFrom, env, each overriding the one before. Not imitated: service links.
 */
export async function containerEnv(
  def: ContainerDef,
  imageEnv: Readonly<Record<string, string>>,
  context: EnvContext,
): Promise<Readonly<Record<string, string>>> {
  const env: Record<string, string> = { PATH: defaultPath, ...imageEnv, HOSTNAME: '', ...context.services }
  env.HOSTNAME = context.pod.spec.hostNetwork ? context.hostname : context.pod.metadata.name
  for (const from of def.envFrom ?? [])
    for (const [key, value] of Object.entries(await allKeys(from, context)))
      env[`${from.prefix ?? ''}${key}`] = value
  for (const each of def.env ?? []) {
    const value = await envValue(each, env, { ...context, def })
    if (value !== undefined) env[each.name] = value
  }
  return env
}

async function allKeys(
  { configMapRef, secretRef }: EnvFrom,
  { objects }: EnvContext,
): Promise<Readonly<Record<string, string>>> {
  if (configMapRef !== undefined) {
    const map = await objects.configMap(configMapRef.name)
    if (map === undefined && configMapRef.optional !== true)
      throw new ConfigTrouble(`configmap "${configMapRef.name}" not found`)
    return map?.data ?? {}
  }
  if (secretRef === undefined) return {}
  const secret = await objects.secret(secretRef.name)
  if (secret === undefined && secretRef.optional !== true)
    throw new ConfigTrouble(`secret "${secretRef.name}" not found`)
  return Object.fromEntries(Object.entries(secret?.data ?? {}).map(([key, text]) => [key, decoded(text)]))
}

const decoded = (text: string): string => Buffer.from(text, 'base64').toString()

/** `$(NAME)` becomes the value, `$$(NAME)` stays `$(NAME)`, what is unknown stays as it is. */
export const expanded = (text: string, env: Readonly<Record<string, string>>): string =>
  text.replace(/\$\$|\$\(([A-Za-z_.-][A-Za-z0-9_.-]*)\)/g, (whole, name: string | undefined) =>
    name === undefined ? '$' : (env[name] ?? whole),
  )

const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

async function envValue(
  { name, value, valueFrom }: EnvVar,
  env: Readonly<Record<string, string>>,
  context: EnvContext & { readonly def: ContainerDef },
): Promise<string | undefined> {
  if (valueFrom?.fieldRef !== undefined) return podField(valueFrom.fieldRef.fieldPath, context)
  if (valueFrom?.resourceFieldRef !== undefined) return resourceField(valueFrom.resourceFieldRef, context)
  if (valueFrom?.configMapKeyRef !== undefined) {
    const ref = valueFrom.configMapKeyRef
    const map = await context.objects.configMap(ref.name)
    return keyOf(map?.data, ref, map === undefined ? 'configmap' : undefined, 'ConfigMap', context)
  }
  if (valueFrom?.secretKeyRef !== undefined) {
    const ref = valueFrom.secretKeyRef
    const secret = await context.objects.secret(ref.name)
    const text = keyOf(secret?.data, ref, secret === undefined ? 'secret' : undefined, 'Secret', context)
    return text === undefined ? undefined : decoded(text)
  }
  if (valueFrom !== undefined) throw new ConfigTrouble(`unsupported valueFrom of ${name}`)
  return expanded(value ?? '', env)
}

function keyOf(
  data: Readonly<Record<string, string>> | undefined,
  ref: { readonly name: string; readonly key: string; readonly optional?: boolean },
  missing: string | undefined,
  kind: string,
  { pod }: EnvContext,
): string | undefined {
  const value = data?.[ref.key]
  if (value !== undefined || ref.optional) return value
  if (missing !== undefined) throw new ConfigTrouble(`${missing} "${ref.name}" not found`)
  throw new ConfigTrouble(`couldn't find key ${ref.key} in ${kind} ${pod.metadata.namespace}/${ref.name}`)
}

/** The downward API. */
export function podField(path: string, o: Pick<EnvContext, 'pod' | 'podIp' | 'hostIp'>): string {
  const { pod } = o
  const keyed = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path)
  if (keyed !== null)
    return pod.metadata[keyed[1] === 'labels' ? 'labels' : 'annotations']?.[keyed[2] ?? ''] ?? ''
  switch (path) {
    case 'metadata.name':
      return pod.metadata.name
    case 'metadata.namespace':
      return pod.metadata.namespace ?? ''
    case 'metadata.uid':
      return pod.metadata.uid
    case 'spec.nodeName':
      return pod.spec.nodeName ?? ''
    case 'spec.serviceAccountName':
      return pod.spec.serviceAccountName ?? ''
    case 'status.hostIP':
    case 'status.hostIPs':
      return o.hostIp
    case 'status.podIP':
    case 'status.podIPs':
      return o.podIp ?? ''
    case 'metadata.labels':
    case 'metadata.annotations':
      return keyedLines(pod.metadata[path === 'metadata.labels' ? 'labels' : 'annotations'])
    default:
      throw new ConfigTrouble(`unsupported fieldPath: ${path}`)
  }
}

const keyedLines = (map: Readonly<Record<string, string>> | undefined): string =>
  Object.entries(map ?? {})
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join('\n')
