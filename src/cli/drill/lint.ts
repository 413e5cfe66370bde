import { backstage } from '#app/backstage.ts'
import { measuredReach, scenarioIds, scenarioText } from '#app/scenarios.ts'
import { textNamed } from '#cli/drill/files.ts'
import { engine } from '#cli/engine.ts'
import type { Io } from '#cli/io.ts'
import { lintForm } from '#drill/lint/form.ts'
import { strategiesOver, strategyNotices } from '#drill/lint/strategies.ts'
import { type VerifyOptions, verifyScenario } from '#drill/lint/verify.ts'
import type { Notice, Replay } from '#drill/replay/types.ts'
import { readScenario } from '#drill/scenario/read-scenario.ts'

export interface LintOptions {
  /** Files and names; none: all drills that come with ninelives. */
  readonly names: readonly string[]
  /** Whether each is played on a lab as well. */
  readonly live: boolean
  readonly output: 'text' | 'json'
}

interface Linted {
  readonly file: string
  readonly notices: readonly Notice[]
  readonly trials: Awaited<ReturnType<typeof verifyScenario>>
}

/** Says by line what is wrong with scenarios. Answers 0 where nothing is, 5 where something is. */
export async function lint({ names, live, output }: LintOptions, io: Io): Promise<number> {
  const { faults } = await import('#failures/generated/faults.ts')
  const behind = backstage(await engine(), faults)
  const replays: Replay[] = []
  const all: Linted[] = []
  for (const name of names.length > 0 ? names : scenarioIds()) {
    const text = scenarioText(name) ?? textNamed(name, io.cwd)
    const read = readScenario(text)
    const notices = read.ok ? await lintForm(read.value, behind, { text }) : read.error
    if (read.ok) replays.push(read.value.replay)
    const onTrial = (title: string): void => void io.stderr.write(`${name}: ${title}\n`)
    all.push({
      file: name,
      notices,
      trials:
        read.ok && live && notices.length === 0
          ? await verifyScenario(read.value, behind, { ...searchedIn(name, text), onTrial })
          : [],
    })
    io.signal.throwIfAborted()
  }
  const together = strategyNotices(replays)
  const isGood =
    together.length === 0 &&
    all.every(({ notices, trials }) => notices.length === 0 && trials.every(({ holds }) => holds))
  io.stdout.write(
    output === 'json'
      ? `${JSON.stringify({ drills: all, strategies: strategiesOver(replays) }, null, 2)}\n`
      : textOf(all, together),
  )
  return isGood ? 0 : 5
}

/** What a search has found, where one of ours was searched. */
function searchedIn(name: string, text: string): Pick<VerifyOptions, 'reach' | 'worst'> {
  const reach = measuredReach(name, text)
  return reach === undefined ? {} : { reach, worst: reach.worst.letters }
}

const textOf = (all: readonly Linted[], together: readonly Notice[]): string =>
  [
    ...all.flatMap(({ file, notices, trials }) => [
      ...notices.map(({ line, message }) => `${file}:${line}: ${message}`),
      ...trials.map(
        ({ title, holds, says }) =>
          `${file}: ${holds ? 'ok' : 'NOT SO'}: ${title}${holds ? '' : `: ${says}`}`,
      ),
      ...(notices.length === 0 && trials.length === 0 ? [`${file}: nothing to say`] : []),
    ]),
    ...together.map(({ message }) => `all drills: ${message}`),
    '',
  ].join('\n')
