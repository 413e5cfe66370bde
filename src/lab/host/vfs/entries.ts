import type { Inode } from '#lab/host/vfs/inode.ts'

/** Under a name its inode, or `null` where what the tree below has there is gone. */
type Entry = Inode | null

/**
 * What a directory has by name. Most have few: names and inodes in turn take a third of the room of a map, and a lab of a thousand
 * machines has a hundred thousand directories.
 */
export type Entries = readonly (string | Entry)[] | Map<string, Entry>

const fewMax = 6

/** `undefined`: there is nothing under that name. */
export function entryOf(entries: Entries | undefined, name: string): Entry | undefined {
  if (entries === undefined) return undefined
  if (entries instanceof Map) return entries.get(name)
  const at = placeOf(entries, name)
  return at < 0 ? undefined : (entries[at + 1] as Entry) // an inode follows its name
}

/** With an entry more, or another one under that name; a map is changed. */
export function withEntry(entries: Entries | undefined, name: string, entry: Entry): Entries {
  if (entries === undefined) return [name, entry]
  if (entries instanceof Map) return entries.set(name, entry)
  const at = placeOf(entries, name)
  if (at >= 0) return entries.with(at + 1, entry)
  if (entries.length < 2 * fewMax) return entries.concat([name, entry])
  return new Map(entriesOf(entries)).set(name, entry)
}

/** Without what is under that name; a map is changed. */
export function withoutEntry(entries: Entries | undefined, name: string): Entries | undefined {
  if (entries instanceof Map) entries.delete(name)
  else if (entries !== undefined) {
    const at = placeOf(entries, name)
    return at < 0 ? entries : entries.toSpliced(at, 2)
  }
  return entries
}

export function entriesOf(entries: Entries | undefined): Iterable<readonly [string, Entry]> {
  if (entries instanceof Map) return entries
  const all: [string, Entry][] = []
  if (entries !== undefined)
    for (let at = 0; at < entries.length; at += 2) all.push([entries[at] as string, entries[at + 1] as Entry]) // in turn
  return all
}

function placeOf(entries: readonly (string | Entry)[], name: string): number {
  for (let at = 0; at < entries.length; at += 2) if (entries[at] === name) return at
  return -1
}
