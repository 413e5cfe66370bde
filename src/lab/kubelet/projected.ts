import { textOfBytes } from '#base/bytes.ts'
import { parseTime } from '#base/clock.ts'
import type { Pod, Volume } from '#lab/api/objects.ts'
import { type Kube, resources } from '#lab/api/ports.ts'
import { type EnvContext, podField } from '#lab/kubelet/pod-env.ts'

/** The content of a volume that the kubelet writes itself. */
export interface ProjectedFiles {
  readonly kind: 'configmap' | 'secret' | 'projected' | 'downward-api'
  readonly files: ReadonlyMap<string, string>
  readonly mode: number
  readonly refreshMs?: number | undefined
}

interface KeyToPath {
  readonly key: string
  readonly path: string
}

/** One source of a projected volume (core/v1 VolumeProjection). */
interface Source {
  readonly serviceAccountToken?: {
    readonly path: string
    readonly expirationSeconds?: number
    readonly audience?: string
  }
  readonly configMap?: {
    readonly name: string
    readonly items?: readonly KeyToPath[]
    readonly optional?: boolean
  }
  readonly secret?: {
    readonly name: string
    readonly items?: readonly KeyToPath[]
    readonly optional?: boolean
  }
  readonly downwardAPI?: DownwardApi
}

interface DownwardApi {
  readonly items?: readonly { readonly path: string; readonly fieldRef?: { readonly fieldPath: string } }[]
}

/** A token that was asked for, and when the next one has to be. */
export interface HeldToken {
  readonly token: string
  readonly renewMs: number
}

export type VolumeContext = EnvContext & {
  readonly nowMs: number
  /** Those of the pod by their path in a volume, for as long as they are good (pkg/kubelet/token/token_manager.go). */
  readonly tokens: Map<string, HeldToken>
}

type Context = VolumeContext

/** Answers undefined for a volume of another kind. Rejects with an Error that FailedMount shows. */
export async function projectedFiles(
  kube: Kube,
  volume: Volume,
  context: Context,
): Promise<ProjectedFiles | undefined> {
  if (volume.configMap !== undefined) {
    const { name, items, optional } = volume.configMap
    const source = { name, ...(items && { items }), ...(optional && { optional }) }
    return { kind: 'configmap', files: await configMapFiles(source, context), mode: 0o644 }
  }
  if (volume.secret !== undefined) {
    const { secretName, optional } = volume.secret
    const source = { name: secretName, ...(optional && { optional }) }
    return { kind: 'secret', files: await secretFiles(source, context), mode: 0o644 }
  }
  const downwardAPI = (volume as { readonly downwardAPI?: DownwardApi }).downwardAPI // not among the named fields
  if (downwardAPI !== undefined) {
    return { kind: 'downward-api', files: downwardFiles(downwardAPI, context), mode: 0o644 }
  }
  if (volume.projected === undefined) return undefined
  const files = new Map<string, string>()
  let refreshMs: number | undefined
  for (const source of volume.projected.sources as readonly Source[]) {
    if (source.serviceAccountToken !== undefined) {
      const { token, renewMs } = await tokenFor(kube, volume.name, source.serviceAccountToken, context)
      files.set(source.serviceAccountToken.path, token)
      refreshMs = refreshMs === undefined ? renewMs : Math.min(refreshMs, renewMs)
    }
    const parts = [
      source.configMap === undefined ? undefined : await configMapFiles(source.configMap, context),
      source.secret === undefined ? undefined : await secretFiles(source.secret, context),
      source.downwardAPI === undefined ? undefined : downwardFiles(source.downwardAPI, context),
    ]
    for (const part of parts) for (const [path, text] of part ?? []) files.set(path, text)
  }
  return { kind: 'projected', files, mode: volume.projected.defaultMode ?? 0o644, refreshMs }
}

async function configMapFiles(
  source: NonNullable<Source['configMap']>,
  { objects }: Context,
): Promise<Map<string, string>> {
  const map = await objects.configMap(source.name)
  if (map === undefined && source.optional !== true)
    throw new VolumeTrouble(`configmap "${source.name}" not found`)
  return picked(map?.data ?? {}, source, 'configmap')
}

async function secretFiles(
  source: NonNullable<Source['secret']>,
  { objects }: Context,
): Promise<Map<string, string>> {
  const secret = await objects.secret(source.name)
  if (secret === undefined && source.optional !== true)
    throw new VolumeTrouble(`secret "${source.name}" not found`)
  const data = Object.entries(secret?.data ?? {}).map(([key, text]) => [
    key,
    textOfBytes(Buffer.from(text, 'base64')),
  ])
  return picked(Object.fromEntries(data), source, 'secret')
}

/** What keeps a volume from being filled; the text is FailedMount's. */
export class VolumeTrouble extends Error {}

function picked(
  data: Readonly<Record<string, string>>,
  { items, optional }: { readonly items?: readonly KeyToPath[]; readonly optional?: boolean },
  kind: string,
): Map<string, string> {
  if (items === undefined) return new Map(Object.entries(data))
  const files = new Map<string, string>()
  for (const { key, path } of items) {
    const text = data[key]
    if (text !== undefined) files.set(path, text)
    else if (optional !== true) throw new VolumeTrouble(`${kind} references non-existent ${kind} key: ${key}`)
  }
  return files
}

const downwardFiles = ({ items }: DownwardApi, context: Context): Map<string, string> =>
  new Map(
    (items ?? []).map(({ path, fieldRef }) => [path, fieldRef ? podField(fieldRef.fieldPath, context) : '']),
  )

async function tokenFor(
  kube: Kube,
  volume: string,
  source: NonNullable<Source['serviceAccountToken']>,
  context: Context,
): Promise<HeldToken> {
  const key = `${volume} ${source.path}`
  const held = context.tokens.get(key)
  if (held !== undefined && held.renewMs > context.nowMs) return held
  const token = await requestToken(kube, source, context)
  context.tokens.set(key, token)
  return token
}

async function requestToken(
  kube: Kube,
  source: NonNullable<Source['serviceAccountToken']>,
  { pod, nowMs }: Context,
): Promise<HeldToken> {
  const account = {
    type: resources.serviceAccounts,
    namespace: namespaceOf(pod),
    name: pod.spec.serviceAccountName ?? 'default',
  }
  const { name, uid } = pod.metadata
  const answer = await kube.post(account, 'token', {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: {
      audiences: source.audience === undefined ? [] : [source.audience],
      expirationSeconds: source.expirationSeconds ?? 3600,
      boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid },
    },
  })
  const { status } = answer as {
    readonly status: { readonly token: string; readonly expirationTimestamp: string }
  } // TokenRequest, authentication.k8s.io/v1
  const lifeMs = (parseTime(status.expirationTimestamp) ?? nowMs) - nowMs
  // Renewed at 80 % of its life or after a day (pkg/kubelet/token/token_manager.go).
  return { token: status.token, renewMs: nowMs + Math.min(lifeMs * 0.8, 86_400_000) }
}

const namespaceOf = (pod: Pod): string => pod.metadata.namespace ?? 'default'
