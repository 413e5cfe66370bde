/** `encapsulation: IPIP -> VXLAN`, `MTU from 1500 to 1400`: a setting before and after. */
import { type Act, actOfSetting } from '#sources/text/readers/sentences/setting-acts.ts'

/** The change of a setting that a line tells, and the words around it; undefined where arrows mean something else. */
export function changeIn(text: string): { readonly act: Act; readonly rest: string } | undefined {
  const start = text.slice(0, lineMax)
  const m = hasArrow(start)
    ? arrow.exec(start)?.groups
    : start.includes('from ')
      ? fromTo.exec(start)?.groups
      : undefined
  if (m?.before === undefined || m.after === undefined) return undefined
  const [before, after] = [bare(m.before), bare(m.after)]
  if (before === '' || after === '') return undefined
  const left = m.left ?? ''
  const act = actOfSetting({ name: nameIn(left), before, after })
  return act === undefined ? undefined : { act, rest: `${left} ${m.rest ?? ''}` }
}

const hasArrow = (text: string): boolean => /->|=>|[→➜⇒]/.test(text)

/** `added FELIX_X=true`, `with IP_AUTODETECTION_METHOD set to can-reach=10.0.0.1`: what was set, by its variable's name. */
export function settingSaid(text: string): Act | undefined {
  const m = text.includes('_') ? variable.exec(text.slice(0, lineMax))?.groups : undefined
  if (m?.name === undefined || m.value === undefined) return undefined
  const isSet = /\b(?:set|setting|add|added|adding|with|using|export(?:ed|ing)?|chang(?:ed|ing))\b/i.test(
    text,
  )
  return isSet ? actOfSetting({ name: m.name, after: bare(m.value) }) : undefined
}

const variable =
  /\b(?<name>[A-Z][A-Z0-9]{1,30}_[A-Z0-9_]{2,60})\b["'`]?(?:\s?[=:]\s?| (?:was )?(?:set )?to )(?<value>["'`]?[\w./=*|,^$-]{1,120}["'`]?)/

const lineMax = 400

/** Names of settings and values; no path, no address with a port, no hexadecimal sum. */
const value = '["\'`]?[A-Za-z0-9][\\w.=^$*|,+-]{0,80}(?: ?[MG]i?B)?["\'`]?'

const arrow = new RegExp(
  `^(?<left>.{0,200}?)(?<before>${value}) {0,3}(?:-{1,2}>|={1,2}>|→|➜|⇒) {0,3}(?<after>${value})(?<rest>(?:[\\s,.;()!].{0,200})?)$`,
)

const fromTo = new RegExp(
  `^(?<left>.{0,200}?)\\bfrom (?<before>${value}) to (?<after>${value})(?<rest>(?:[\\s,.;()!].{0,200})?)$`,
)

const bare = (text: string): string => text.replace(/^["'`]|["'`,.;]{1,3}$/g, '')

/** `resources.limits.memory:`, `set the MTU `, `FELIX_X=`: the name that stands last before the values. */
function nameIn(left: string): string | undefined {
  const assigned = /(?<name>[A-Za-z_][\w./-]{0,80})["'`]? ?[:=] ?["'`]?$/.exec(left.slice(-90))?.groups?.name
  if (assigned !== undefined) return assigned
  const words = left.toLowerCase()
  return spoken.find((name) => words.includes(name))
}

/** Settings that people name in words. */
const spoken = ['autodetection', 'encapsulation', 'iptables backend', 'mtu', 'memory', 'cpu', 'wireguard']
