import type { HostPathRow } from '#cluster/relations.ts'
import { nodeSubject } from '#cluster/subjects.ts'
import { canonicalPath, parseStat, parseStatAbsent } from '#sources/formats/stat.ts'
import type { ReadRow } from '#sources/reading.ts'
import { nodeOrPod, place, type Reader, type Scope, type Source } from '#sources/text/reader.ts'

type PathOf = Omit<HostPathRow, 'node'>

/** `ls -l`, `ls -ld`, `stat`, `stat -c '%a %u:%g %n'`, and what they say about paths that are not there. */
export const pathsReader: Reader = {
  read(source, at, scope) {
    const rows: ReadRow[] = []
    let next = at
    let folder = scope.path
    while (next < source.lines.length) {
      const text = source.lines[next]?.text ?? ''
      const listing = /^(?<folder>\/[\w./-]+):$/.exec(text)?.groups?.folder
      if (listing !== undefined && isListed(source.lines[next + 1]?.text)) {
        folder = listing
        next++
        continue
      }
      const found = pathAt(source, next, folder)
      if (found === undefined) break
      if (found.path !== undefined) rows.push(rowOf(found.path, source, next, scope))
      next += found.lines
    }
    if (next === at) return undefined
    return {
      lines: next - at,
      format: 'modes and owners of paths',
      rows,
      // Names in a listing whose folder nobody showed.
      notUnderstood: rows.length === 0 ? next - at : 0,
      covered: [{ relation: 'hostPaths', coverage: { kind: 'partial' } }],
      ...(scope.node !== undefined && { about: nodeSubject(scope.node) }),
    }
  },
}

const rowOf = (path: PathOf, source: Source, at: number, scope: Scope): ReadRow => ({
  relation: 'hostPaths',
  row: { node: nodeOrPod(scope), ...path },
  from: place(source, at, scope),
})

interface Found {
  readonly lines: number
  /** Undefined for a line that belongs to a listing and tells of no path (`total 0`). */
  readonly path?: PathOf
}

function pathAt(source: Source, at: number, folder: string | undefined): Found | undefined {
  const text = source.lines[at]?.text ?? ''
  return listed(text, folder) ?? statBlock(source, at) ?? statLine(text) ?? absent(text)
}

const isListed = (line: string | undefined): boolean =>
  /^(?:total \d|[dlscbp-][rwxsStT-]{9})/.test(line ?? '')

const listing =
  /^(?<kind>[dlscbp-])(?<mode>[rwxsStT-]{9})[.+@]?\s+\d{1,9}\s+(?<user>[\w.-]{1,40})\s+(?<group>[\w.-]{1,40})\s+[\d,]+(?:\s+\d+)?\s+(?:[A-Z][a-z]{2}\s+\d{1,2}\s+[\d:]{4,5}|\d{4}-\d\d-\d\d\s+\d\d:\d\d\S*(?:\s+[+-]\d{4})?)\s+(?<name>\S.{0,300}?)(?: -> \S.*)?$/

function listed(text: string, folder: string | undefined): Found | undefined {
  if (/^total [\d.]+[KMG]?$/.test(text)) return { lines: 1 }
  const m = listing.exec(text)?.groups
  if (m?.name === undefined || m.mode === undefined) return undefined
  const path = resolved(m.name, folder)
  if (path === undefined) return { lines: 1 }
  const kind = kinds[m.kind ?? '-']
  const uid = idOf(m.user)
  const gid = idOf(m.group)
  return {
    lines: 1,
    path: {
      path,
      exists: true,
      mode: modeOf(m.mode),
      ...(kind !== undefined && { kind }),
      ...(uid !== undefined && { uid }),
      ...(gid !== undefined && { gid }),
    },
  }
}

const kinds: Readonly<Record<string, NonNullable<HostPathRow['kind']>>> = {
  '-': 'file',
  d: 'directory',
  l: 'symlink',
  s: 'socket',
}

/** Names in a listing are relative to its folder; `..` is somebody else's. */
function resolved(name: string, folder: string | undefined): string | undefined {
  if (name.startsWith('/')) return canonicalPath(name)
  if (folder === undefined || name === '..') return undefined
  const base = folder.replace(/\/+$/, '')
  // `ls -ld calico` shows the folder itself, `ls -l /run/calico` what is in it.
  return canonicalPath(name === '.' ? base : `${base}/${name}`)
}

/** A number, or root; other names are decided by a file that nobody pasted. */
const idOf = (owner: string | undefined): number | undefined =>
  owner === 'root' ? 0 : owner !== undefined && /^\d{1,10}$/.test(owner) ? Number(owner) : undefined

/** `rwxr-xr-x` → 0o755, with setuid, setgid and sticky. */
function modeOf(letters: string): number {
  let mode = 0
  for (let bit = 0; bit < 9; bit++) {
    const letter = letters[bit] ?? '-'
    if (/[rwxst]/.test(letter)) mode |= 0o400 >> bit
    if (/[sStT]/.test(letter)) mode |= [0o4000, 0o2000, 0o1000][Math.floor(bit / 3)] ?? 0
  }
  return mode
}

/** The block that `stat PATH` prints. */
function statBlock(source: Source, at: number): Found | undefined {
  const path = /^\s*File: [‘'"]?(?<path>\/[^\s'’"]+)/.exec(source.lines[at]?.text ?? '')?.groups?.path
  if (path === undefined) return undefined
  const block = source.lines.slice(at, at + 9).map((line) => line.text)
  const access = block.findIndex((line) => /^\s*Access: \(\d/.test(line))
  const m =
    /Access: \((?<mode>[0-7]{4,5})\/(?<kind>.)\S{9}\S?\)\s+Uid: \(\s*(?<uid>\d+)\/\s*\S+\)\s+Gid: \(\s*(?<gid>\d+)\//.exec(
      block[access] ?? '',
    )?.groups
  if (m?.mode === undefined) return undefined
  const kind = kinds[m.kind ?? '-']
  const last = block.findLastIndex((line) => /^\s*(?:Access|Modify|Change|Birth|Context): ?/.test(line))
  return {
    lines: Math.max(access, last) + 1,
    path: {
      path: canonicalPath(path),
      exists: true,
      mode: Number.parseInt(m.mode, 8) & 0o7777,
      uid: Number(m.uid),
      gid: Number(m.gid),
      ...(kind !== undefined && { kind }),
    },
  }
}

/** `755 10001 0 directory /run/calico`, `600 10001:0 /run/calico`. */
function statLine(text: string): Found | undefined {
  const [full] = parseStat(text.trim())
  if (full !== undefined) {
    const { kind, ...rest } = full
    return {
      lines: 1,
      path: { ...rest, path: canonicalPath(full.path), exists: true, ...(kind && { kind }) },
    }
  }
  const m = /^\s*(?<mode>[0-7]{3,4}) (?<uid>\d{1,10})[: ](?<gid>\d{1,10}) (?<path>\/\S+)$/.exec(text)?.groups
  if (m?.path === undefined || m.mode === undefined) return undefined
  return {
    lines: 1,
    path: {
      path: canonicalPath(m.path),
      exists: true,
      mode: Number.parseInt(m.mode, 8),
      uid: Number(m.uid),
      gid: Number(m.gid),
    },
  }
}

function absent(text: string): Found | undefined {
  const [statted] = parseStatAbsent(text)
  const path =
    statted ??
    /^ls: (?:cannot access )?['‘]?(?<path>\/[^'’:]+)['’]?: No such file or directory$/.exec(text)?.groups
      ?.path
  return path === undefined ? undefined : { lines: 1, path: { path: canonicalPath(path), exists: false } }
}
