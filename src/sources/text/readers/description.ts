/** The outline of any `kubectl describe`: keys at the margin, lines indented under them. */
import { isBlank, isFence, looksLikeLog, type TextLine } from '#sources/text/lines.ts'
import type { Source } from '#sources/text/reader.ts'

/** A describe's top-level keys with their own line and the lines indented under them. */
export interface Description {
  readonly source: Source
  readonly at: number
  readonly lines: number
  readonly sections: ReadonlyMap<string, Section>
}

export interface Section {
  /** What stands behind the colon. */
  readonly value: string
  /** Index of the key's own line. */
  readonly at: number
  /** Index behind its last line. */
  readonly end: number
}

export const fieldOf = (description: Description, key: string): string | undefined => {
  const value = description.sections.get(key)?.value
  return value === undefined || value === '' || value === '<none>' ? undefined : value
}

/** The section's lines, its own value first. */
export function linesOf(description: Description, key: string): readonly TextLine[] {
  const section = description.sections.get(key)
  return section === undefined ? [] : description.source.lines.slice(section.at + 1, section.end)
}

/** The describe that starts at line `at`. */
export function descriptionFrom(source: Source, at: number): Description {
  const sections = new Map<string, Section>()
  let open: { key: string; value: string; at: number } | undefined
  let next = at
  const close = (): void => {
    if (open !== undefined && !sections.has(open.key))
      sections.set(open.key, { value: open.value, at: open.at, end: next })
  }
  for (; next < source.lines.length; next++) {
    const text = source.lines[next]?.text ?? ''
    if (next > at && endsHere(text, open?.key)) break
    const m = /^(?<key>[A-Z][\w ()/.-]{0,60}):(?:\s+(?<value>.*))?$/.exec(text)?.groups
    if (m?.key === undefined) continue
    close()
    open = { key: m.key, value: (m.value ?? '').trim(), at: next }
  }
  while (next > at + 1 && isBlank(source.lines[next - 1]?.text)) next--
  close()
  return { source, at, lines: next - at, sections }
}

/** Another object, a prompt, a log, a rule, a sentence: whatever is neither indented nor a key. */
function endsHere(text: string, key: string | undefined): boolean {
  if (isBlank(text) || /^\s/.test(text)) return false
  if (/^Name:\s/.test(text) || isFence(text) || looksLikeLog(text)) return true
  if (/^[A-Z][\w ()/.-]{0,60}:(?:\s|$)/.test(text)) return false
  return key !== 'Events' || !/^(?:Normal|Warning)\s|^calico\/node is not ready|^[a-z(]/.test(text)
}

/** What stands behind the key and on the lines below it, item by item. */
export const itemsOf = (description: Description, key: string): readonly string[] =>
  [fieldOf(description, key) ?? '', ...linesOf(description, key).map((line) => line.text.trim())].filter(
    (item) => item !== '',
  )

export const labels = (description: Description): Readonly<Record<string, string>> =>
  Object.fromEntries(
    itemsOf(description, 'Labels').flatMap((item) => {
      const equals = item.indexOf('=')
      return equals < 0 ? [] : [[item.slice(0, equals), item.slice(equals + 1)] as const]
    }),
  )
