/** The hands-on form: the lab is served, whoever plays uses kubectl, calicoctl and shells; here are hints, time and the end. */
import { createInterface } from 'node:readline'
import { wallClock } from '#base/clock.ts'
import { Trouble } from '#base/trouble.ts'
import { clockLine } from '#cli/drill/clock-line.ts'
import { faults as faultOf } from '#cli/faults.ts'
import type { Io } from '#cli/io.ts'
import { HandsOn } from '#drill/play/hands-on.ts'
import type { Journal } from '#drill/play/journal.ts'
import { isDiscovery } from '#drill/play/outside.ts'
import type { HandsOnRecord } from '#drill/play/record.ts'
import { readSteps } from '#drill/scenario/steps.ts'
import type { Scenario } from '#drill/scenario/types.ts'
import type { Backstage } from '#drill/stage/ports.ts'
import { serveLab } from '#lab/serve/serve.ts'
import { LabStates } from '#lab/serve/state.ts'
import { commandLines } from '#report/drill/captured.ts'
import { doneLines } from '#report/drill/done-lines.ts'
import { briefingText, type DrillTextOptions } from '#report/drill/text.ts'
import { wrapped } from '#report/layout.ts'

export interface HandsOnOptions {
  readonly scenario: Scenario
  readonly behind: Backstage
  readonly screen: Required<DrillTextOptions>
  readonly io: Io
  /** How fast the lab's clock runs against the wall. */
  readonly pace: number
  /** A game to go on with. */
  readonly left?: Journal
  /** Told from time to time what would have to be kept, and when somebody leaves. */
  readonly onKeep: (journal: Journal) => void
}

/** The name of the lab that is served meanwhile. */
const labName = 'drill'

const lookEveryMs = 5000

/** After so many looks, and at the end, the game is kept. */
const keepEvery = 6

/**
 * Serves the incident until it is closed, and answers what `judge` makes of it, while it is still served. Rejects with an
 * AbortError when somebody leaves, and when the lab dies.
 */
export async function playHandsOn<T>(
  o: HandsOnOptions,
  judge: (over: { readonly play: HandsOn; readonly commands: HandsOnRecord['commands'] }) => Promise<T>,
): Promise<T> {
  const { scenario, screen, io, behind, left, onKeep } = o
  const states = new LabStates(io.env)
  refuseTaken(states)
  io.stdout.write(briefingText(scenario, screen))
  io.stderr.write(left === undefined ? 'booting the lab …\n' : 'going through what was played …\n')
  const play = await (left === undefined
    ? HandsOn.begin(scenario, behind)
    : HandsOn.again(scenario, behind, left))
  const served = await serveDrill(play, { io, states, pace: o.pace })
  const stop = new AbortController()
  const died = served.ended.then(() => {
    io.signal.throwIfAborted()
    throw new Trouble('lab-down', 'the lab of this drill was taken down', {
      hint: 'the game is kept: drill play NAME --hands-on --resume',
    })
  })
  died.catch((error: unknown) => void error) // whoever waits for the end hears of it
  const watching = watch(play, { io, screen, signal: stop.signal, onKeep })
  try {
    onKeep(play.journal)
    io.stdout.write(pageText(play, screen))
    await Promise.race([converse(play, { io, screen, signal: stop.signal }), died, watching])
    onKeep(play.journal)
    return await judge({ play, commands: commandsOf(play) })
  } catch (error) {
    // The history of a dead lab leads to its death again: what was kept before stays.
    if (error instanceof Trouble || io.signal.aborted) onKeep(play.journal)
    throw error
  } finally {
    stop.abort()
    states.removeOwn(labName, served.token)
    await served.close().catch((error: unknown) => void error) // of a dead lab
  }
}

/** Two drills at once would take each other's kubeconfig. */
function refuseTaken(states: LabStates): void {
  if (states.find(labName) === undefined) return
  throw new Trouble('lab-taken', `a lab named "${labName}" is running: another drill is being played`, {
    hint: `finish that one, or take it down: ninelives lab down --name ${labName}`,
  })
}

const serveDrill = (
  { stage: { lab } }: HandsOn,
  { io, states, pace }: { readonly io: Io; readonly states: LabStates; readonly pace: number },
) =>
  serveLab({
    name: labName,
    nodes: lab.nodes.length,
    flavour: lab.options.flavour,
    seed: lab.options.seed,
    lab,
    speed: pace,
    port: 0,
    states,
    faults: faultOf,
    clock: wallClock,
    signal: io.signal,
  })

function pageText(
  { stage: { lab, scenario } }: HandsOn,
  { palette, width, edge }: Required<DrillTextOptions>,
): string {
  const cue = scenario.replay.rounds[0]?.cue
  return `${[
    '',
    ...(cue === undefined ? [] : [...wrapped(`“${cue}”`, '', width).map(palette.yellow), '']),
    ...wrapped('You are paged. In another terminal:', '', width),
    ...[
      `export KUBECONFIG=$(ninelives lab kubeconfig --name ${labName})`,
      'kubectl get nodes',
      `ninelives lab shell ${lab.nodes[0]} --name ${labName}`,
    ].flatMap((command) => commandLines(command, { first: '  ', width: edge })),
    ...wrapped(
      `or here: kubectl get pods -A · ${scenario.strike?.node ?? lab.nodes[0]}# ip route · hint · time · wait 5m · done · help`,
      '',
      width,
    ),
    '',
  ].join('\n')}\n`
}

/** Says once that all is well again: that is seen from the lab, whoever mended it. Ends only by an error of the lab. */
async function watch(
  play: HandsOn,
  {
    io,
    screen,
    signal,
    onKeep,
  }: { readonly signal: AbortSignal } & Pick<HandsOnOptions, 'io' | 'screen' | 'onKeep'>,
): Promise<void> {
  let told = false
  for (let looks = 1; !signal.aborted; looks += 1) {
    if (looks % keepEvery === 0) onKeep(play.journal)
    const isCalm = play.watch()
    if (isCalm && !told && play.stage.scenario.strike !== undefined) {
      told = true
      const says = 'All has been well for a minute. Type "done" when you are finished.'
      io.stdout.write(`\n${wrapped(says, '', screen.width).join('\n')}\ndrill> `)
    }
    await wallClock.sleep(lookEveryMs, { signal }).catch(() => {}) // the end
  }
}

async function converse(
  play: HandsOn,
  {
    io,
    screen,
    signal,
  }: { readonly io: Io; readonly screen: Required<DrillTextOptions>; readonly signal: AbortSignal },
): Promise<void> {
  const lines = createInterface({
    input: io.stdin,
    crlfDelay: Number.POSITIVE_INFINITY,
    signal: AbortSignal.any([io.signal, signal]),
  })
  io.stdout.write('drill> ')
  try {
    for await (const line of lines) {
      const words = line.trim()
      if (words === 'done') return
      io.stdout.write(await answer(play, words, screen))
      io.stdout.write('drill> ')
    }
    io.signal.throwIfAborted()
    if (!signal.aborted)
      throw new Trouble('no-more-input', 'the input ended before the incident was closed', {
        hint: 'type "done" to close it; go on with: drill play NAME --hands-on --resume',
      })
  } finally {
    lines.close()
  }
}

/** What was done, as a record lists it: without what kubectl asks by itself. */
const commandsOf = ({ acts, stage }: HandsOn): HandsOnRecord['commands'] =>
  acts
    .filter(({ line }) => !isDiscovery(line))
    .map(({ atMs, line, by }) => ({
      afterMs: Math.round(atMs - stage.scenario.pagedAtMs),
      line: by === undefined ? line : `${by}: ${line}`,
    }))

const help = [
  ['hint', 'the next hint; it costs its time'],
  ['time', 'how late it is'],
  ['wait 5m', 'let time pass'],
  ['kubectl …', "a command of the lab's own kubectl; on OpenShift also of oc"],
  ['NODE# command', 'a command on a node, as root'],
  ['done', 'the incident is closed, and judged'],
] as const

const helpLines = (width: number): readonly string[] =>
  help.flatMap(([head, text]) => wrapped(text, head.padEnd(16), width))

async function answer(play: HandsOn, words: string, screen: Required<DrillTextOptions>): Promise<string> {
  if (words === '') return ''
  if (words === 'help' || words === '?') return `${helpLines(screen.width).join('\n')}\n`
  if (words === 'time') return `${timeOf(play)}\n`
  if (words === 'hint')
    return `${wrapped((await play.hint())?.text ?? 'no hint is left', '', screen.width).join('\n')}\n`
  const read = readSteps(/^(kubectl|oc) /.test(words) ? `$ ${words}` : words, 1)
  if (!read.ok) return `${read.error.map(({ message }) => message).join('\n')}\n`
  const done = await play.type(read.value)
  return `${done.flatMap((each) => doneLines(each, screen)).join('\n')}\n`
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
