import type { TmpfilesEntryRow } from '#cluster/relations.ts'
import { canonicalPath } from '#sources/formats/stat.ts'

/** Folders of tmpfiles.d in falling precedence: a file hides one of the same name further down (tmpfiles.d(5)). */
export const tmpfilesFolders = ['/etc/tmpfiles.d', '/run/tmpfiles.d', '/usr/lib/tmpfiles.d'] as const

/** Every line that names a path of Calico's, as `file:line`. */
export const tmpfilesArgv = ['grep', '-rsHi', 'calico', ...tmpfilesFolders] as const

type Entry = Omit<TmpfilesEntryRow, 'node'>

/**
 * Entries for the given paths. `wins` is what systemd-tmpfiles would do: of files with one name the folder of higher
 * precedence, then of entries for one path the file whose name sorts first. Lines that only adjust (z, Z, t …) are
 * applied besides the one that creates.
 *
 * Comments, masks by a link to /dev/null, and specifiers (`%h` …) are not interpreted.
 */
export function parseTmpfiles(stdout: string, paths: readonly string[]): readonly Entry[] {
  const entries = stdout
    .split('\n')
    .flatMap(entryOf)
    .filter(({ path }) => paths.includes(path))
  const visible = entries.filter(
    ({ file }) =>
      !entries.some((other) => nameOf(other.file) === nameOf(file) && rank(other.file) < rank(file)),
  )
  return entries.map((entry) => ({
    ...entry,
    wins:
      visible.includes(entry) &&
      (!creates(entry.kind) ||
        !visible.some(
          (other) =>
            other !== entry &&
            other.path === entry.path &&
            creates(other.kind) &&
            precedes(other, entry, entries),
        )),
  }))
}

function entryOf(line: string): readonly Entry[] {
  const match = /^(\/[^:]+\.conf):\s*([^#\s]\S*)\s+(\S.*)$/.exec(line)
  if (match === null) return []
  const [, file = '', kind = '', rest = ''] = match
  const [path = '', mode, user, group] = rest.split(/\s+/).map(unquoted)
  return [
    {
      file,
      kind,
      path: canonicalPath(path),
      ...(mode !== undefined && /^[~:]{0,2}[0-7]{1,4}$/.test(mode)
        ? { mode: Number.parseInt(mode.replaceAll(/[~:]/g, ''), 8) }
        : {}),
      ...(isNamed(user) ? { user } : {}),
      ...(isNamed(group) ? { group } : {}),
      wins: false,
    },
  ]
}

const unquoted = (word: string): string => word.replace(/^"(.*)"$/, '$1')
const isNamed = (name: string | undefined): name is string =>
  name !== undefined && name !== '' && name !== '-'

const creates = (kind: string): boolean => /^[fdDevqQpLcbCw]/.test(kind)

/** Two lines of one file: the first counts, the other is told as a duplicate. */
function precedes(a: Entry, b: Entry, inOrder: readonly Entry[]): boolean {
  const [left, right] = [nameOf(a.file), nameOf(b.file)]
  return left === right ? inOrder.indexOf(a) < inOrder.indexOf(b) : left < right
}

const nameOf = (file: string): string => file.slice(file.lastIndexOf('/') + 1)
const rank = (file: string): number => tmpfilesFolders.findIndex((folder) => file.startsWith(`${folder}/`))
