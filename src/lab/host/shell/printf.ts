import { joinedBytes, textOfBytes } from '#base/bytes.ts'

const simple: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  e: '\x1b',
  '\\': '\\',
  '"': '"',
  "'": "'",
}

/** `\n`, `\t`, `\033`, `\x1b` …; `ended` when a `\c` cut the rest off. */
export function withEscapes(text: string): { readonly text: string; readonly ended: boolean } {
  let out = ''
  for (let at = 0; at < text.length; at++) {
    const c = text[at] as string
    if (c !== '\\') {
      out += c
      continue
    }
    const rest = text.slice(at + 1)
    const [number] = /^(0?[0-7]{1,3}|x[\da-fA-F]{1,2})/.exec(rest) ?? []
    if (rest.startsWith('c')) return { text: joinedBytes(out), ended: true }
    if (number !== undefined) {
      out += textOfBytes(
        Uint8Array.of(Number.parseInt(number.replace('x', ''), number.startsWith('x') ? 16 : 8)),
      )
      at += number.length
    } else {
      const letter = rest[0] ?? ''
      out += simple[letter] ?? `\\${letter}`
      at += 1
    }
  }
  return { text: joinedBytes(out), ended: false }
}

/** What echo(1) writes. */
export function echoText(args: readonly string[]): string {
  let newline = true
  let escapes = false
  let at = 0
  for (; /^-[neE]+$/.test(args[at] ?? ''); at++) {
    const flags = args[at] ?? ''
    if (flags.includes('n')) newline = false
    if (flags.includes('e')) escapes = true
    if (flags.includes('E')) escapes = false
  }
  const text = args.slice(at).join(' ')
  if (!escapes) return newline ? `${text}\n` : text
  const result = withEscapes(text)
  return newline && !result.ended ? `${result.text}\n` : result.text
}

/** What printf(1) writes; the format is used again while arguments are left. `error` for the first bad number. */
export function printfText(
  format: string,
  args: readonly string[],
): { readonly text: string; readonly error: string | undefined } {
  const left = [...args]
  let text = ''
  let error: string | undefined
  do {
    const before = left.length
    const once = formatOnce(format, left)
    text += once.text
    error ??= once.error
    if (once.ended || left.length === before) break
  } while (left.length > 0)
  return { text: joinedBytes(text), error }
}

const directive =
  /%(?:%|([-+ 0#]*)(\*|\d+)?(?:\.(\d+))?([a-zA-Z]))|\\(?:0?[0-7]{1,3}|x[\da-fA-F]{1,2}|.)|[^%\\]+|[%\\]/gs

function formatOnce(
  format: string,
  left: string[],
): { readonly text: string; readonly ended: boolean; readonly error: string | undefined } {
  let text = ''
  let error: string | undefined
  for (const [whole, flags = '', width, precision, type] of format.matchAll(directive)) {
    if (type === undefined) {
      if (whole === '%%') text += '%'
      else {
        const result = withEscapes(whole)
        text += result.text
        if (result.ended) return { text, ended: true, error }
      }
      continue
    }
    const size = width === '*' ? Number(left.shift() ?? 0) : Number(width ?? 0)
    const converted = convert(type, left.shift(), { flags, precision })
    error ??= converted.error
    text += padded(converted.text, size, flags)
  }
  return { text, ended: false, error }
}

function padded(text: string, width: number, flags: string): string {
  if (flags.includes('-')) return text.padEnd(width)
  if (flags.includes('0') && /^-?\d/.test(text))
    return text.startsWith('-') ? `-${text.slice(1).padStart(width - 1, '0')}` : text.padStart(width, '0')
  return text.padStart(width)
}

function convert(
  type: string,
  argument: string | undefined,
  { flags, precision }: { readonly flags: string; readonly precision: string | undefined },
): { readonly text: string; readonly error?: string | undefined } {
  const given = argument ?? ''
  switch (type) {
    case 's':
      return { text: precision === undefined ? given : given.slice(0, Number(precision)) }
    case 'b':
      return { text: withEscapes(given).text }
    case 'c':
      return { text: given.slice(0, 1) }
    case 'q':
      return {
        text: /^[\w./:@%+=-]+$/.test(given)
          ? given
          : given === ''
            ? "''"
            : given.replaceAll(/([^\w./-])/g, '\\$1'),
      }
    default:
      return numeric(type, given, { flags, precision })
  }
}

function numeric(
  type: string,
  given: string,
  { flags, precision }: { readonly flags: string; readonly precision: string | undefined },
): { readonly text: string; readonly error?: string | undefined } {
  const quoted = /^['"](.)/s.exec(given)?.[1]
  const value =
    quoted === undefined ? Number(/^0[0-7]+$/.test(given) ? `0o${given}` : given) : quoted.charCodeAt(0)
  const error = Number.isNaN(value) ? `${given}: invalid number` : undefined
  const safe = error === undefined ? value : Number.parseFloat(given) || 0
  const sign = flags.includes('+') && safe >= 0 ? '+' : ''
  switch (type) {
    case 'd':
    case 'i':
    case 'u':
      return { text: `${sign}${Math.trunc(safe)}`, error }
    case 'x':
      return { text: `${flags.includes('#') ? '0x' : ''}${Math.trunc(safe).toString(16)}`, error }
    case 'X':
      return { text: Math.trunc(safe).toString(16).toUpperCase(), error }
    case 'o':
      return { text: `${flags.includes('#') ? '0' : ''}${Math.trunc(safe).toString(8)}`, error }
    case 'f':
    case 'F':
      return { text: sign + safe.toFixed(Number(precision ?? 6)), error }
    default:
      return { text: '', error: `%${type}: invalid directive` }
  }
}
