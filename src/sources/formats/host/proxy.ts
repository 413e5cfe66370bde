export interface ProxyVariable {
  /** As written: `HTTPS_PROXY`, `no_proxy`, `CONTAINERD_HTTP_PROXY`. */
  readonly name: string
  /** Without a user and a password. */
  readonly value: string
}

export interface ProxyLine {
  readonly variables: readonly ProxyVariable[]
  /** Of `grep -r`: the file before the line. */
  readonly file?: string
}

/**
 * Variables of a proxy in a line of a shell, an environment file or a unit; undefined where the line does not start as one.
 *
 * @see systemd/systemd:man/systemd.exec.xml (Environment=)
 */
export function parseProxy(line: string): ProxyLine | undefined {
  const head = /^\s*(?:(?<file>\/[\w./@-]{3,160}):(?:\d{1,5}:)?)?\s*(?<rest>.*)$/.exec(line)?.groups
  const rest = head?.rest ?? ''
  if (!isStart.test(rest)) return undefined
  const variables = [...rest.matchAll(variable)].flatMap((match) => variableOf(match.groups ?? {}))
  if (variables.length === 0) return undefined
  return { variables, ...(head?.file !== undefined && { file: head.file }) }
}

const name =
  '(?:[A-Z][A-Z0-9]{1,30}_){0,3}(?:HTTP|HTTPS|NO|ALL|FTP|SOCKS)_PROXY|(?:http|https|no|all|ftp)_proxy'

const isStart = new RegExp(
  `^(?:[-*•] )?(?:(?:sudo )?(?:export|setenv|declare -x|set -x|env) |(?:Default)?Environment=|--env[ =]|-e )?["']?(?:\\w{1,40}=\\S{0,200} ){0,4}["']?(?:${name})["']?(?:=|: {1,20})`,
)

const variable = new RegExp(
  `(?<quote>["'])?(?<![\\w-])(?<name>${name})(?:["'])?(?:=|: {1,20})(?:"(?<double>[^"]{0,2000})"|'(?<single>[^']{0,2000})'|(?<bare>[^\\s"']{0,2000}))(?<more>(?: [^\\s"'=]{1,200}){1,40}(?=["']))?`,
  'g',
)

function variableOf(m: Readonly<Record<string, string | undefined>>): readonly ProxyVariable[] {
  if (m.name === undefined) return []
  // `"NO_PROXY=a, b"`: blanks belong to the value where the quotation began before the name.
  const bare = m.quote === undefined ? (m.bare ?? '') : `${m.bare ?? ''}${m.more ?? ''}`
  const value = (m.double ?? m.single ?? bare).replace(/:\/\/[^@/\s]{1,200}@/, '://')
  return [{ name: m.name, value: value.trim() }]
}
