/** Prompts for a terminal: arrow keys or the letter itself, with the incident's clock running above. */
import {
  createPrompt,
  isDownKey,
  isEnterKey,
  isUpKey,
  useEffect,
  useKeypress,
  useMemo,
  useState,
} from '@inquirer/core'
import { type Clock, wallClock } from '#base/clock.ts'
import { clockLine } from '#cli/drill/clock-line.ts'
import { marks, moveOf } from '#cli/drill/plain-player.ts'
import type { IncidentClock, Player } from '#cli/drill/player.ts'
import type { Io } from '#cli/io.ts'
import type { Scene } from '#drill/play/types.ts'
import { wrapped } from '#report/layout.ts'
import type { Palette } from '#report/types.ts'

type Open = Exclude<Scene, { readonly kind: 'over' }>

interface Asked {
  readonly scene: Open
  readonly clock: IncidentClock | undefined
  readonly palette: Palette
  readonly width: number
  readonly time: Pick<Clock, 'monotonic' | 'sleep'>
}

interface Chosen {
  readonly words: string
  readonly thoughtMs: number
}

/** Time that counts: none while it is paused. */
class Stopwatch {
  readonly #time: Pick<Clock, 'monotonic'>
  #sinceMs: number | undefined
  #before = 0

  constructor(time: Pick<Clock, 'monotonic'>) {
    this.#time = time
    this.#sinceMs = time.monotonic()
  }

  get ms(): number {
    return this.#before + (this.#sinceMs === undefined ? 0 : this.#time.monotonic() - this.#sinceMs)
  }

  toggle(): void {
    const nowMs = this.#time.monotonic()
    if (this.#sinceMs === undefined) this.#sinceMs = nowMs
    else {
      this.#before += nowMs - this.#sinceMs
      this.#sinceMs = undefined
    }
  }
}

const tickMs = 1000

const decide = createPrompt<Chosen, Asked>(({ scene, clock, palette, width, time }, done) => {
  const stopwatch = useMemo(() => new Stopwatch(time), [])
  const [at, setAt] = useState(0)
  const [paused, setPaused] = useState(false)
  const [ticks, setTicks] = useState(0)
  useEffect(() => {
    let isOld = false
    void time.sleep(tickMs).then(() => {
      if (!isOld) setTicks(ticks + 1)
    })
    return () => {
      isOld = true
    }
  }, [ticks])
  const rows = rowsOf(scene)
  const end = (words: string): void => done({ words, thoughtMs: Math.round(stopwatch.ms) })
  useKeypress((key) => {
    if (isUpKey(key)) setAt((at + rows.length - 1) % rows.length)
    else if (isDownKey(key)) setAt((at + 1) % rows.length)
    else if (key.name === 'space') {
      stopwatch.toggle()
      setPaused(!paused)
    } else if (isEnterKey(key)) end(rows[at]?.words ?? '')
    else if (moveOf(scene, key.name) !== undefined) end(key.name)
  })
  const list = rows.flatMap(({ head, text }, index) => {
    const lines = wrapped(text, `${index === at ? '❯' : ' '} ${head} `, width)
    return index === at ? lines.map(palette.cyan) : lines
  })
  return [
    ...(clock === undefined
      ? []
      : wrapped(clockLine(clock, { thoughtMs: stopwatch.ms, paused }), '', width).map(palette.bold)),
    ...list,
    ...wrapped('↑ ↓ and Enter, or the letter · Space pauses the clock', '', width).map(palette.dim),
  ].join('\n')
})

const rowsOf = (
  scene: Open,
): readonly { readonly words: string; readonly head: string; readonly text: string }[] =>
  scene.kind === 'choice'
    ? scene.choices.map(({ letter, text }) => ({ words: letter, head: `${letter})`, text }))
    : [
        ...scene.actions.map(({ number, text, state }) => ({
          words: `${number}`,
          head: `${marks[state]} ${number}.`,
          text,
        })),
        { words: 'close', head: '   ', text: 'Close the incident' },
      ]

const pause = createPrompt<void, { readonly says: string }>(({ says }, done) => {
  useKeypress((key) => {
    if (isEnterKey(key)) done()
  })
  return says
})

export function screenPlayer(
  io: Io,
  {
    palette,
    width,
    time = wallClock,
  }: {
    readonly palette: Palette
    readonly width: number
    readonly time?: Pick<Clock, 'monotonic' | 'sleep'>
  },
): Player {
  const context = {
    input: io.stdin as NodeJS.ReadStream, // a terminal: that is asked before
    output: io.stdout as unknown as NodeJS.WriteStream,
    signal: io.signal,
  }
  return {
    begin: () => pause({ says: palette.bold('Press Enter to take the page.') }, context),
    move: async (scene, clock) => {
      const { words, thoughtMs } = await decide(
        { scene, clock, palette, width, time },
        { ...context, clearPromptOnDone: true },
      )
      const move = moveOf(scene, words)
      if (move === undefined) throw new RangeError(`the screen offered ${words}`)
      return { ...move, thoughtMs }
    },
    close: () => {},
  }
}
