import { readReplay } from '#drill/replay/read-replay.ts'
import type { Replay, Round } from '#drill/replay/types.ts'

/** What is read of a text that is a replay. */
export function read(text: string): Replay {
  const result = readReplay(text)
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}

/** Rounds with a setup and a damage report around them; the first line of the rounds is the eighth. */
export const frame = (rounds: string): string => `# Incident Replay: T

## Setup
- **System context:** c
- **Time:** Monday 08:00 UTC
- **Your role:** r

${rounds}

## Damage Report
- **Total downtime:** 0
- **Blast radius:** b
- **Optimal resolution time:** 5 minutes
- **If every wrong choice was made:** 1 hour
`

export const firstOf = (text: string): Round => read(text).rounds[0] as Round
export const results = (round: Round): Record<string, string> =>
  Object.fromEntries(round.choices.map((each) => [each.letter, each.result]))
export const recommended = (round: Round): string | undefined =>
  round.choices.find((each) => each.recommended)?.letter

export const branch = (letter: string, result: string): string =>
  `### If you chose ${letter}:\n> *[Result: ${result}]*\n`
export const offer = '**Choose your action:**\n- A) first\n- B) second\n- C) third\n'
