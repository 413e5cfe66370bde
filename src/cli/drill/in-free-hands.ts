import { begunDrill, recordsFolder } from '#app/drill-records.ts'
import { Trouble } from '#base/trouble.ts'
import { judged, type NamedScenario } from '#cli/drill/game.ts'
import { playHandsOn } from '#cli/drill/hands-on.ts'
import { BegunKeeper, begunOf, keepOver } from '#cli/drill/keeping.ts'
import { labDied, shutDown } from '#cli/drill/lab-died.ts'
import type { OnLab } from '#cli/drill/on-lab.ts'
import { rendered } from '#cli/drill/rendered.ts'
import { outcomeOf } from '#drill/measure/outcome.ts'
import { HandsOn } from '#drill/play/hands-on.ts'
import type { Journal } from '#drill/play/journal.ts'
import type { Backstage } from '#drill/stage/ports.ts'

/** Plays a drill with free hands on a served lab. It is judged by a second life of that lab, as its record will be. */
export async function inFreeHands({ o, io, out, screen, behind, ...drill }: OnLab): Promise<number> {
  const { scenario, digest } = drill
  if (o.pace === 0)
    throw new Trouble('bad-pace', '--pace 0: with free hands the lab must have a clock that runs', {
      hint: 'slower than the wall: --pace 0.5',
    })
  const begun = begunOf(scenario, { digest, seed: o.seed, moves: [] })
  const resume = `ninelives drill play ${o.name} --hands-on --resume`
  const keeper = new BegunKeeper(io)
  const onKeep = ({ history, noted }: Journal): void => {
    keeper.keep({ begun: { ...begun, handsOn: { lab: 'below', noted } }, history })
  }
  try {
    const left = o.resume === true ? leftOf(drill, io) : undefined
    const options = { scenario, screen, behind, pace: o.pace, io: { ...io, stdout: out }, onKeep }
    await playHandsOn(left === undefined ? options : { ...options, left }, async ({ play, commands }) => {
      const { journal } = play
      const { over, ...second } = await secondLife(play, { journal, behind, io })
      try {
        await over.close()
        const { debrief, score } = await judged(over, drill, io)
        io.stdout.write(rendered({ ...drill, debrief, score }, { output: o.output, screen }))
        const outcome = outcomeOf(scenario, debrief, { hints: over.hints })
        keepOver(
          { begun, version: o.version, score, outcome, handsOn: { ...journal, commands, ...second } },
          { io, keeper },
        )
      } finally {
        if (over !== play) await shutDown(over)
      }
    })
    return 0
  } catch (error) {
    const kept = keeper.keeps
    if (io.signal.aborted && kept) io.stderr.write(`\nleft; go on with: ${resume}\n`)
    throw labDied(error, {
      io,
      kept: kept ? 'the game is kept as it was up to half a minute before' : 'nothing was kept yet',
      ...(kept ? { resume } : {}),
    })
  }
}

/** The game again, from its journal; where its lab does not go the same way, the game itself, and why. */
async function secondLife(
  play: HandsOn,
  {
    journal,
    behind,
    io,
  }: { readonly journal: Journal; readonly behind: Backstage; readonly io: OnLab['io'] },
): Promise<{ readonly over: HandsOn; readonly unrepeatable?: string }> {
  try {
    return { over: await HandsOn.again(play.stage.scenario, behind, journal) }
  } catch (error) {
    if (!(error instanceof Trouble)) throw error
    io.stderr.write(`this game cannot be played again: ${error.message}\n`)
    return { over: play, unrepeatable: error.message }
  }
}

function leftOf({ scenario: { id }, digest }: NamedScenario, io: OnLab['io']): Journal | undefined {
  const { begun, history } = begunDrill({ drill: id, form: 'hands-on', digest }, recordsFolder(io.env))
  return begun.handsOn === undefined || history === undefined
    ? undefined
    : { noted: begun.handsOn.noted, history }
}
