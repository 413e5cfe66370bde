/** `key=value` pairs of log lines, as logrus and klog write them. */

/** The fields that logrus prints after a message; `error=` is raw and runs to the next field or the end. */
export function fieldsOf(text: string): Readonly<Record<string, string>> {
  const start = text.search(/ [A-Za-z_][\w.-]{0,60}=/)
  return start < 0 ? {} : keyValues(text.slice(start + 1))
}

/** `a="quoted \"text\"" b=bare words up to the next key`. */
export function keyValues(text: string): Record<string, string> {
  const values: Record<string, string> = {}
  const keys = /(?:^| )([A-Za-z_][\w.-]{0,60})=/g
  let match = keys.exec(text)
  while (match !== null) {
    const key = match[1] as string // the group is not optional
    const from = match.index + match[0].length
    const quoted = text[from] === '"' ? endOfQuote(text, from) : undefined
    if (quoted !== undefined) keys.lastIndex = quoted + 1
    match = keys.exec(text)
    values[key] =
      quoted === undefined ? text.slice(from, match?.index).trim() : unquoted(text.slice(from + 1, quoted))
  }
  return values
}

function endOfQuote(text: string, from: number): number | undefined {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === '"') return at
  }
  return undefined
}

const unquoted = (text: string): string =>
  text.replace(/\\(["\\nt])/g, (_, letter: string) => ({ n: '\n', t: '\t' })[letter] ?? letter)
