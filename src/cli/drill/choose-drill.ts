import { createInterface } from 'node:readline/promises'
import { scenarioIds } from '#app/scenarios.ts'
import { Trouble } from '#base/trouble.ts'
import { list } from '#cli/drill/list.ts'
import type { Io } from '#cli/io.ts'

/** Asks which drill is to be played, by its number or name. Where nobody can be asked, a {@link Trouble} names them. */
export async function chooseDrill(io: Io): Promise<string> {
  const ids = scenarioIds()
  const isTerminal = io.stdout.isTTY === true && 'isTTY' in io.stdin && io.stdin.isTTY === true
  if (!isTerminal)
    throw new Trouble('no-drill-named', 'name the drill that is to be played', {
      hint: `drills: ${ids.join(', ')}`,
    })
  list({ tags: [], output: 'text' }, io)
  const lines = createInterface({ input: io.stdin, output: process.stdout })
  try {
    for (;;) {
      const words = (
        await lines.question(`Which one? [1-${ids.length}, or a name] `, { signal: io.signal })
      ).trim()
      const id = ids[Number(words) - 1] ?? ids.find((each) => each === words)
      if (id !== undefined) return id
    }
  } finally {
    lines.close()
  }
}
