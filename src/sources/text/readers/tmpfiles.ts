import { nodeSubject } from '#cluster/subjects.ts'
import { canonicalPath } from '#sources/formats/stat.ts'
import { parseTmpfiles, tmpfilesFolders } from '#sources/formats/tmpfiles.ts'
import type { ReadCoverage, ReadRow } from '#sources/reading.ts'
import { nodeOrPod, place, type Reader, type Scope, type Source } from '#sources/text/reader.ts'

/** Stands for a file whose name nobody showed. */
export const unnamedTmpfile = '/etc/tmpfiles.d/UNNAMED.conf'

/**
 * Lines of tmpfiles.d: of `cat FILE`, of `grep -r … /etc/tmpfiles.d` (each with its file before it), of
 * `systemd-tmpfiles --cat-config` (`# FILE` above). Which entry wins is decided when all of a node's are known.
 */
export const tmpfilesReader: Reader = {
  read(source, at, scope) {
    const first = source.lines[at]?.text ?? ''
    if (!isEntry(first) && fileAbove(first) === undefined) return undefined
    const rows: ReadRow[] = []
    let entries = 0
    let next = at
    let file = scope.path?.endsWith('.conf') ? scope.path : undefined
    for (; next < source.lines.length; next++) {
      const text = source.lines[next]?.text ?? ''
      const heading = fileAbove(text)
      if (entries === 0 && next - at >= commentsMax) break
      if (heading !== undefined) file = heading
      else if (isEntry(text)) {
        entries++
        rows.push(...entryRows(text, file ?? unnamedTmpfile, source, next, scope))
      } else if (!text.startsWith('#')) break
    }
    if (entries === 0) return undefined
    return {
      lines: next - at,
      format: 'lines of tmpfiles.d',
      rows,
      covered: coverage(scope),
      ...(scope.node !== undefined && { about: nodeSubject(scope.node) }),
    }
  },
}

/** `# /etc/tmpfiles.d/calico.conf` above a file's lines. */
const fileAbove = (line: string): string | undefined =>
  /^# (?<file>\/[\w./-]+\.conf)$/.exec(line)?.groups?.file

/** A file that starts with more comments than this is read line by line. */
const commentsMax = 20

const entry =
  /^(?:(?<file>\/[\w./-]+\.conf):)?\s*(?<kind>[fFwdDevqQpLcbCxXrRzZtThHaA][+!=~^$-]{0,4})\s+"?(?<path>\/[^\s"]+)"?(?:\s+(?<mode>[~:]{0,2}[0-7]{3,4}|-)(?:\s+\S+){0,12})?\s*$/

const isEntry = (line: string): boolean => entry.test(line)

function entryRows(text: string, file: string, source: Source, at: number, scope: Scope): readonly ReadRow[] {
  const m = entry.exec(text)?.groups
  if (m?.path === undefined || !m.path.includes('calico')) return []
  const line = m.file === undefined ? `${file}:${text.trim()}` : text.trim()
  return parseTmpfiles(line, [canonicalPath(m.path)]).map((row) => ({
    relation: 'tmpfilesEntries',
    row: { node: nodeOrPod(scope), ...row },
    from: place(source, at, scope),
  }))
}

/** Only a command that looks through all folders proves that there is no other entry. */
function coverage(scope: Scope): readonly ReadCoverage[] {
  const command = scope.command ?? ''
  const isAll =
    tmpfilesFolders.every((folder) => command.includes(folder)) || command.includes('--cat-config')
  const whole: ReadCoverage = { relation: 'tmpfilesEntries', coverage: { kind: 'partial' } }
  return isAll && scope.node !== undefined
    ? [whole, { ...whole, coverage: { kind: 'complete' }, about: nodeSubject(scope.node) }]
    : [whole]
}
