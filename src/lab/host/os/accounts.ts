import { remembering } from '#base/remember.ts'
import { readable } from '#lab/host/os/readable.ts'
import type { Files } from '#lab/host/ports.ts'

export interface Account {
  readonly name: string
  readonly uid: number
  readonly gid: number
  readonly home: string
  readonly shell: string
  readonly line: string
}

export interface Group {
  readonly name: string
  readonly gid: number
  readonly members: readonly string[]
  readonly line: string
}

/** /etc/passwd; nobody when it cannot be read. */
export const accounts = async (files: Files): Promise<readonly Account[]> =>
  accountsIn((await readable(files, '/etc/passwd')) ?? '')

/** /etc/group. */
export const groups = async (files: Files): Promise<readonly Group[]> =>
  groupsIn((await readable(files, '/etc/group')) ?? '')

// The same files are read again and again.
const accountsIn = remembering((text): readonly Account[] =>
  linesOf(text).flatMap((line) => {
    const [name, , uid, gid, , home, shell] = line.split(':')
    if (name === undefined || uid === undefined || gid === undefined) return []
    return [{ name, uid: Number(uid), gid: Number(gid), home: home ?? '/', shell: shell ?? '/bin/sh', line }]
  }),
)

const groupsIn = remembering((text): readonly Group[] =>
  linesOf(text).flatMap((line) => {
    const [name, , gid, members] = line.split(':')
    if (name === undefined || gid === undefined) return []
    return [
      { name, gid: Number(gid), members: (members ?? '').split(',').filter((each) => each !== ''), line },
    ]
  }),
)

const linesOf = (text: string): readonly string[] =>
  text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))

export const userByName = async (files: Files, name: string): Promise<Account | undefined> =>
  (await accounts(files)).find((account) => account.name === name)

export const groupByName = async (files: Files, name: string): Promise<Group | undefined> =>
  (await groups(files)).find((group) => group.name === name)

/** The gids of the groups that list `name`. */
export const groupsOf = async (files: Files, name: string): Promise<number[]> =>
  (await groups(files)).filter(({ members }) => members.includes(name)).map(({ gid }) => gid)

/** A user's name or number as a uid; `undefined` when nobody is called that. */
export async function uidOf(files: Files, text: string): Promise<number | undefined> {
  if (/^\d+$/.test(text)) return Number(text)
  return (await userByName(files, text))?.uid
}

export async function gidOf(files: Files, text: string): Promise<number | undefined> {
  if (/^\d+$/.test(text)) return Number(text)
  return (await groupByName(files, text))?.gid
}

/** Names for numbers, as `ls -l` prints them; a number that nobody has stays a number. */
export async function namesOf(
  files: Files,
): Promise<{ user(uid: number): string; group(gid: number): string }> {
  const users = new Map((await accounts(files)).map(({ uid, name }) => [uid, name]))
  const groupNames = new Map((await groups(files)).map(({ gid, name }) => [gid, name]))
  return {
    user: (uid) => users.get(uid) ?? String(uid),
    group: (gid) => groupNames.get(gid) ?? String(gid),
  }
}
