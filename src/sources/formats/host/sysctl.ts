/** A kernel parameter under its dotted name. */
export interface Sysctl {
  readonly name: string
  readonly value: string
  /** The file that sets it, where the line says so (`grep -r`). */
  readonly file?: string
  /** The pod that a remark behind the value names: `… = 0 in the web pod`. */
  readonly inPod?: string
}

/**
 * A line of `sysctl`, of sysctl.conf or a file in sysctl.d, of `grep . /proc/sys/…`; undefined for anything else.
 *
 * @see procps-ng/procps:src/sysctl.c, systemd/systemd:man/sysctl.d.xml
 */
export const parseSysctl = (line: string): Sysctl | undefined => assigned(line) ?? proc(line)

const assignment =
  /^\s*(?:[-*•] )?(?:(?<file>\/[\w./-]{3,160}):(?:\d{1,5}:)?)?\s{0,4}-?(?:(?:sudo )?sysctl (?:-\w )?["']?)?(?<name>(?:net|kernel|fs|vm|user)[./][\w./*:@-]{2,120}?|ip_forward)\s{0,20}(?:=|\bis(?= {1,4}-?\d))\s{0,4}(?<rest>["']?[^\s"'].{0,200})$/

function assigned(line: string): Sysctl | undefined {
  const m = assignment.exec(line)?.groups
  if (m?.name === undefined || m.rest === undefined) return undefined
  const { value, more } = valueIn(m.rest)
  const inPod = /^,? ?\(?(?:in|inside|of) (?:the |a |that |our )?(?:(?<name>[\w.-]{2,80}) )?pods?\b/.exec(
    more,
  )
  return {
    name: dotted(m.name),
    value,
    ...(m.file !== undefined && { file: m.file }),
    ...(inPod !== null && { inPod: inPod.groups?.name ?? '' }),
  }
}

/** Numbers first: behind them people write what they think of it. */
function valueIn(rest: string): { readonly value: string; readonly more: string } {
  const plain = rest.replace(/^["']|["']$/g, '')
  const numbers = /^-?\d{1,20}(?:\s{1,8}-?\d{1,20}){0,3}(?![\w.])/.exec(plain)?.[0]
  const value = numbers ?? plain.replace(/\s[#;].*$/, '')
  return { value: value.trim(), more: plain.slice(value.length).trim() }
}

const dotted = (name: string): string =>
  name === 'ip_forward' ? 'net.ipv4.ip_forward' : name.includes('.') ? name : name.replaceAll('/', '.')

function proc(line: string): Sysctl | undefined {
  const m =
    /^\s*(?:\S{1,3} )?(?:(?:sudo )?cat )?\/proc\/sys\/(?<path>[\w./-]{3,120}?)\s{0,4}(?::|=|->|→|is)\s{0,4}(?<value>-?\d{1,20})(?:\s*$|[,;] )/.exec(
      line,
    )?.groups
  return m?.path === undefined || m.value === undefined
    ? undefined
    : { name: m.path.replaceAll('/', '.'), value: m.value }
}

/** The parameter behind a file of /proc/sys; undefined for another path or a pattern. */
export const sysctlOfPath = (path: string | undefined): string | undefined =>
  path !== undefined && /^\/proc\/sys\/[\w./-]{3,120}$/.test(path)
    ? path.slice('/proc/sys/'.length).replaceAll('/', '.')
    : undefined

/** `sysctl: cannot stat /proc/sys/net/bridge/…`: the parameter of a module that is not loaded. */
export function parseSysctlAbsent(
  line: string,
): { readonly module: string; readonly error: string } | undefined {
  const m =
    /^\s*(?:sysctl: (?:cannot stat|cannot open|error opening)|cat: (?:can't open )?)\s?['"]?\/proc\/sys\/net\/(?<kind>bridge|netfilter\/nf_conntrack|ipv4\/vs)[\w./-]{0,100}['"]?: (?<error>No such file or directory)$/.exec(
      line,
    )?.groups
  const module = m?.kind === undefined ? undefined : modules.get(m.kind)
  return module === undefined || m?.error === undefined ? undefined : { module, error: m.error }
}

const modules: ReadonlyMap<string, string> = new Map([
  ['bridge', 'br_netfilter'],
  ['netfilter/nf_conntrack', 'nf_conntrack'],
  ['ipv4/vs', 'ip_vs'],
])
