/** The hands-on form: the lab is served, whoever plays uses kubectl, calicoctl and shells; here are hints, time and the end. */
import { createInterface } from 'node:readline'
import { backstage } from '#app/backstage.ts'
import { wallClock } from '#base/clock.ts'
import { clockLine } from '#cli/drill/clock-line.ts'
import { engine } from '#cli/engine.ts'
import { faults as faultOf } from '#cli/faults.ts'
import type { Io } from '#cli/io.ts'
import { HandsOn } from '#drill/play/hands-on.ts'
import { readSteps } from '#drill/scenario/steps.ts'
import type { Scenario } from '#drill/scenario/types.ts'
import { serveLab } from '#lab/serve/serve.ts'
import { LabStates } from '#lab/serve/state.ts'
import { doneLines } from '#report/drill/done-lines.ts'
import { briefingText, type DrillTextOptions } from '#report/drill/text.ts'

export interface HandsOnOptions {
  readonly scenario: Scenario
  readonly screen: Required<DrillTextOptions>
  readonly io: Io
}

/** The name of the lab that is served meanwhile. */
const labName = 'drill'

const lookEveryMs = 5000

/** Serves the incident until it is closed. Rejects with an AbortError when somebody leaves. */
export async function playHandsOn({ scenario, screen, io }: HandsOnOptions): Promise<HandsOn> {
  io.stdout.write(briefingText(scenario, screen))
  io.stderr.write('booting the lab …\n')
  const { faults } = await import('#failures/generated/faults.ts')
  const play = await HandsOn.begin(scenario, backstage(await engine(), faults))
  const { lab } = play.stage
  const states = new LabStates(io.env)
  const served = await serveLab({
    name: labName,
    nodes: lab.nodes.length,
    flavour: lab.options.flavour,
    seed: lab.options.seed,
    lab,
    speed: 1,
    port: 0,
    states,
    faults: faultOf,
    clock: wallClock,
    signal: io.signal,
  })
  const { palette } = screen
  io.stdout.write(
    `${[
      '',
      ...(scenario.replay.rounds[0]?.cue === undefined
        ? []
        : [palette.yellow(`“${scenario.replay.rounds[0].cue}”`), '']),
      'You are paged. In another terminal:',
      `  export KUBECONFIG=$(ninelives lab kubeconfig --name ${labName})`,
      '  kubectl get nodes',
      `  ninelives lab shell ${lab.nodes[0]} --name ${labName}`,
      'or here: kubectl get pods -A · k8s-worker-03# ip route · hint · time · wait 5m · done',
      '',
    ].join('\n')}\n`,
  )
  const stop = new AbortController()
  const watching = watch(play, { io, signal: stop.signal })
  try {
    await Promise.race([converse(play, { io, screen }), served.ended.then(() => io.signal.throwIfAborted())])
    await play.close()
    return play
  } finally {
    stop.abort()
    await watching
    states.removeOwn(labName, served.token)
  }
}

/** Says once that all is well again: that is seen from the lab, whoever mended it. */
async function watch(
  play: HandsOn,
  { io, signal }: { readonly io: Io; readonly signal: AbortSignal },
): Promise<void> {
  let told = false
  while (!signal.aborted) {
    const isCalm = play.watch()
    if (isCalm && !told && play.stage.scenario.strike !== undefined) {
      told = true
      io.stdout.write('\nAll has been well for a minute. Type "done" when you are finished.\n')
    }
    await wallClock.sleep(lookEveryMs, { signal }).catch(() => {}) // the end
  }
}

async function converse(
  play: HandsOn,
  { io, screen }: { readonly io: Io; readonly screen: Required<DrillTextOptions> },
): Promise<void> {
  const lines = createInterface({ input: io.stdin, crlfDelay: Number.POSITIVE_INFINITY, signal: io.signal })
  io.stdout.write('drill> ')
  try {
    for await (const line of lines) {
      const words = line.trim()
      if (words === 'done') return
      io.stdout.write(await answer(play, words, screen))
      io.stdout.write('drill> ')
    }
  } finally {
    lines.close()
  }
}

const help = `hint            the next hint; it costs its time
time            how late it is
wait 5m         let time pass
kubectl …       a command of the lab's own kubectl
NODE# command   a command on a node, as root
done            the incident is closed, and judged
`

async function answer(
  play: HandsOn,
  words: string,
  { palette }: Required<DrillTextOptions>,
): Promise<string> {
  if (words === '') return ''
  if (words === 'help' || words === '?') return help
  if (words === 'time') return `${timeOf(play)}\n`
  if (words === 'hint') return `${(await play.hint())?.text ?? 'no hint is left'}\n`
  const read = readSteps(words.startsWith('kubectl ') ? `$ ${words}` : words, 1)
  if (!read.ok) return `${read.error.map(({ message }) => message).join('\n')}\n`
  const done = await play.type(read.value)
  return `${done.flatMap((each) => doneLines(each, palette)).join('\n')}\n`
}

function timeOf({ stage: { lab, scenario } }: HandsOn): string {
  const { pagedAtMs, escalatesAfterMs } = scenario
  const clock = {
    nowMs: lab.nowMs,
    pagedAtMs,
    ...(escalatesAfterMs === undefined ? {} : { escalatesAfterMs }),
  }
  return clockLine(clock, { thoughtMs: 0, paused: false })
}
