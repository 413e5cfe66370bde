/** Patterns for what Calico's loggers print: a sentence, then fields in any order (`error=…`, `ifaceName="…"`). */

/**
 * The pattern of a sentence whose fields become parameters; a cut line without them matches too. `fields` maps the
 * logger's key to the parameter (`{ ifaceName: 'interface' }`); `error` is always kept, with its inner error.
 */
export function logged(words: RegExp, fields: Readonly<Record<string, string>> = {}): RegExp {
  const used = new Map<string, number>()
  const group = (parameter: string): string => {
    const digit = used.get(parameter) ?? firstDigit
    used.set(parameter, digit + 1)
    return `${parameter}${digit}`
  }
  const lookaheads = Object.entries({ error: 'error', ...fields }).map(([key, parameter]) =>
    fieldPattern(key, group(parameter), group(parameter)),
  )
  const sentence = words.source.replace('(?<error3>.+)', `(?<error3>.+?)${untilField}`)
  return new RegExp(sentence + lookaheads.join(''), words.flags)
}

/** Raw values run to the next key: logrus leaves errors unquoted, in a field as well as in the words (`error3`). */
const untilField = '(?= [A-Za-z_][\\w.]{0,40}=|$)'

/** Groups of one parameter differ in a last digit; the words themselves use none, 2 and 3. */
const firstDigit = 4

/** Looks ahead, so that order does not matter. */
const fieldPattern = (key: string, quoted: string, raw: string): string =>
  `(?=.*? ${key}=(?:"(?<${quoted}>(?:[^"\\\\]|\\\\.){0,2000})|(?<${raw}>[^"\\s].*?)${untilField})|)`
