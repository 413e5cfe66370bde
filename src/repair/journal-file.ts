import { mkdir, open, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type Journal, mendedText, readEntries, writeEntry } from '#repair/journal.ts'

/** A journal in a file of its own, readable by its owner only. `append` returns once the entry is on the disk. */
export function fileJournal(path: string): Journal {
  return {
    async append(entry) {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      const before = await textOf(path)
      const mended = mendedText(before)
      if (mended !== before) await writeFile(path, mended)
      const file = await open(path, 'a', 0o600)
      try {
        await file.appendFile(writeEntry(entry))
        await file.sync()
      } finally {
        await file.close()
      }
    },
    read: async () => readEntries(await textOf(path)),
  }
}

/** Empty for a file that is not there. */
async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw error
  }
}
