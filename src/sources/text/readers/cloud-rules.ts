/** Rules of security groups, ACLs and routing tables, by the headers of the clouds' tools. */
import type { CloudRuleRow, WorkerRow } from '#cluster/relations.ts'
import type { Scope } from '#sources/text/reader.ts'
import type { Cells } from '#sources/text/readers/columns.ts'

export type CloudTold =
  | { readonly relation: 'workers'; readonly row: WorkerRow }
  | { readonly relation: 'cloudRules'; readonly row: CloudRuleRow }

/** One list, known by its header. */
export interface CloudKind {
  readonly format: string
  /** A header with all of these is its. */
  readonly columns: readonly string[]
  readonly wide?: readonly string[]
  readonly told: (cells: Cells, scope: Scope) => CloudTold | undefined
}

type RuleKind = CloudRuleRow['kind']

const rule =
  (kind: RuleKind) =>
  (cells: Cells, scope: Scope): CloudTold | undefined => {
    const direction = directionOf(cells.Direction)
    const protocol = protocolOf(cells)
    if (direction === undefined || protocol === undefined) return undefined
    const remote = remoteOf(cells, direction)
    const action = /^(?:allow|deny)/i.exec(cells.Action ?? cells.Access ?? '')?.[0].toLowerCase()
    const row: CloudRuleRow = {
      kind,
      group: groupOf(scope, cells),
      direction,
      action: action === 'deny' ? 'deny' : 'allow',
      protocol,
      ...portsOf(cells),
      ...(remote !== undefined && { remote }),
    }
    return { relation: 'cloudRules', row }
  }

const directionOf = (text = ''): CloudRuleRow['direction'] | undefined =>
  /^(?:in|ingress)/i.test(text) ? 'inbound' : /^(?:out|egress)/i.test(text) ? 'outbound' : undefined

const protocolOf = (cells: Cells): string | undefined => {
  const word = /^[\w*-]+/.exec(cells.Protocol ?? cells['IP Protocol'] ?? '')?.[0]
  if (word === undefined) return 'IP Protocol' in cells || 'IP Range' in cells ? 'all' : undefined
  return /^(?:\*|any|None|-1|icmp_tcp_udp)$/i.test(word) ? 'all' : word.toLowerCase()
}

/** `Ports:Min=22,Max=22`, `Min=30000, Max=32767`, `179:179`, `179-180`, `*`. */
function portsOf(cells: Cells): Pick<CloudRuleRow, 'portMin' | 'portMax'> {
  const text = [
    cells.Protocol,
    cells['Port Range'],
    cells.DestinationPortRanges,
    cells['Destination port'],
  ].join(' ')
  const m = /Min=(?<a>\d{1,5}),\s?Max=(?<b>\d{1,5})|(?:^|\s)(?<c>\d{1,5})(?:[:-](?<d>\d{1,5}))?(?:\s|$)/.exec(
    text,
  )?.groups
  const min = m?.a ?? m?.c
  return min === undefined ? {} : { portMin: Number(min), portMax: Number(m?.b ?? m?.d ?? min) }
}

function remoteOf(cells: Cells, direction: string): string | undefined {
  const far = direction === 'inbound' ? 'Source' : 'Destination'
  const text =
    cells.Remote ??
    cells[far] ??
    cells[`${far}AddressPrefixes`] ??
    cells['Remote Security Group'] ??
    cells['IP Range']
  return text === undefined || /^(?:None|-)$/.test(text) ? undefined : text
}

/** The table does not name the group; its command does. */
function groupOf({ command = '' }: Scope, cells: Cells): string {
  const named = cells['Security Group'] ?? cells.ResourceGroup
  if (named !== undefined) return named
  const words = command.split(/\s+/)
  const at = words.findIndex((word) => /-(?:rules|routes|table-routes)$|^list$/.test(word))
  const names = words.slice(at + 1).filter((word) => !word.startsWith('-'))
  return at < 0 ? '' : (names.at(-1) ?? '')
}

const routeRow = (cells: Cells, scope: Scope): CloudTold | undefined => {
  const action = /^(?:deliver|drop|delegate)/.exec(cells.Action ?? '')?.[0]
  if (cells.Destination === undefined || action === undefined) return undefined
  const row: CloudRuleRow = {
    kind: 'route',
    group: groupOf(scope, cells),
    action: action as 'deliver' | 'drop' | 'delegate', // the pattern admits nothing else
    destination: cells.Destination,
    ...(cells['Next hop'] !== undefined && cells['Next hop'] !== '-' && { nextHop: cells['Next hop'] }),
  }
  return { relation: 'cloudRules', row }
}

export const ruleKinds: readonly CloudKind[] = [
  { format: 'routes of a VPC', columns: ['Action', 'Destination', 'Next hop'], told: routeRow },
  {
    format: 'rules of a network ACL',
    columns: ['Action', 'Direction', 'Protocol', 'Source'],
    wide: ['Protocol'],
    told: rule('network-acl'),
  },
  {
    format: 'rules of a security group',
    columns: ['Direction', 'Protocol', 'Remote'],
    wide: ['Protocol'],
    told: rule('security-group'),
  },
  {
    format: 'rules of a security group',
    columns: ['Access', 'Protocol', 'Direction', 'DestinationPortRanges'],
    told: rule('security-group'),
  },
  {
    format: 'rules of a security group',
    columns: ['IP Protocol', 'IP Range', 'Port Range', 'Direction'],
    told: rule('security-group'),
  },
]
