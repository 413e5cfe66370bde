/**
 * BIRD's configuration as settings of `bird`: bird.cfg, bird_aggr.cfg, bird_ipam.cfg, whole or in part.
 *
 * @see projectcalico/calico:node/filesystem/etc/calico/confd/templates/bird.cfg.template, bird:doc/bird.sgml
 */
import { hidden } from '#sources/formats/objects/flatten.ts'

export interface BirdSetting {
  /** `router id`, `protocol Mesh_10_0_0_2 neighbor`, `filter calico_kernel_programming`. */
  readonly name: string
  readonly value: string
  /** Index of its line. */
  readonly line: number
}

/** Whether a line can be one of BIRD's configuration and of nothing else. */
export const startsBirdConfig = (line: string): boolean =>
  /^\s*(?:router id [\d.]{7,15}\s*;|listen bgp\b[^;]{0,80};|local as \d{1,10}\s*;|neighbor [\da-fA-F.:]{2,45}(?: port \d{1,5})? as \d{1,10}\s*;|source address [\da-fA-F.:]{2,45}\s*;|password "[^"]{0,200}"\s*;|krt_tunnel\s*=|protocol (?:bgp|kernel|static|direct|device|bfd|pipe)\b[^{;]{0,120}\{|template bgp \w{1,80}\s*\{|(?:filter|function) \w{1,80}\s{0,4}(?:\(|\{|$)|include "bird\w{0,20}\.cfg";)/.test(
    line,
  )

/** Whether a line goes on with a configuration that was begun. */
export const goesOnAsBirdConfig = (line: string): boolean =>
  /[;{}]\s*(?:#.*)?$/.test(line) || /^\s*(?:#|$)/.test(line) || startsBirdConfig(line)

/** A stretch of lines that {@link startsBirdConfig} began. */
export function birdSettings(lines: readonly string[]): readonly BirdSetting[] {
  const found: BirdSetting[] = []
  let inside = ''
  let depth = 0
  /** A filter's `if`, until its block ends: only the whole says which prefix gets which tunnel. */
  let open: BirdSetting | undefined
  lines.forEach((line, at) => {
    const text = line.replace(/#.*$/, '').trim()
    const opened = /^(?<word>protocol|template|filter|function) (?<rest>[^{]{0,120})/.exec(text)?.groups
    const before = depth
    depth += text.split('{').length - text.split('}').length
    if (opened !== undefined) {
      inside = `${opened.word} ${nameOf(opened.word ?? '', opened.rest ?? '')}`.trim()
      depth = text.includes('}') ? 0 : 1
      open = undefined
    } else if (open !== undefined) {
      open = { ...open, value: `${open.value} ${text}`.slice(0, statementMax) }
    } else if (inside.startsWith('filter ') && depth > before) open = { name: inside, value: text, line: at }
    else found.push(...statement(text, inside).map((each) => ({ ...each, line: at })))
    if (open !== undefined && depth <= 1) {
      found.push(open)
      open = undefined
    }
    if (depth <= 0) inside = ''
  })
  return found
}

const statementMax = 300

/** `bgp Mesh_10_0_0_2 from bgp_template` is `Mesh_10_0_0_2`; a protocol without a name has its kind's. */
function nameOf(word: string, rest: string): string {
  const [first = '', second = ''] = rest.split(/[\s(]+/)
  return /^(?:protocol|template)$/.test(word) && /^\w+$/.test(second) && second !== 'from' ? second : first
}

function statement(text: string, inside: string): readonly Omit<BirdSetting, 'line'>[] {
  const within = (name: string): string => (inside === '' ? name : `${inside} ${name}`)
  const neighbor = /^neighbor (?<address>\S{2,45})(?: port (?<port>\d{1,5}))? as (?<as>\d{1,10})/.exec(
    text,
  )?.groups
  if (neighbor !== undefined)
    return [
      { name: within('neighbor'), value: neighbor.address ?? '' },
      { name: within('as'), value: neighbor.as ?? '' },
      ...(neighbor.port === undefined ? [] : [{ name: within('port'), value: neighbor.port }]),
    ]
  if (/^password\s/.test(text)) return [{ name: within('password'), value: hidden }]
  const global =
    /^(?<name>router id|local as|listen bgp(?: address \S{2,45})? port)\s+(?<value>[\w.:]{1,45})/.exec(
      text,
    )?.groups
  if (global !== undefined)
    return [{ name: (global.name ?? '').replace(/ address \S+/, ''), value: global.value ?? '' }]
  const own =
    /^(?<name>source address|multihop|route|import|export|ttl security|passive|rr client|rr cluster id|graceful restart time|next hop|krt_tunnel|persist|merge paths|interface)\b\s*=?\s*(?<value>[^;{]{0,200})/.exec(
      text,
    )?.groups
  if (own !== undefined && !inside.startsWith('f'))
    return [{ name: within(own.name ?? ''), value: (own.value ?? '').trim() || 'on' }]
  return inside.startsWith('filter ') && text.length > 1
    ? [{ name: inside, value: text.slice(0, statementMax) }]
    : []
}
