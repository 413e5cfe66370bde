import {
  type Block,
  type Found,
  isElision,
  isEmpty,
  type Lines,
  lineAt,
  nextFilled,
} from '#sources/formats/host-network/block.ts'

/** An IP set and the revision of its type, in which kernel and tool must agree. */
export interface IpSet {
  readonly name: string
  readonly type: string
  readonly revision?: number
}

/**
 * `ipset list`, with or without members (`-t`).
 *
 * @see netfilter/ipset:lib/session.c (list_create, list_adt)
 */
export function parseIpsets(lines: Lines, at: number): Block<IpSet> | undefined {
  const found: Found<IpSet>[] = []
  let next = at
  for (; lines(next) !== undefined; next++) {
    const line = lineAt(lines, next)
    const head = headAt(lines, isEmpty(line) && next > at ? nextFilled(lines, next) : next)
    if (head !== undefined) {
      found.push(head.found)
      next = head.last
    } else if (found.length === 0 || !(field.test(line) || member.test(line) || isElision(line))) break
  }
  return found.length === 0 ? undefined : { end: next, found }
}

function headAt(
  lines: Lines,
  at: number,
): { readonly found: Found<IpSet>; readonly last: number } | undefined {
  const name = /^\s{0,4}Name: (?<name>\S{1,31})$/.exec(lineAt(lines, at))?.groups?.name
  const type = /^\s{0,4}Type: (?<type>(?:hash|bitmap|list):[a-z,]{2,40})$/.exec(lineAt(lines, at + 1))?.groups
    ?.type
  if (name === undefined || type === undefined) return undefined
  const revision = /^\s{0,4}Revision: (?<revision>\d{1,3})$/.exec(lineAt(lines, at + 2))?.groups?.revision
  return {
    found: { at, row: { name, type, ...(revision !== undefined && { revision: Number(revision) }) } },
    last: revision === undefined ? at + 1 : at + 2,
  }
}

const field =
  /^\s{0,4}(?:Revision|Header|Size in memory|References|Number of entries|Members):(?: .{0,300})?$/
const member =
  /^\s{0,4}[\da-f][\da-f.:/,a-z-]{2,100}(?: (?:timeout|packets|bytes|comment|nomatch)\b.{0,200})?$/i
