import type { Provenance } from '#cluster/facts.ts'
import { hidden } from '#sources/formats/objects/flatten.ts'
import type { Told } from '#sources/formats/objects/told.ts'
import type { TextLine } from '#sources/text/lines.ts'
import { place, type Scope, type Source } from '#sources/text/reader.ts'

interface Block {
  readonly source: Source
  /** Index of its first line. */
  readonly at: number
  readonly lines: readonly TextLine[]
  readonly scope: Scope
  readonly from: Provenance
}

/** Where in an object each row is told: the line with the field that decided it, else the object's first line. */
export function quotes(block: Block): (told: Told) => Provenance {
  const { source, at, lines, scope, from } = block
  let index: ReadonlyMap<string, readonly number[]> | undefined
  return (told) => {
    if (lines.length > linesMax) return from
    index ??= linesOfKeys(lines)
    for (const [key, value] of tellingFields(told)) {
      const found = index.get(key)?.find((line) => (lines[line]?.text ?? '').includes(value))
      if (found !== undefined) return place(source, at + found, scope, quoteOf(block, found, value))
    }
    const value = told.relation === 'settings' && lines.length <= shortMax ? told.row.value : ''
    const found =
      value.length < 2 || value === hidden ? -1 : lines.findIndex(({ text }) => text.includes(value))
    return found < 0 ? from : place(source, at + found, scope)
  }
}

/** In so few lines a value alone is found as well. */
const shortMax = 60

/** Of longer listings the first line is enough; nobody pastes them to show one field. */
const linesMax = 5000

function linesOfKeys(lines: readonly TextLine[]): ReadonlyMap<string, readonly number[]> {
  const index = new Map<string, number[]>()
  lines.forEach(({ text }, line) => {
    const m = /^\s*(?:- )?["']?(?<key>[\w./-]{1,120})["']?\s*:(?:\s+["']?(?<value>[\w.-]{1,120}))?/.exec(
      text,
    )?.groups
    // An environment variable is found by its name, which is a value.
    const inner =
      text.length > 400
        ? []
        : [...text.matchAll(/"(?<key>[\w./-]{1,120})"\s*:/g)].map(({ groups }) => groups?.key ?? '')
    for (const key of new Set([m?.key ?? '', m?.key === 'name' ? `name: ${m.value ?? ''}` : '', ...inner]))
      if (key !== '') index.set(key, [...(index.get(key) ?? []), line].slice(0, sameMax))
  })
  return index
}

const sameMax = 50

/** Fields of a row, most telling first, with what their line must hold. */
function tellingFields(told: Told): readonly (readonly [string, string])[] {
  switch (told.relation) {
    case 'settings': {
      const { name, value } = told.row
      const leaf = name.replace(/^.*\.(?=[^.]+$)/, '')
      if (value === hidden) return []
      return [
        [`name: ${name}`, ''],
        [name, value],
        [leaf, value],
        [leaf, ''],
      ]
    }
    case 'versions': {
      const { of, version } = told.row
      return [
        ['image', `${of.replace(/^.*[/-]/, '')}:${version}`],
        ...['calicoVersion', 'kernelVersion', 'kubeletVersion', 'osImage', 'containerRuntimeVersion'].map(
          (key) => [key, version] as const,
        ),
      ]
    }
    case 'ipPools':
      return [
        ['vxlanMode', ''],
        ['ipipMode', ''],
        ['cidr', told.row.cidr],
      ]
    case 'bgpPeers':
      return [
        ['peerIP', told.row.peerIp ?? ''],
        ['secretKeyRef', ''],
      ]
    case 'calicoNodes':
      return [
        ['ipv4Address', told.row.ipv4 ?? ''],
        ['ipv4IPIPTunnelAddr', ''],
      ]
    case 'ipamBlocks':
      return [
        ['affinity', told.row.node ?? ''],
        ['cidr', told.row.cidr],
      ]
    case 'apiServices':
      return [
        ['message', ''],
        ['reason', ''],
      ]
    case 'nodes':
      return [['projectcalico.org/IPv4Address', told.row.calicoIpv4 ?? '']]
    default:
      return []
  }
}

/** A variable's value stands in the line below its name. */
function quoteOf({ lines }: Block, found: number, value: string): { readonly quote?: string } {
  const [text = '', below = ''] = [lines[found]?.text, lines[found + 1]?.text]
  return value === '' && /^\s*- name:/.test(text) && /^\s*value(?:From)?:/.test(below)
    ? { quote: `${text.trim()} ${below.trim()}` }
    : {}
}
