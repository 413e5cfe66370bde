/** A stretch of a pipeline that one of two runs: kubectl (or oc), or the shell, which takes as many commands at once as stand together. */
export interface PipePart {
  readonly kubectl: boolean
  /** Of kubectl: without its first word. */
  readonly command: string
  /** That it is oc. */
  readonly as?: 'oc'
}

/** What stands behind a command's first `|`, cut where kubectl begins or ends. */
export function partsOf(pipeline: string): readonly PipePart[] {
  const parts: PipePart[] = []
  for (const command of commandsOf(pipeline)) {
    const [, program, typed] = /^(kubectl|oc)\s+(.*)$/s.exec(command) ?? []
    const last = parts.at(-1)
    if (typed !== undefined)
      parts.push({ kubectl: true, command: typed, ...(program === 'oc' ? { as: 'oc' } : {}) })
    else if (last?.kubectl === false)
      parts[parts.length - 1] = { kubectl: false, command: `${last.command} | ${command}` }
    else parts.push({ kubectl: false, command })
  }
  return parts
}

/** Quotes keep a `|`; `||` is no pipe. */
const commandsOf = (pipeline: string): readonly string[] =>
  (pipeline.match(/(?:\|\||[^|'"\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*")+/gs) ?? []).map((each) => each.trim())
