import type { SettingRow, WorkerRow } from '#cluster/relations.ts'
import type { ReadRow } from '#sources/reading.ts'
import { isBlank } from '#sources/text/lines.ts'
import { place, type Reader, type Scope, type Source, type Taken } from '#sources/text/reader.ts'

/**
 * What a cloud says in `Key: value` lines and single sentences: one worker, one cluster, and the switches that decide
 * whether the nodes' subnets reach each other.
 *
 * @see https://cloud.ibm.com/docs/containers?topic=containers-kubernetes-service-cli (worker get, cluster get, vlan spanning get)
 */
export const cloudFieldsReader: Reader = {
  read(source, at, scope) {
    return workerOf(source, at, scope) ?? clusterOf(source, at, scope) ?? switchOf(source, at, scope)
  },
}

type Fields = ReadonlyMap<string, string>

const fieldLine = /^(?<key>[A-Z][A-Za-z -]{1,40}):(?:\s+(?<value>\S.*))?$/

function fieldsFrom(source: Source, at: number): { readonly fields: Fields; readonly lines: number } {
  const fields = new Map<string, string>()
  let next = at
  for (; next < source.lines.length; next++) {
    const text = source.lines[next]?.text ?? ''
    const m = fieldLine.exec(text)?.groups
    if (m?.key === undefined && !(isBlank(text) && isField(source.lines[next + 1]?.text ?? ''))) break
    // The next object.
    if (next > at && (m?.key === 'ID' ? fields.has('ID') : m?.key === 'Name' && fields.has('Name'))) break
    if (m?.key !== undefined && !fields.has(m.key)) fields.set(m.key, m.value?.trim() ?? '')
  }
  return { fields, lines: next - at }
}

/** cluster get puts a blank line between its parts; what follows must be aligned like a field, not a sentence with a colon. */
const isField = (line: string): boolean => fieldLine.test(line) && /:\s{2,}\S/.test(line)

function workerOf(source: Source, at: number, scope: Scope): Taken | undefined {
  const id = /^ID:\s+(?<id>kube-[\w-]{3,200})$/.exec(source.lines[at]?.text ?? '')?.groups?.id
  if (id === undefined) return undefined
  const { fields, lines } = fieldsFrom(source, at)
  const state = fields.get('State')
  if (state === undefined) return undefined
  const row: WorkerRow = {
    id,
    state,
    ...text('node', fields.get('Private IP') ?? fields.get('Primary IP')),
    ...text('status', fields.get('Status')),
    ...text('pool', fields.get('Pool Name') ?? fields.get('Worker Pool Name')),
    ...text('zone', fields.get('Zone')),
    ...text('vlan', fields.get('Private VLAN') ?? fields.get('Subnet ID')),
    ...text('version', fields.get('Version')),
  }
  const from = place(source, at, scope)
  return taken('ibmcloud ks worker get', lines, [{ relation: 'workers', row, from }])
}

const text = <Key extends string>(key: Key, value: string | undefined): { readonly [key in Key]?: string } =>
  value === undefined || value === '' || value === '-'
    ? {}
    : ({ [key]: value } as { readonly [key in Key]: string }) // one key, one value

const taken = (format: string, lines: number, rows: readonly ReadRow[]): Taken => ({
  lines,
  format,
  rows,
  covered: [...new Set(rows.map(({ relation }) => relation))].map((relation) => ({
    relation,
    coverage: { kind: 'partial' },
  })),
})

const clusterFields: ReadonlyMap<string, string> = new Map(
  [
    'State',
    'Status',
    'Master Status',
    'Master State',
    'Master Health',
    'Pod Subnet',
    'Service Subnet',
    'Version',
    'VRF Enabled',
    'Service Endpoint Enabled',
    'Private Service Endpoint URL',
  ].map((key) => [key, key.toLowerCase().replaceAll(' ', '-').replace('-enabled', '')]),
)

function clusterOf(source: Source, at: number, scope: Scope): Taken | undefined {
  if (!/^(?:Name|Account Name|Account ID):\s/.test(source.lines[at]?.text ?? '')) return undefined
  const { fields, lines } = fieldsFrom(source, at)
  if (!['Master Status', 'Master URL', 'VRF Enabled'].some((key) => fields.has(key))) return undefined
  const from = place(source, at, scope)
  const name = fields.get('Name') ?? ''
  const rows = [...fields].flatMap(([key, value]): readonly ReadRow[] => {
    const setting = clusterFields.get(key)
    if (setting === undefined || value === '') return []
    const row: SettingRow = { of: 'cloud', in: name, name: setting, value }
    return [{ relation: 'settings', row, from }]
  })
  return taken('ibmcloud ks cluster get', lines, rows)
}

/** `VLAN spanning … disabled`, `"SourceDestCheck": true`, `port_security_enabled | False`, on one line or over two. */
function switchOf(source: Source, at: number, scope: Scope): Taken | undefined {
  const first = source.lines[at]?.text ?? ''
  for (const { name, pattern } of switches) {
    const m = pattern.exec(first)?.groups
    if (m === undefined) continue
    const below = source.lines[at + 1]?.text.trim() ?? ''
    const isBelow = m.value === undefined && onOrOff.test(below)
    const value = isBelow ? below : m.value
    if (value === undefined) continue
    const row: SettingRow = { of: 'cloud', name, value: value.toLowerCase() }
    const from = place(source, at, scope)
    return taken('a cloud’s setting', isBelow ? 2 : 1, [{ relation: 'settings', row, from }])
  }
  return undefined
}

const onOrOff = /^(?:enabled|disabled|true|false|on|off)$/i
const value = '(?<value>[Ee]nabled|[Dd]isabled|[Tt]rue|[Ff]alse|on|off)'

const switches: readonly { readonly name: string; readonly pattern: RegExp }[] = [
  {
    name: 'vlan-spanning',
    pattern: new RegExp(
      `^\\s*"?(?:[Vv][Ll][Aa][Nn][ _-]?[Ss]panning)\\b"?(?:\\s*[:=|]?\\s*|\\s[\\w ,'"-]{0,60}?\\bis (?:currently )?)(?:${value})?(?: (?:for|in|on) [\\w' -]{2,80})?[.",]{0,2}\\s*\\|?$`,
    ),
  },
  { name: 'vrf', pattern: new RegExp(`^\\s*"?VRF Enabled"?:\\s+${value}$`) },
  {
    name: 'src-dst-check',
    pattern: new RegExp(
      `^[\\s|"-]{0,20}(?:SourceDestCheck|source_dest_check|source/dest(?:ination)? check(?:ing)?)"?\\s*[:=|]\\s*(?:\\{?\\s*"?Value"?\\s*:\\s*)?"?${value}"?[\\s,}|]*$`,
      'i',
    ),
  },
  {
    name: 'port-security',
    pattern: new RegExp(`^[\\s|"-]{0,20}port_security_enabled"?\\s*[:=|]\\s*"?${value}"?[\\s,|]*$`),
  },
  {
    name: 'allowed-address-pairs',
    pattern: /^[\s|"-]{0,20}allowed_address_pairs"?\s*[:=|]\s*(?<value>\S.{0,1000}?)?[\s,|]*$/,
  },
  {
    name: 'ip-forwarding',
    pattern: new RegExp(
      `^[\\s|"-]{0,20}(?:canIpForward|enableI[pP]Forwarding)"?\\s*[:=|]\\s*"?${value}"?[\\s,|]*$`,
    ),
  },
]
