/** For the tests of the whole text source: a piece of every format, and whole pastes about other things. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Sample {
  readonly name: string
  readonly text: string
}

/** One short piece for each format that has a reader, as its program prints it. */
export const formatSamples: readonly Sample[] = readFileSync(join(import.meta.dirname, 'formats.txt'), 'utf8')
  .split(/^=== /m)
  .slice(1)
  .map((part) => {
    const end = part.indexOf('\n')
    return { name: part.slice(0, end), text: part.slice(end + 1).trimEnd() }
  })

/** Healthy output, the troubles of applications and tools, and talk: nothing in them is calico-node's trouble. */
export const quietSamples: readonly Sample[] = readdirSync(join(import.meta.dirname, 'quiet')).map(
  (file) => ({
    name: file.replace(/\.txt$/, ''),
    text: readFileSync(join(import.meta.dirname, 'quiet', file), 'utf8'),
  }),
)
