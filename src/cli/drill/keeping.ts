/** Games on the disk: what is written while one is played, and when it is over. */
import { userInfo } from 'node:os'
import { type Begun, forgetBegun, keepBegun, keepRecord, recordsFolder, stampOf } from '#app/drill-records.ts'
import { wallClock } from '#base/clock.ts'
import { Trouble } from '#base/trouble.ts'
import type { Io } from '#cli/io.ts'
import type { Outcome } from '#drill/measure/outcome.ts'
import { type BegunDrill, type DrillRecord, type HandsOnRecord, recordFormat } from '#drill/play/record.ts'
import type { Move } from '#drill/play/types.ts'
import type { Scenario } from '#drill/scenario/types.ts'
import type { Score } from '#drill/score/score.ts'
import type { LabHistory } from '#lab/history.ts'

/** Keeps games as they are played. What cannot be written is said once, and the game goes on. */
export class BegunKeeper {
  readonly #io: Io
  #told = false
  #keeps = false

  constructor(io: Io) {
    this.#io = io
  }

  /** Whether the game could be gone on with as it was last. */
  get keeps(): boolean {
    return this.#keeps
  }

  keep(begun: Begun): void {
    try {
      this.#keeps = false
      keepBegun(begun, recordsFolder(this.#io.env))
      this.#keeps = true
    } catch (error) {
      if (!(error instanceof Trouble)) throw error
      if (!this.#told)
        this.#io.stderr.write(`warning: this game is not kept while it is played: ${error.message}\n`)
      this.#told = true
    }
  }
}

export const begunOf = (
  { id, replay: { title } }: Scenario,
  o: { readonly digest: string; readonly seed: string; readonly moves: readonly Move[] },
): BegunDrill => ({ format: recordFormat, drill: id, title, ...o })

export interface Over {
  readonly begun: BegunDrill
  readonly version: string
  readonly score: Score
  readonly outcome: Outcome
  readonly handsOn?: Omit<HandsOnRecord, 'lab'> & { readonly history: LabHistory }
}

/** Throws a {@link Trouble} where the record cannot be written; the game then waits to be judged again. */
export function keepOver(
  { begun, handsOn, ...over }: Over,
  { io, keeper }: { readonly io: Io; readonly keeper: Pick<BegunKeeper, 'keeps'> },
): void {
  const folder = recordsFolder(io.env)
  const endedAt = new Date(wallClock.now()).toISOString()
  const { history, ...free } = handsOn ?? {}
  const { handsOn: _, ...game } = begun
  const record: DrillRecord = {
    ...game,
    ...over,
    endedAt,
    who: io.env['NINELIVES_PLAYER'] || userInfo().username,
    ...(handsOn === undefined
      ? {}
      : {
          handsOn: {
            lab: `${stampOf({ endedAt, drill: begun.drill })}.lab`,
            ...(free as Omit<HandsOnRecord, 'lab'>), // there is one
          },
        }),
  }
  const form = handsOn === undefined ? 'rounds' : 'hands-on'
  try {
    const path = keepRecord(record, folder, history)
    forgetBegun({ drill: begun.drill, form }, folder)
    io.stderr.write(`kept: ${path}\n`)
  } catch (error) {
    if (!(error instanceof Trouble)) throw error
    throw new Trouble(
      'not-kept',
      `the game is over and its report is above, but not in the history: ${error.message}`,
      {
        hint: `${error.hint ?? ''}${keeper.keeps ? `; then: ninelives drill play ${begun.drill}${form === 'hands-on' ? ' --hands-on' : ''} --resume` : ''}`,
        cause: error,
      },
    )
  }
}
