import type { IpamBlockRow } from '#cluster/relations.ts'
import type { ReadRow } from '#sources/reading.ts'
import { messageRows } from '#sources/text/message-rows.ts'
import { place, type Reader, type Scope, type Source, type Taken } from '#sources/text/reader.ts'
import { boxFrom, isFrame } from '#sources/text/readers/boxes.ts'

/**
 * `calicoctl ipam show` with its blocks, borrowed addresses or configuration; in its frame, without it, or single rows.
 *
 * @see projectcalico/calico:calicoctl/calicoctl/commands/ipam/show.go
 */
export const ipamReader: Reader = {
  read(source, at, scope) {
    const text = source.lines[at]?.text ?? ''
    const first = isFrame(text) ? (source.lines[at + 1]?.text ?? '') : text
    if (plainRow.test(text)) return plainRows(source, at, scope)
    if (!/^\s*\|/.test(first) || !isOfIpam(first)) return undefined
    const box = boxFrom(source, at)
    const rows = box.rows.flatMap(({ at: line, cells }) => rowOf(cells, source, line, scope))
    return taken(box.lines, rows)
  },
}

const isOfIpam = (line: string): boolean =>
  /^\s*\|\s*(?:GROUPING\s*\||PROPERTY\s*\|\s*VALUE\b|IP\s*\|\s*BORROWING-NODE\b|(?:IP Pool|Block)\s*\|\s*[\da-fA-F.:]{2,45}\/\d|(?:StrictAffinity|AutoAllocateBlocks|MaxBlocksPerHost)\s*\|)/.test(
    line,
  )

const taken = (lines: number, rows: readonly ReadRow[]): Taken => ({
  lines,
  format: 'calicoctl ipam show',
  rows,
  covered: [...new Set(rows.map(({ relation }) => relation))].map((relation) => ({
    relation,
    coverage: { kind: 'partial' },
  })),
})

function rowOf(cells: readonly string[], source: Source, at: number, scope: Scope): readonly ReadRow[] {
  const [first = '', second = ''] = cells
  const from = place(source, at, scope)
  if (first === 'IP Pool' || first === 'Block') {
    const row = usageRow(first, second, cells.slice(2))
    return row === undefined ? [] : [{ relation: 'ipamBlocks', row, from }]
  }
  if (!/^[A-Z][a-z][A-Za-z]{3,40}$/.test(first) || cells.length !== 2) return []
  // Go's names of the fields; the resource spells them with a small letter.
  const name = first[0]?.toLowerCase() + first.slice(1)
  return [{ relation: 'settings', row: { of: 'IPAMConfig', in: 'default', name, value: second }, from }]
}

function usageRow(
  kind: 'IP Pool' | 'Block',
  cidr: string,
  counts: readonly string[],
): IpamBlockRow | undefined {
  if (!/^[\da-fA-F.:]{2,45}\/\d{1,3}$/.test(cidr)) return undefined
  const [total, used] = counts.map(countOf)
  return {
    kind: kind === 'Block' ? 'block' : 'pool',
    cidr,
    ...(total !== undefined && { total }),
    ...(used !== undefined && { used }),
  }
}

/** `64`, `2 (3%)`, and `1.6384e+07` of large ranges. */
function countOf(cell: string): number | undefined {
  const number = /^\d[\d.]{0,20}(?:e\+\d{1,3})?/.exec(cell)?.[0]
  return number === undefined ? undefined : Number(number)
}

/** Its rows where somebody took the bars away. */
const plainRow =
  /^\s*(?<kind>IP Pool|Block)\s+(?<cidr>[\da-fA-F.:]{2,45}\/\d{1,3})\s+(?<total>\d\S{0,20})\s+(?<used>\d\S{0,20} \(\S{1,6}%\))/

function plainRows(source: Source, at: number, scope: Scope): Taken {
  const rows: ReadRow[] = []
  let next = at
  for (; next < source.lines.length; next++) {
    const m = plainRow.exec(source.lines[next]?.text ?? '')?.groups
    if (m === undefined) break
    const kind = m.kind === 'Block' ? 'Block' : 'IP Pool'
    const row = usageRow(kind, m.cidr ?? '', [m.total ?? '', m.used ?? ''])
    if (row !== undefined) rows.push({ relation: 'ipamBlocks', row, from: place(source, next, scope) })
  }
  return taken(next - at, rows)
}

/**
 * `calicoctl ipam check`: whose the blocks are, and what does not add up.
 *
 * @see projectcalico/calico:calicoctl/calicoctl/commands/ipam/check.go
 */
export const ipamCheckReader: Reader = {
  read(source, at, scope) {
    const first = source.lines[at]?.text ?? ''
    if (!isCheckLine(first) || isRange(first)) return undefined
    const rows: ReadRow[] = []
    let next = at
    for (; next < source.lines.length; next++) {
      const text = source.lines[next]?.text ?? ''
      if (!isCheckLine(text) && !(text.trim() === '' && isCheckLine(source.lines[next + 1]?.text ?? '')))
        break
      rows.push(...checkRows(text, source, next, scope))
    }
    const relations = new Set(rows.map(({ relation }) => relation))
    return {
      lines: next - at,
      format: 'calicoctl ipam check',
      rows,
      covered: [...relations].map((relation) => ({ relation, coverage: { kind: 'partial' } })),
    }
  },
}

/** A pool alone on its line may be anybody's. */
const isRange = (line: string): boolean => /^\s*[\da-fA-F.:]{4,45}\/\d{1,3}$/.test(line)

const isCheckLine = (line: string): boolean =>
  /^\s*(?:Checking IPAM for inconsistencies|Loading all (?:IPAM|nodes|workload|handles|service)|Found \d+ (?:IPAM blocks|active IP pools|node tunnel IPs|service load|workload IPs|IPs that are allocated|in-use IPs|handles |invalid IPAMBlocks)|IPAM block(?:s record)? |Workloads and nodes are using|Looking for top |Node with most allocations|Scanning for IP|Validating IPAMBlock|Check complete; found|[\w.-]{1,253} has \d+ allocations$|[\da-f.:]{3,45} (?:leaked; attrs|has multiple owners|in use by )|[\da-fA-F.:]{4,45}\/\d{1,3}$)/.test(
    line,
  )

function checkRows(text: string, source: Source, at: number, scope: Scope): readonly ReadRow[] {
  const from = place(source, at, scope)
  const m = /^\s*IPAM block (?<cidr>[\da-fA-F.:]{2,45}\/\d{1,3}) affinity=(?<affinity>\S{1,300}?):?$/.exec(
    text,
  )?.groups
  if (m?.cidr === undefined) return messageRows(text, {}, from)
  const node = m.affinity === '<none>' ? null : /^host:(.+)$/.exec(m.affinity ?? '')?.[1]
  const row = { kind: 'block', cidr: m.cidr, ...(node !== undefined && { node }) } as const
  return [{ relation: 'ipamBlocks', row, from }]
}
