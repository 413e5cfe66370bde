import { appendFile, mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fileJournal } from '#repair/journal-file.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ninelives-journal-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('a journal in a file', () => {
  test('is read back as it was written, by another reader too', async () => {
    const path = join(folder, 'deep', 'a.jsonl')
    await fileJournal(path).append({ kind: 'intent', atMs: 1, step: 'x' })
    await fileJournal(path).append({ kind: 'done', atMs: 2, step: 'x', says: 'was\ndone' })
    expect(await fileJournal(path).read()).toEqual([
      { kind: 'intent', atMs: 1, step: 'x' },
      { kind: 'done', atMs: 2, step: 'x', says: 'was\ndone' },
    ])
    expect((await readFile(path, 'utf8')).split('\n')).toHaveLength(3)
  })

  test('belongs to its owner only', async () => {
    const path = join(folder, 'b.jsonl')
    await fileJournal(path).append({ kind: 'intent', atMs: 1, step: 'x' })
    if (process.platform !== 'win32') expect((await stat(path)).mode & 0o777).toBe(0o600)
  })

  test('that is not there is empty', async () => {
    expect(await fileJournal(join(folder, 'none.jsonl')).read()).toEqual([])
  })

  test('goes on after a line that a crash cut off', async () => {
    const path = join(folder, 'c.jsonl')
    await fileJournal(path).append({ kind: 'intent', atMs: 1, step: 'x' })
    await appendFile(path, '{"kind":"do')
    expect(await fileJournal(path).read()).toEqual([{ kind: 'intent', atMs: 1, step: 'x' }])
    await fileJournal(path).append({ kind: 'done', atMs: 2, step: 'x', says: '' })
    expect(await fileJournal(path).read()).toHaveLength(2)
  })
})
