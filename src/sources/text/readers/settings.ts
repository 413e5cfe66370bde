import { clusterFlags } from '#sources/formats/cluster-flags.ts'
import { isKnownKey } from '#sources/formats/config-keys.ts'
import { setting } from '#sources/formats/objects/flatten.ts'
import { fragmentRows } from '#sources/formats/objects/fragments.ts'
import type { Told } from '#sources/formats/objects/told.ts'
import type { ReadRow } from '#sources/reading.ts'
import { place, type Reader, type Scope, type Source, type Taken } from '#sources/text/reader.ts'
import { withSentence } from '#sources/text/readers/with-sentence.ts'

/**
 * Single lines that say how something is configured: `encapsulation: VXLANCrossSubnet`, `limits.memory: 150Mi`,
 * `--cluster-cidr=10.244.0.0/16`. Parts of several lines are the objects' reader's; lines that tell of a change (`a -> b`) nobody's
 * here.
 */
export const settingsReader: Reader = {
  read(source, at, scope) {
    const text = source.lines[at]?.text ?? ''
    if (/ (?:->|=>|→) /.test(text)) return undefined
    const found = pair(text) ?? flags(text)
    if (found === undefined) return undefined
    return withSentence(taken(found.told, { source, at, scope }), { source, at, scope, rest: found.rest })
  },
}

interface Found {
  readonly told: readonly Told[]
  /** What stands behind it. */
  readonly rest: string
}

const line =
  /^\s*(?:[-*•]\s+)?["']?(?<key>[A-Za-z][\w./-]{1,100})["']?(?:\s?[:=]\s+|:(?=["\d])|=)(?<value>"[^"]{0,300}"|'[^']{0,300}'|\[[^\]]{0,300}\]|[^\s,;"'[{][^\s,;]{0,300}),?(?<rest>.*)$/

function pair(text: string): Found | undefined {
  const m = line.exec(text)?.groups
  if (m?.key === undefined || m.value === undefined) return undefined
  const { key, value, rest = '' } = m
  if (!isRemark(rest) && !isPlainValue(value)) return undefined
  const told = limitRows(key, value) ?? (isKnownKey(key) ? fragmentRows({ [key]: scalar(value) }) : [])
  return told.length === 0 ? undefined : { told, rest }
}

/** Nothing, a comment, a note in brackets: the value ends where it seems to. */
const isRemark = (rest: string): boolean => /^\s*(?:$|#|\/\/|\(|<-|--)/.test(rest)

/** A word that is a value and no start of a sentence. */
const isPlainValue = (value: string): boolean =>
  /^(?:["'[].*|true|false|\d[\w.:/%-]*|Always|Never|CrossSubnet|Enabled|Disabled|(?:VXLAN|IPIP)(?:CrossSubnet)?|None|BPF|Iptables|Nftables|NFT|Legacy|Auto|[\da-fA-F.:]{2,45}\/\d{1,3})$/.test(
    value,
  )

function scalar(value: string): unknown {
  const text = value.replace(/^(["'])(?<inside>.*)\1$/, '$<inside>')
  if (text !== value) return text
  if (/^(?:true|false)$/.test(text)) return text === 'true'
  if (/^\d{1,9}$/.test(text)) return Number(text)
  const items = /^\[(?<items>.*)\]$/.exec(text)?.groups?.items
  return items === undefined
    ? text
    : items.split(',').flatMap((item) => item.trim().replace(/^["']|["']$/g, '') || [])
}

/** `limits.memory: 150Mi`, `resources.requests.cpu: 250m`. */
function limitRows(key: string, value: string): readonly Told[] | undefined {
  const path = /^(?:resources\.)?(?<path>(?:limits|requests)\.(?:cpu|memory))$/.exec(key)?.groups?.path
  if (path === undefined) return undefined
  return [setting({ of: 'container', name: `resources.${path}`, value: String(scalar(value)) })]
}

const flags = (text: string): Found | undefined => {
  const told = text.includes('--') ? clusterFlags(text) : []
  return told.length === 0 ? undefined : { told, rest: '' }
}

function taken(
  told: readonly Told[],
  { source, at, scope }: { readonly source: Source; readonly at: number; readonly scope: Scope },
): Taken {
  const from = place(source, at, scope)
  // Row and relation come from one reader; the union does not follow a spread.
  const isOneOfSeveral =
    keyAt(source, at) === keyAt(source, at + 1) || keyAt(source, at) === keyAt(source, at - 1)
  const rows = told.map((one) => ({ ...named(one, scope, isOneOfSeveral), from }) as ReadRow)
  return {
    lines: 1,
    format: 'settings',
    rows,
    covered: [...new Set(rows.map(({ relation }) => relation))].map((relation) => ({
      relation,
      coverage: { kind: 'partial' },
    })),
  }
}

const keyAt = (source: Source, at: number): string | undefined =>
  line.exec(source.lines[at]?.text ?? '')?.groups?.key

/** A line alone does not name its node. Where lines of several stand together, their addresses tell them apart. */
function named(one: Told, { node }: Scope, isOneOfSeveral: boolean): Told {
  if (one.relation === 'nodes' && one.row.name === '' && node !== undefined)
    return { relation: 'nodes', row: { ...one.row, name: node } }
  if (one.relation === 'calicoNodes' && one.row.name === '' && isOneOfSeveral)
    return { relation: 'calicoNodes', row: { ...one.row, name: one.row.ipv4?.replace(/\/.*$/, '') ?? '' } }
  return one
}
