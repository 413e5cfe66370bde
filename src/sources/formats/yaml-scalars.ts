/** What a scalar of YAML 1.2's core schema stands for. */

/** Of a scalar without quotation marks: a text, a number, true, false or null. */
export function scalarValue(text: string): unknown {
  const code = text.charCodeAt(0)
  // Only these letters begin something else than a text: digits, signs, a dot, ~, n, t, f and their capitals.
  if (!mayBeTyped[code < 128 ? code : 127] && text !== '') return text
  if (/^(?:~|null|Null|NULL)?$/.test(text)) return null
  if (/^(?:true|True|TRUE)$/.test(text)) return true
  if (/^(?:false|False|FALSE)$/.test(text)) return false
  if (/^[-+]?\d+$/.test(text)) return Number.parseInt(text, 10)
  if (/^0o[0-7]+$/.test(text)) return Number.parseInt(text.slice(2), 8)
  if (/^0x[\da-fA-F]+$/.test(text)) return Number.parseInt(text.slice(2), 16)
  if (/^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/.test(text)) return Number.parseFloat(text)
  if (/^[-+]?\.(?:inf|Inf|INF)$/.test(text))
    return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  return /^\.(?:nan|NaN|NAN)$/.test(text) ? Number.NaN : text
}

const mayBeTyped: readonly boolean[] = Array.from({ length: 128 }, (_, code) =>
  '0123456789-+.~nNtTfF'.includes(String.fromCharCode(code)),
)

/** Of a scalar in quotation marks on one line, with nothing but a comment behind it; undefined for any other. */
export function unquoted(text: string): string | undefined {
  const m = /^(?:'(?<single>(?:[^']|'')*)'|"(?<double>(?:[^"\\]|\\["\\/nt])*)")(?:\s+#.*)?$/.exec(
    text,
  )?.groups
  if (m?.single !== undefined) return m.single.replaceAll("''", "'")
  return m?.double?.replace(/\\(["\\/nt])/g, (_, letter: string) => escapes[letter] ?? letter)
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t' }
