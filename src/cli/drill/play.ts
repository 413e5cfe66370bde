import { Trouble } from '#base/trouble.ts'
import { named } from '#cli/drill/files.ts'
import { paced } from '#cli/drill/paced.ts'
import { plainPlayer } from '#cli/drill/plain-player.ts'
import { playText } from '#cli/drill/play-text.ts'
import type { Player } from '#cli/drill/player.ts'
import type { DrillFormat } from '#cli/drill/rendered.ts'
import { screenOf } from '#cli/drill/screen.ts'
import type { Io } from '#cli/io.ts'
import type { DrillTextOptions } from '#report/drill/text.ts'

export interface PlayOptions {
  /** A scenario's id, or a file. */
  readonly name: string
  /** Letters, in place of a person. */
  readonly script?: readonly string[]
  readonly seed: string
  /** Goes on with the game that was left. */
  readonly resume?: boolean
  /** With free hands, in place of rounds. */
  readonly handsOn?: boolean
  /** How fast the incident's clock runs against the wall. */
  readonly pace: number
  readonly output: DrillFormat
  /** For the record. */
  readonly version: string
}

/** Plays a drill in rounds and prints what it comes to. Answers the exit code. */
export async function play(o: PlayOptions, io: Io): Promise<number> {
  const drill = named(o.name, io.cwd)
  // The report on standard output, and everything that is read meanwhile beside it.
  const out = o.output === 'text' ? io.stdout : io.stderr
  const screen = screenOf(out, io.env)
  const player =
    o.script === undefined && o.handsOn !== true
      ? await playerFor({ ...io, stdout: out }, { ...screen, pace: o.pace })
      : undefined
  try {
    if (drill.kind === 'scenario') {
      const { behindDrills } = await import('#cli/drill/game.ts')
      const on = { ...drill, o, io, out, screen, behind: await behindDrills() }
      if (o.handsOn !== true) return await (await import('#cli/drill/on-lab.ts')).onLab({ ...on, player })
      return await (await import('#cli/drill/in-free-hands.ts')).inFreeHands(on)
    }
    if (o.handsOn === true)
      throw new Trouble(
        'no-lab-part',
        `${o.name} is a replay without a lab part: there is nothing to lay hands on`,
        {
          hint: `give it one: ninelives drill new NAME --from ${o.name}`,
        },
      )
    const { chosen } = await playText({
      replay: drill.replay,
      seed: o.seed,
      script: o.script ?? [],
      player,
      out,
      screen,
    })
    if (o.output === 'json')
      io.stdout.write(`${JSON.stringify({ title: drill.replay.title, chosen }, null, 2)}\n`)
    return 0
  } finally {
    player?.close()
  }
}

/** Plain prompts where there is no terminal that could do more. */
async function playerFor(
  io: Io,
  { pace, ...screen }: Required<DrillTextOptions> & { readonly pace: number },
): Promise<Player> {
  const time = paced(pace)
  const isTerminal = io.stdout.isTTY === true && 'isTTY' in io.stdin && io.stdin.isTTY === true
  if (!isTerminal || io.env['TERM'] === 'dumb') return plainPlayer(io, { ...screen, clock: time })
  const { screenPlayer } = await import('#cli/drill/screen-player.ts')
  return screenPlayer(io, { ...screen, time })
}
