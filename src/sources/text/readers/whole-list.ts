import type { RelationName } from '#cluster/relations.ts'
import type { ReadRow } from '#sources/reading.ts'
import { isBlank, isFence } from '#sources/text/lines.ts'
import { promptScope } from '#sources/text/prompt.ts'
import type { Scope, Source } from '#sources/text/reader.ts'

interface Lines {
  readonly source: Source
  readonly scope: Scope
  /** Index of the table's header. */
  readonly at: number
  /** Index behind its last row. */
  readonly end: number
}

/**
 * The relation of which a table lists everything: its command stands right above it, asked for all namespaces and nothing
 * less, and the table ends where output ends. Undefined where something may be missing.
 */
export function wholeList(lines: Lines, rows: readonly ReadRow[]): RelationName | undefined {
  if (!isUnderItsCommand(lines) || !endsAsOutput(lines)) return undefined
  const relation = relationOf(lines.scope.command ?? '')
  const own = rows.filter((read) => read.relation === relation)
  return own.length > 0 && own.every(saysEnough) ? relation : undefined
}

/** The relation of which a command asked for everything, and was told on the line below that there is nothing. */
export const emptyList = (source: Source, at: number, scope: Scope): RelationName | undefined => {
  const lines = { source, scope, at, end: at + 1 }
  return isUnderItsCommand(lines) && endsAsOutput(lines) ? relationOf(scope.command ?? '') : undefined
}

const isUnderItsCommand = ({ source, scope, at }: Lines): boolean =>
  scope.command !== undefined && promptScope(source.lines[at - 1]?.text ?? '')?.command === scope.command

function endsAsOutput({ source, end }: Lines): boolean {
  const next = source.lines[end]?.text
  return next === undefined || isBlank(next) || isFence(next) || promptScope(next) !== undefined
}

/** What a table leaves open, nobody may take for clear: why a node is not ready, on which node a pod is. */
function saysEnough(read: ReadRow): boolean {
  if (read.relation === 'nodes') return read.row.conditions.every(({ status }) => status === 'True')
  return read.relation !== 'pods' || read.row.node !== undefined || read.row.status === 'Pending'
}

function relationOf(command: string): RelationName | undefined {
  const words = command.replace(/^sudo /, '').split(/\s+/)
  const [program = '', verb = '', resource = '', ...rest] = words.filter((word) => !isHarmless(word))
  if (verb !== 'get' || /[|;&><]/.test(command)) return undefined
  if (program === 'calicoctl') return rest.length > 0 ? undefined : calicoctlLists.get(resource)
  if (!/^(?:kubectl|oc|k)$/.test(program)) return undefined
  const everywhere = rest.every((word) => /^(?:-A|--all-namespaces(?:=true)?)$/.test(word))
  const [relation, scope] = kubectlLists.get(plain(resource)) ?? []
  return everywhere && (scope === 'cluster' || rest.length > 0) ? relation : undefined
}

/** Options that change how it is printed, not what. */
const isHarmless = (word: string): boolean =>
  /^(?:-o|-owide|wide|-o=wide|--output=wide|--show-labels|--sort-by(?:=\S*)?|\{?\.[\w.{}]+)$/.test(word)

const plain = (resource: string): string =>
  resource.replace(
    /\.(?:crd\.projectcalico\.org|projectcalico\.org|apps|(?:apiregistration|certificates)\.k8s\.io)$/,
    '',
  )

type Scoped = readonly [relation: RelationName, scope: 'cluster' | 'namespaced']

const lists = (names: string, ...scoped: Scoped) => names.split(' ').map((name) => [name, scoped] as const)

const kubectlLists: ReadonlyMap<string, Scoped> = new Map([
  ...lists('nodes node no', 'nodes', 'cluster'),
  ...lists('pods pod po', 'pods', 'namespaced'),
  ...lists('daemonsets daemonset ds', 'daemonSets', 'namespaced'),
  ...lists('events event ev', 'events', 'namespaced'),
  ...lists('services service svc', 'services', 'namespaced'),
  ...lists('ippools ippool', 'ipPools', 'cluster'),
  ...lists('apiservices apiservice', 'apiServices', 'cluster'),
  ...lists('certificatesigningrequests certificatesigningrequest csr', 'signingRequests', 'cluster'),
  ...lists('bgppeers bgppeer', 'bgpPeers', 'cluster'),
])

const calicoctlLists: ReadonlyMap<string, RelationName> = new Map([
  ...['node', 'nodes'].map((name) => [name, 'calicoNodes'] as const),
  ...['ippool', 'ippools', 'pool', 'pools'].map((name) => [name, 'ipPools'] as const),
  ...['bgppeer', 'bgppeers'].map((name) => [name, 'bgpPeers'] as const),
])
