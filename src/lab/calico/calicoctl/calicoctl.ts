/**
 * `calicoctl` on a host, over the Kubernetes datastore: version, node status|checksystem|diags, get, create, apply, replace, delete, patch,
 * label, ipam show|check|release|configure.
 *
 * Not imitated: most validation of what is written, ipam split, convert, datastore migrate,
 * cluster diags, workload endpoints and profiles other than in tables; -o go-template, custom-columns, ps.
 *
 * @see projectcalico/calico:calicoctl/calicoctl/commands
 */
import { parse, parseAllDocuments, stringify } from 'yaml'
import { kubeClient } from '#lab/api/client.ts'
import { isObject } from '#lab/api/json.ts'
import type { KubeObject } from '#lab/api/objects.ts'
import { isKubeError, type Kube, KubeError, KubeUnreachable, resources } from '#lab/api/ports.ts'
import { checkSystem } from '#lab/calico/calicoctl/checksystem.ts'
import { diags } from '#lab/calico/calicoctl/diags.ts'
import { ipamCheck, ipamShow } from '#lab/calico/calicoctl/ipam.ts'
import { ipamConfigure, ipamRelease } from '#lab/calico/calicoctl/ipam-change.ts'
import { label } from '#lab/calico/calicoctl/label.ts'
import { nodeStatus } from '#lab/calico/calicoctl/node-status.ts'
import { Refusal } from '#lab/calico/calicoctl/refusal.ts'
import { type Kind, kindNamed, specOf, toV3 } from '#lab/calico/calicoctl/resources.ts'
import { readUsage } from '#lab/calico/calicoctl/usage.ts'
import { checkFields, faultOf, tierInUse } from '#lab/calico/calicoctl/validate.ts'
import { profiles, workloadEndpoints } from '#lab/calico/calicoctl/workloads.ts'
import { isErrno, type Process, type Program } from '#lab/host/ports.ts'
import { readAll } from '#lab/host/process/streams.ts'

/** The version of the binary on the nodes. */
const clientVersion = 'v3.29.3'

export const calicoctl: Program = async (p) => {
  try {
    const { words, help } = readUsage(p.argv.slice(1).filter((word) => word !== '--allow-version-mismatch'))
    if (help === undefined) return await perform(p, words)
    p.stdout.write(help)
    return 0
  } catch (error) {
    if (error instanceof Refusal) p.stderr.write(`${error.message}\n`)
    else if (error instanceof KubeUnreachable || error instanceof KubeError)
      p.stderr.write(`${error.message}\n`)
    else throw error
    return 1
  }
}

async function perform(p: Process, words: readonly string[]): Promise<number> {
  const [verb, what] = words
  switch (verb) {
    case 'version':
      return version(p)
    case 'node':
      if (what === 'status') return nodeStatus(p)
      if (what === 'checksystem') return checkSystem(p)
      if (what === 'diags') return diags(p, words.slice(2))
      throw new Refusal(`Invalid option: 'calicoctl node ${what ?? ''}'`)
    case 'get':
      return get(p, words.slice(1))
    case 'create':
    case 'apply':
    case 'replace':
    case 'delete':
      return write(p, verb, words.slice(1))
    case 'patch':
      return patch(p, words.slice(1))
    case 'label':
      return label(p, await datastore(p), {
        words: optionsOf(words.slice(1)).rest.concat(
          words.filter((word) => /^--(remove|overwrite)$/.test(word)),
        ),
        namespace: optionsOf(words).namespace,
      })
    case 'ipam':
      if (what === 'show') return ipamShow(p, await datastore(p), words.slice(2))
      if (what === 'check') return ipamCheck(p, await datastore(p), words.slice(2))
      if (what === 'release') return ipamRelease(p, await datastore(p), words.slice(2))
      if (what === 'configure') return ipamConfigure(p, await datastore(p), words.slice(2))
      throw new Refusal(`Invalid option: 'calicoctl ipam ${what ?? ''}'`)
    default:
      throw new Refusal(`Unknown command: "${verb ?? ''}"\n\nUse "calicoctl --help" to see the commands.`)
  }
}

/** By $KUBECONFIG, /etc/calico/calicoctl.cfg or ~/.kube/config, as the user of its current context. */
async function datastore(p: Process): Promise<Kube> {
  const path = p.env['KUBECONFIG'] ?? (await configured(p)) ?? `${p.env['HOME'] ?? '/root'}/.kube/config`
  let config: unknown
  try {
    config = parse(await p.files.read(path))
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new Refusal(
      'Failed to create Calico API client: invalid configuration: no configuration has been provided, try setting KUBERNETES_MASTER environment variable',
    )
  }
  const first = (list: unknown): unknown => (Array.isArray(list) ? list[0] : undefined)
  const part = (value: unknown, key: string): unknown => (isObject(value) ? value[key] : undefined)
  const server = part(part(first(part(config, 'clusters')), 'cluster'), 'server')
  const entry = first(part(config, 'users'))
  const token = part(part(entry, 'user'), 'token')
  const user = String(part(entry, 'name') ?? '')
  if (typeof server !== 'string')
    throw new Refusal('Failed to create Calico API client: invalid configuration: no server found')
  return kubeClient(p, {
    server: server.replace(/^https:\/\//, ''),
    ...(typeof token === 'string'
      ? { token }
      : { user, groups: user === 'kubernetes-admin' ? ['kubeadm:cluster-admins'] : [] }),
    timeoutMs: 30_000,
  })
}

async function configured(p: Process): Promise<string | undefined> {
  if (!(await p.files.exists('/etc/calico/calicoctl.cfg'))) return undefined
  return /kubeconfig:\s*"?([^"\s]+)/.exec(await p.files.read('/etc/calico/calicoctl.cfg'))?.[1]
}

async function version(p: Process): Promise<number> {
  p.stdout.write(`Client Version:    ${clientVersion}\nGit commit:        4d8b5c9e3\n`)
  try {
    const kube = await datastore(p)
    const info = await kube.get<KubeObject>({ type: resources.clusterInformations, name: 'default' })
    const spec = specOf(info)
    p.stdout.write(
      `Cluster Version:   ${spec['calicoVersion'] ?? 'unknown'}\nCluster Type:      ${spec['clusterType'] ?? 'unknown'}\n`,
    )
    return 0
  } catch (error) {
    if (!(error instanceof Refusal) && !(error instanceof KubeUnreachable) && !isKubeError(error)) throw error
    p.stderr.write(
      `Unable to retrieve Cluster Version or Type: ${error instanceof Error ? error.message : ''}\n`,
    )
    return 1
  }
}

interface Options {
  readonly output: string | undefined
  readonly file: string | undefined
  readonly namespace: string | undefined
  readonly allNamespaces: boolean
  readonly exportOnly: boolean
  readonly skipExists: boolean
  readonly patch: string | undefined
  readonly rest: readonly string[]
}

function optionsOf(words: readonly string[]): Options {
  const left = words.flatMap((word) =>
    /^--\w[\w-]*=/.test(word) ? word.split(/=(.*)/s).slice(0, 2) : [word],
  )
  const found = new Map<string, string>()
  const rest: string[] = []
  const short: Readonly<Record<string, string>> = {
    '-o': '--output',
    '-f': '--filename',
    '-n': '--namespace',
    '-p': '--patch',
    '-c': '--config',
    '-a': '--all-namespaces',
    '-A': '--all-namespaces',
  }
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    const [, letter, attached] = /^(-[ofnpc])(.+)$/.exec(word) ?? []
    const name = short[letter ?? word] ?? word
    if (attached !== undefined) found.set(name, attached)
    else if (['--output', '--filename', '--namespace', '--patch', '--config', '--type'].includes(name))
      found.set(name, left.shift() ?? '')
    else if (name.startsWith('--')) found.set(name, '')
    else rest.push(word)
  }
  return {
    output: found.get('--output'),
    file: found.get('--filename'),
    namespace: found.get('--namespace'),
    allNamespaces: found.has('--all-namespaces'),
    exportOnly: found.has('--export'),
    skipExists: found.has('--skip-exists') || found.has('--skip-not-exists'),
    patch: found.get('--patch'),
    rest,
  }
}

function known(name: string | undefined): Kind {
  const kind = name === undefined ? undefined : kindNamed(name)
  if (kind !== undefined) return kind
  throw new Refusal(`Failed to get resources: resource type '${name ?? ''}' is not supported`)
}

async function get(p: Process, words: readonly string[]): Promise<number> {
  const o = optionsOf(words)
  const [named, ...names] = o.rest
  if (named !== undefined && /^nodes?$|^no$/.test(named)) return getNodes(p, o, names)
  const rows = named === undefined ? undefined : await tableOf(p, named, o)
  if (rows !== undefined) {
    p.stdout.write(`${tabbed(rows)}\n`)
    return 0
  }
  const kind = known(named)
  const kube = await datastore(p)
  const items =
    names.length === 0
      ? await listed(kube, kind, o)
      : await Promise.all(names.map((name) => one(kube, kind, o, name)))
  if (o.output === 'yaml' || o.output === 'json')
    p.stdout.write(
      documents(
        kind.kind,
        items.map((item) => toV3(kind, item)),
        o,
        names.length === 1,
      ),
    )
  else {
    const columns = o.output === 'wide' ? kind.wide : kind.columns
    const withNamespace = kind.namespaced && o.allNamespaces
    const rows = items.map((item) => [
      ...(withNamespace ? [item.metadata.namespace ?? ''] : []),
      item.metadata.name,
      ...columns.map(([, cell]) => cell(specOf(item))),
    ])
    p.stdout.write(
      `${tabbed([[...(withNamespace ? ['NAMESPACE'] : []), 'NAME', ...columns.map(([head]) => head)], ...rows])}\n`,
    )
  }
  return 0
}

/** What calicoctl makes of Kubernetes' own objects; undefined for what Calico stores. */
async function tableOf(p: Process, named: string, o: Options): Promise<readonly string[][] | undefined> {
  const wide = o.output === 'wide'
  if (/^profiles?$/i.test(named)) return profiles(await datastore(p), { wide })
  if (!/^(workloadendpoints?|weps?)$/i.test(named)) return undefined
  const namespace = o.allNamespaces ? undefined : (o.namespace ?? 'default')
  return workloadEndpoints(await datastore(p), { wide, namespace })
}

async function listed(kube: Kube, kind: Kind, o: Options): Promise<readonly KubeObject[]> {
  const scope = kind.namespaced && !o.allNamespaces ? { namespace: o.namespace ?? 'default' } : {}
  const { items } = await kube.list<KubeObject>({ type: kind.type, ...scope })
  return items.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
}

async function one(kube: Kube, kind: Kind, o: Options, name: string): Promise<KubeObject> {
  try {
    return await kube.get<KubeObject>({
      type: kind.type,
      name,
      ...(kind.namespaced ? { namespace: o.namespace ?? 'default' } : {}),
    })
  } catch (error) {
    if (!isKubeError(error, 'NotFound')) throw error
    throw new Refusal(
      `Failed to get resources: resource does not exist: ${kind.kind}(${name}) with error: ${error.message}`,
    )
  }
}

/** Nodes are Kubernetes' with Calico's annotations. */
async function getNodes(p: Process, o: Options, names: readonly string[]): Promise<number> {
  const { items } = await (await datastore(p)).list<KubeObject>({ type: resources.nodes })
  const nodes = items.filter(({ metadata }) => names.length === 0 || names.includes(metadata.name))
  const note = ({ metadata }: KubeObject, key: string): string =>
    metadata.annotations?.[`projectcalico.org/${key}`] ?? ''
  if (o.output === 'yaml' || o.output === 'json') {
    const v3 = nodes.map((node) => ({
      apiVersion: 'projectcalico.org/v3',
      kind: 'Node',
      metadata: { ...node.metadata, managedFields: undefined },
      spec: {
        ...(note(node, 'IPv4Address') === ''
          ? {}
          : {
              addresses: [{ address: note(node, 'IPv4Address'), type: 'CalicoNodeIP' }],
              bgp: {
                ipv4Address: note(node, 'IPv4Address'),
                ...(note(node, 'IPv4IPIPTunnelAddr') === ''
                  ? {}
                  : { ipv4IPIPTunnelAddr: note(node, 'IPv4IPIPTunnelAddr') }),
              },
            }),
        orchRefs: [{ nodeName: node.metadata.name, orchestrator: 'k8s' }],
      },
    }))
    p.stdout.write(
      documents('Node', JSON.parse(JSON.stringify(v3)) as Record<string, unknown>[], o, names.length === 1),
    ) // plain JSON of the line above
    return 0
  }
  const wide = o.output === 'wide'
  const rows = nodes.map((node) => [
    node.metadata.name,
    ...(wide
      ? [note(node, 'ASNumber') || '(64512)', note(node, 'IPv4Address'), note(node, 'IPv6Address')]
      : []),
  ])
  p.stdout.write(`${tabbed([['NAME', ...(wide ? ['ASN', 'IPV4', 'IPV6'] : [])], ...rows])}\n`)
  return 0
}

function documents(
  kind: string,
  items: readonly Record<string, unknown>[],
  o: Options,
  single: boolean,
): string {
  const shown = o.exportOnly ? items.map(exported) : items
  const value = single
    ? shown[0]
    : { apiVersion: 'projectcalico.org/v3', kind: `${kind}List`, metadata: {}, items: shown }
  return o.output === 'json'
    ? `${JSON.stringify(value, undefined, 2)}\n`
    : stringify(value, { sortMapEntries: true, lineWidth: 0, indentSeq: false })
}

/** Without what belongs to one cluster only. */
function exported(item: Record<string, unknown>): Record<string, unknown> {
  const metadata = isObject(item['metadata']) ? item['metadata'] : {}
  const { uid: _, resourceVersion: __, creationTimestamp: ___, ...kept } = metadata
  return { ...item, metadata: { ...kept, creationTimestamp: null } }
}

/** Go's tabwriter with a padding of three: every cell is followed by spaces, the last one too. */
function tabbed(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(5, ...rows.map((row) => (row[at]?.length ?? 0) + 3)))
  return rows.map((row) => `${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('')}\n`).join('')
}

const done: Readonly<Record<string, string>> = {
  create: 'created',
  apply: 'applied',
  replace: 'replaced',
  delete: 'deleted',
}

async function write(
  p: Process,
  verb: 'create' | 'apply' | 'replace' | 'delete',
  words: readonly string[],
): Promise<number> {
  const o = optionsOf(words)
  const kube = await datastore(p)
  const objects = o.file === undefined ? fromWords(o) : await fromFile(p, o.file)
  const handled = new Set<string>()
  for (const object of objects) {
    const kind = known(String(object['kind']))
    const metadata = isObject(object['metadata']) ? object['metadata'] : {}
    const name = String(metadata['name'] ?? '')
    const fault = await faultIn(kube, { verb, kind, name }, object)
    if (fault !== undefined) throw new Refusal(`Failed to ${verb} '${kind.kind}' resource: [${fault}]`)
    const ref = {
      type: kind.type,
      name,
      ...(kind.namespaced ? { namespace: String(metadata['namespace'] ?? o.namespace ?? 'default') } : {}),
    }
    const body = {
      ...object,
      apiVersion: 'crd.projectcalico.org/v1',
      kind: kind.kind,
      metadata: { ...metadata, ...(ref.namespace === undefined ? {} : { namespace: ref.namespace }) },
    } as unknown as KubeObject // what a person wrote: the server judges it
    try {
      if (verb === 'delete') await kube.delete(ref)
      else await put(kube, { verb, ref, body })
    } catch (error) {
      if (o.skipExists && isKubeError(error)) continue
      if (!isKubeError(error)) throw error
      const reason = reasonOf(error, `${kind.kind}(${name})`)
      throw new Refusal(`Failed to ${verb} '${kind.kind}' resource: [${reason}]`)
    }
    handled.add(kind.kind)
  }
  // Resources of one kind are told by it, those of several by their number alone.
  const [only, ...more] = handled
  const kinds = only === undefined || more.length > 0 ? '' : `'${only}' `
  p.stdout.write(`Successfully ${done[verb]} ${objects.length} ${kinds}resource(s)\n`)
  return 0
}

async function faultIn(
  kube: Kube,
  { verb, kind, name }: { readonly verb: string; readonly kind: Kind; readonly name: string },
  object: Readonly<Record<string, unknown>>,
): Promise<string | undefined> {
  if (verb === 'delete') return kind.kind === 'Tier' ? tierInUse(kube, name) : undefined
  await checkFields(kube, kind, object)
  return faultOf(kube, kind, object)
}

function reasonOf({ reason, message }: KubeError, resource: string): string {
  if (reason === 'AlreadyExists') return `resource already exists: ${resource} with error: ${message}`
  return reason === 'NotFound' ? `resource does not exist: ${resource} with error: ${message}` : message
}

async function put(
  kube: Kube,
  {
    verb,
    ref,
    body,
  }: {
    readonly verb: 'create' | 'apply' | 'replace'
    readonly ref: Parameters<Kube['get']>[0]
    readonly body: KubeObject
  },
): Promise<void> {
  if (verb === 'create') return void (await kube.create(ref.type, body))
  try {
    const before = await kube.get<KubeObject>(ref)
    const { resourceVersion, uid, creationTimestamp } = before.metadata
    const metadata = {
      ...body.metadata,
      resourceVersion: resourceVersion ?? '',
      uid: uid ?? '',
      creationTimestamp: creationTimestamp ?? '',
    }
    await kube.update(ref.type, { ...body, metadata } as KubeObject) // the same object with what the server gave it
  } catch (error) {
    if (verb === 'replace' || !isKubeError(error, 'NotFound')) throw error
    await kube.create(ref.type, body)
  }
}

const fromWords = (o: Options): readonly Record<string, unknown>[] => {
  const [kind, ...names] = o.rest
  if (names.length === 0) throw new Refusal('Failed to execute command: resource name must be specified')
  return names.map((name) => ({ kind: known(kind).kind, metadata: { name } }))
}

async function fromFile(p: Process, path: string): Promise<readonly Record<string, unknown>[]> {
  try {
    const text = path === '-' ? await readAll(p) : await p.files.read(path)
    return parseAllDocuments(text)
      .map((document): unknown => document.toJS())
      .filter(isObject)
      .flatMap((object) => (Array.isArray(object['items']) ? object['items'].filter(isObject) : [object]))
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new Refusal(`Failed to execute command: open ${path}: ${error.message.toLowerCase()}`)
  }
}

async function patch(p: Process, words: readonly string[]): Promise<number> {
  const o = optionsOf(words)
  const [named, name = ''] = o.rest
  const kind = known(named)
  const kube = await datastore(p)
  const body: unknown = parse(o.patch ?? '{}')
  await one(kube, kind, o, name)
  await kube.patch(
    { type: kind.type, name, ...(kind.namespaced ? { namespace: o.namespace ?? 'default' } : {}) },
    { type: 'merge', body },
  )
  p.stdout.write(`Successfully patched 1 '${kind.kind}' resource\n`)
  return 0
}
