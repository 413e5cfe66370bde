import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Entries, entriesOf, entryOf, withEntry, withoutEntry } from '#lab/host/vfs/entries.ts'
import type { Inode } from '#lab/host/vfs/inode.ts'

const inodes = Array.from({ length: 3 }, (_, number) => ({ number }) as Inode) // nothing of it is asked

const act = fc.record({
  name: fc.constantFrom(...'abcdefghij'),
  entry: fc.constantFrom(...inodes, null, undefined),
})

test('few entries and many are what a map would be', () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 40 }), (acts) => {
      const model = new Map<string, Inode | null>()
      let entries: Entries | undefined
      for (const { name, entry } of acts) {
        if (entry === undefined) {
          model.delete(name)
          entries = withoutEntry(entries, name)
        } else {
          model.set(name, entry)
          entries = withEntry(entries, name, entry)
        }
        for (const each of 'abcdefghij') expect(entryOf(entries, each)).toBe(model.get(each))
        expect([...entriesOf(entries)]).toEqual([...model])
      }
    }),
    { numRuns: 100 },
  )
})
