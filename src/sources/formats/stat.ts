import type { HostPathRow } from '#cluster/relations.ts'

/** Asks for mode, owner, group, kind and name of each path, one line each; links named on the line are not followed. */
export const statArgv = (paths: readonly string[]): readonly string[] => [
  'stat',
  '-c',
  '%a %u %g %F %n',
  ...paths,
]

export interface StatLine {
  readonly path: string
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly kind: NonNullable<HostPathRow['kind']> | undefined
}

/** Lines of {@link statArgv}'s output; others are skipped. GNU coreutils and BusyBox write them alike. */
export function parseStat(stdout: string): readonly StatLine[] {
  return stdout.split('\n').flatMap((line) => {
    const match = /^([0-7]{1,4}) (\d+) (\d+) (.+?) (\/.*)$/.exec(line)
    if (match === null) return []
    const [, mode = '', uid, gid, kind = '', path = ''] = match
    return [{ path, mode: Number.parseInt(mode, 8), uid: Number(uid), gid: Number(gid), kind: kinds[kind] }]
  })
}

const kinds: Readonly<Record<string, NonNullable<HostPathRow['kind']>>> = {
  directory: 'directory',
  'regular file': 'file',
  'regular empty file': 'file',
  'symbolic link': 'symlink',
  socket: 'socket',
}

/** Paths that stat said do not exist. GNU: `stat: cannot statx '/run/calico': No such file or directory`; BusyBox: `stat: can't stat '…': …`. */
export const parseStatAbsent = (stderr: string): readonly string[] =>
  stderr.split('\n').flatMap((line) => {
    const match = /can(?:not|'t) (?:stat|statx) ['‘]?(\/[^'’]*)['’]?: No such file or directory/.exec(line)
    return match?.[1] === undefined ? [] : [match[1]]
  })

/** `/var/run` is a link to `/run` wherever systemd runs: file-hierarchy(7). */
export const canonicalPath = (path: string): string =>
  path.replace(/^\/var\/run(?=\/|$)/, '/run').replace(/(?<=.)\/+$/, '')
