import { readFile } from 'node:fs/promises'
import { delimiter, dirname, join, resolve } from 'node:path'
import { parse } from 'yaml'
import { Trouble } from '#base/trouble.ts'
import {
  type ClusterEntry,
  type ContextEntry,
  kubeconfigShape,
  type UserEntry,
} from '#sources/live/kubeconfig/shape.ts'

export interface KubeconfigOptions {
  /** `--kubeconfig`: this file and no other. */
  readonly file?: string
  /** `--context`; default: the file's current context. */
  readonly context?: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/** One context with all that is needed to reach its cluster. Paths in it are absolute. */
export interface ChosenContext {
  readonly name: string
  readonly clusterName: string
  readonly userName: string
  readonly cluster: ClusterEntry & { readonly server: string }
  readonly user: UserEntry
  readonly files: readonly string[]
}

/**
 * Finds and merges kubeconfig files as kubectl does: `--kubeconfig`, else the files of KUBECONFIG, else ~/.kube/config;
 * of entries with one name the first counts. Rejects with a Trouble that names the file or the context.
 *
 * @see kubernetes/client-go:tools/clientcmd/loader.go
 */
export async function chooseContext(options: KubeconfigOptions): Promise<ChosenContext> {
  const { files, optional } = candidates(options)
  const loaded = (await Promise.all(files.map((file) => loadFile(file, { optional })))).filter(
    (each) => each !== undefined,
  )
  if (loaded.length === 0) throw noKubeconfig(files)
  const merged: Merged = {
    files: loaded.map(({ file }) => file),
    current: loaded.map(({ current }) => current).find((name) => name),
    clusters: firstOf(loaded.map(({ clusters }) => clusters)),
    users: firstOf(loaded.map(({ users }) => users)),
    contexts: firstOf(loaded.map(({ contexts }) => contexts)),
  }
  return chosenOf(merged, options.context)
}

function candidates({ file, env }: KubeconfigOptions): {
  readonly files: readonly string[]
  readonly optional: boolean
} {
  if (file !== undefined) return { files: [resolve(file)], optional: false }
  const listed = (env.KUBECONFIG ?? '').split(delimiter).filter((each) => each !== '')
  // Like kubectl: files of the list that are not there are passed over.
  if (listed.length > 0) return { files: listed.map((each) => resolve(each)), optional: true }
  const home = env.HOME ?? env.USERPROFILE
  return { files: home === undefined ? [] : [join(home, '.kube', 'config')], optional: true }
}

interface Loaded {
  readonly file: string
  readonly current: string | undefined
  readonly clusters: ReadonlyMap<string, ClusterEntry>
  readonly users: ReadonlyMap<string, UserEntry>
  readonly contexts: ReadonlyMap<string, ContextEntry>
}

type Merged = Omit<Loaded, 'file'> & { readonly files: readonly string[] }

async function loadFile(
  file: string,
  { optional }: { readonly optional: boolean },
): Promise<Loaded | undefined> {
  const text = await readText(file, optional)
  if (text === undefined) return undefined
  const config = kubeconfigShape.safeParse(parseYaml(text, file))
  if (!config.success) {
    const issue = config.error.issues[0]
    throw broken(
      file,
      issue === undefined ? 'not a kubeconfig' : `${issue.path.join('.') || 'top level'}: ${issue.message}`,
    )
  }
  const folder = dirname(file)
  const { clusters, users, contexts } = config.data
  return {
    file,
    current: config.data['current-context'] ?? undefined,
    clusters: byName<ClusterEntry>(clusters, 'cluster', (entry) =>
      absolute(entry, folder, ['certificate-authority']),
    ),
    users: byName<UserEntry>(users, 'user', (entry) =>
      absolute(entry, folder, ['client-certificate', 'client-key', 'tokenFile']),
    ),
    contexts: byName<ContextEntry>(contexts, 'context', (entry) => entry),
  }
}

async function readText(file: string, optional: boolean): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (code === 'ENOENT' && optional) return undefined
    if (code === 'ENOENT')
      throw new Trouble('kubeconfig-missing', `there is no kubeconfig file ${file}`, {
        hint: 'check --kubeconfig, or leave it out to use KUBECONFIG or ~/.kube/config',
      })
    throw new Trouble('kubeconfig-unreadable', `the kubeconfig file ${file} cannot be read (${code})`, {
      hint: 'check that it is a file and that you may read it',
      cause: error,
    })
  }
}

function parseYaml(text: string, file: string): unknown {
  try {
    return parse(text, { maxAliasCount: 100 })
  } catch (error) {
    // The parser's first line says what and where; the rest quotes the file, which may hold a token.
    throw broken(
      file,
      error instanceof Error ? (error.message.split('\n')[0] ?? '').replace(/:$/, '') : 'no YAML',
    )
  }
}

const broken = (file: string, says: string): Trouble =>
  new Trouble('kubeconfig-broken', `the kubeconfig file ${file} is broken: ${says}`, {
    hint: 'compare with what "kubectl config view" prints, or fetch the file anew from your provider',
  })

const noKubeconfig = (files: readonly string[]): Trouble =>
  new Trouble(
    'kubeconfig-missing',
    files.length === 0
      ? 'no kubeconfig was found'
      : `no kubeconfig was found (looked for ${files.join(', ')})`,
    { hint: 'name one with --kubeconfig, set KUBECONFIG, or use --lab for a lab cluster' },
  )

type Named<Field extends string, Entry> = readonly ({ readonly name: string } & {
  readonly [K in Field]?: Entry | null
})[]

function byName<Entry>(
  entries: readonly Readonly<Record<string, unknown>>[],
  field: string,
  change: (entry: Entry) => Entry,
): ReadonlyMap<string, Entry> {
  const map = new Map<string, Entry>()
  // The shape has checked both the name and the entry under `field`.
  for (const { name, [field]: entry } of entries as Named<string, Entry> as readonly Record<
    string,
    unknown
  >[])
    if (entry !== null && entry !== undefined && !map.has(name as string))
      map.set(name as string, change(entry as Entry))
  return map
}

/** Relative paths are meant from the file's own folder. */
function absolute<Entry extends object>(
  entry: Entry,
  folder: string,
  fields: readonly (keyof Entry)[],
): Entry {
  const paths = fields.flatMap((field) => {
    const path = entry[field]
    return typeof path === 'string' && path !== '' ? [[field, resolve(folder, path)]] : []
  })
  return { ...entry, ...Object.fromEntries(paths) }
}

const firstOf = <Entry>(maps: readonly ReadonlyMap<string, Entry>[]): ReadonlyMap<string, Entry> =>
  new Map(maps.toReversed().flatMap((map) => [...map]))

function chosenOf(
  { files, current, clusters, users, contexts }: Merged,
  wanted: string | undefined,
): ChosenContext {
  const name = wanted ?? current
  const known = [...contexts.keys()].sort()
  if (!name)
    throw new Trouble('context-none', `the kubeconfig (${files.join(', ')}) names no current context`, {
      hint:
        known.length === 0 ? 'it has no contexts at all' : `choose one with --context: ${shortList(known)}`,
    })
  const context = contexts.get(name)
  if (context === undefined)
    throw new Trouble('context-unknown', `there is no context "${name}" in ${files.join(', ')}`, {
      hint: known.length === 0 ? 'it has no contexts at all' : `known contexts: ${shortList(known)}`,
    })
  const cluster = clusters.get(context.cluster)
  const server = cluster?.server
  if (cluster === undefined || !server)
    throw incomplete(
      name,
      cluster === undefined ? `cluster "${context.cluster}" is not there` : 'its cluster has no server',
    )
  if (!URL.canParse(server) || !/^https?:$/.test(new URL(server).protocol))
    throw incomplete(name, `the server "${server}" is no http(s) address`)
  const user = context.user ? users.get(context.user) : {}
  if (user === undefined) throw incomplete(name, `user "${context.user}" is not there`)
  return {
    name,
    clusterName: context.cluster,
    userName: context.user ?? '',
    cluster: { ...cluster, server },
    user,
    files,
  }
}

const incomplete = (context: string, says: string): Trouble =>
  new Trouble('kubeconfig-incomplete', `the kubeconfig's context "${context}" leads nowhere: ${says}`, {
    hint: 'fetch the kubeconfig anew, or choose another context with --context',
  })

const shortList = (names: readonly string[]): string =>
  names.length <= 8 ? names.join(', ') : `${names.slice(0, 8).join(', ')} and ${names.length - 8} more`
