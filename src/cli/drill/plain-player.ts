/** Plain prompts: a line in, a line out. For pipes, dumb terminals and screen readers. */
import { createInterface } from 'node:readline'
import { type Clock, wallClock } from '#base/clock.ts'
import { Trouble } from '#base/trouble.ts'
import type { Player } from '#cli/drill/player.ts'
import type { Io } from '#cli/io.ts'
import type { Move, Scene } from '#drill/play/types.ts'
import { wrapped } from '#report/layout.ts'

export function plainPlayer(
  io: Io,
  { width, clock = wallClock }: { readonly width: number; readonly clock?: Pick<Clock, 'monotonic'> },
): Player {
  const lines = createInterface({ input: io.stdin, crlfDelay: Number.POSITIVE_INFINITY, signal: io.signal })
  const typed = lines[Symbol.asyncIterator]()
  const ask = async (prompt: string): Promise<string> => {
    io.stdout.write(prompt)
    const { value, done } = await typed.next()
    io.signal.throwIfAborted()
    if (done === true)
      throw new Trouble('no-more-input', 'the input ended before the drill', {
        hint: 'give all choices at once: ninelives drill play NAME --script A,B,D',
      })
    return value.trim()
  }
  return {
    begin: async () => void (await ask('\nPress Enter to take the page. ')),
    move: async (scene) => {
      const startedMs = clock.monotonic()
      io.stdout.write(offer(scene, width))
      for (;;) {
        const move = moveOf(scene, await ask('> '))
        if (move !== undefined) return { ...move, thoughtMs: Math.round(clock.monotonic() - startedMs) }
        io.stdout.write(`${help(scene)}\n`)
      }
    },
    close: () => lines.close(),
  }
}

type Open = Exclude<Scene, { readonly kind: 'over' }>

/** What can be chosen, in the order of the screen. */
export function offer(scene: Open, width: number): string {
  const lines =
    scene.kind === 'choice'
      ? scene.choices.flatMap(({ letter, text }) => wrapped(text, `  ${letter}) `, width))
      : scene.actions.flatMap(({ number, text, state }) =>
          wrapped(text, `  ${marks[state]} ${number}. `, width),
        )
  return `\n${lines.join('\n')}\n`
}

/** Before the actions of a checklist. */
export const marks = { open: '[ ]', done: '[✓]', failed: '[✗]' } as const

/** A move without the time it took; undefined for words that are none. */
export function moveOf(scene: Open, words: string): DistributedOmit<Move, 'thoughtMs'> | undefined {
  if (scene.kind === 'choice') {
    const letter = words.toUpperCase()
    return scene.choices.some((choice) => choice.letter === letter) ? { move: 'choose', letter } : undefined
  }
  if (/^(close|done)$/i.test(words)) return { move: 'close' }
  const number = Number(words)
  return scene.actions.some((action) => action.number === number) ? { move: 'act', number } : undefined
}

type DistributedOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never

const help = (scene: Open): string =>
  scene.kind === 'choice'
    ? `type one of ${scene.choices.map(({ letter }) => letter).join(', ')}`
    : 'type the number of an action, or "close" to end the incident'
