/** Whether somebody can read the answer before it can be known: from a mark, from where a text sends its reader, or from the cause's name. */
import { note, type Places } from '#drill/lint/places.ts'
import { withoutWay } from '#drill/play/without-way.ts'
import type { Notice, Round } from '#drill/replay/types.ts'
import type { Scenario } from '#drill/scenario/types.ts'

/** What says of itself that it is right. */
const marked = /\(?\brecommended\b\)?|\b(correct|best|right) (answer|choice|option)\b/i

/** Which round comes next, beyond what the game itself leaves out of a result. */
const way = /\b(proceed|leads?|go|continue|return|back) (on )?to (the )?(next round|round \d+)\b/i

export function leaks(scenario: Scenario, places: Places): readonly Notice[] {
  return [
    ...setupLeaks(scenario, places),
    ...scenario.replay.rounds.flatMap((_, at) => roundLeaks(scenario, at, places)),
  ]
}

/** Whoever is paged reads no failure mode. */
function setupLeaks({ replay, strike, hints }: Scenario, places: Places): readonly Notice[] {
  if (strike === undefined) return []
  const setup = [replay.title, replay.setup.context, replay.setup.role, ...replay.setup.more].join(' ')
  const [first] = hints
  return [
    ...(setup.includes(strike.mode) ? [note(1, `the setup names the failure mode ${strike.mode}`)] : []),
    ...(first?.text.includes(strike.mode)
      ? [note(places.handsOn(), `the first hint names the failure mode ${strike.mode}`)]
      : []),
  ]
}

function roundLeaks(scenario: Scenario, at: number, places: Places): readonly Notice[] {
  const round = scenario.replay.rounds[at]
  if (round === undefined) return []
  const { number, choices, title, cue = '', sees = '' } = round
  const shown = `${title}\n${cue}\n${sees}`
  const mode = scenario.strike?.mode
  const say = (line: number, message: string): Notice => note(line, `round ${number}: ${message}`)
  return [
    ...(marked.test(shown) && choices.length > 0
      ? [say(places.words(number, marked), 'what is shown says what is recommended')]
      : []),
    ...(way.test(shown) ? [say(places.words(number, way), 'what is shown says which round comes next')] : []),
    ...(at === 0 && mode !== undefined && shown.includes(mode)
      ? [say(places.round(number), `what is shown names the failure mode ${mode}`)]
      : []),
    ...choices.flatMap(({ letter, text, recommended, result }) => {
      const line = places.choice(number, letter)
      const branch = places.branch(number, letter)
      return [
        ...(marked.test(text) ? [say(line, `the text of choice ${letter} says that it is right`)] : []),
        ...(way.test(text) ? [say(line, `the text of choice ${letter} says which round comes next`)] : []),
        ...(mode !== undefined && text.includes(mode)
          ? [say(line, `the text of choice ${letter} names the failure mode ${mode}`)]
          : []),
        ...(recommended && text.length > 20 && sees.toLowerCase().includes(text.toLowerCase())
          ? [say(line, `what is seen says word for word what choice ${letter} does`)]
          : []),
        ...(recommended
          ? early(scenario, { at, text }).map((what) =>
              say(line, `choice ${letter} says what only this shows, and nobody has seen it yet: ${what}`),
            )
          : []),
        ...(way.test(withoutWay(result))
          ? [say(branch, `the result of choice ${letter} says which round comes next: the game says it`)]
          : []),
        ...(recommended
          ? []
          : namesRight(result, round).map((right) =>
              say(branch, `the result of choice ${letter} names the right one, ${right}`),
            )),
      ]
    }),
  ]
}

/** The right letter in the result of another choice, after which the round goes on. */
function namesRight(result: string, { choices }: Round): readonly string[] {
  const right = choices.find(({ recommended }) => recommended)?.letter
  const named = new RegExp(
    `\\b(choose|chosen|chose|choice|option|answer|pick|picked|was)\\s+${right}\\b(?!\\s+\\w)`,
  )
  return right !== undefined && named.test(result) ? [right] : []
}

/** Evidence whose very words stand in a text, while nothing up to that round has shown it. */
function early(
  { replay, evidence, rounds }: Scenario,
  { at, text }: { readonly at: number; readonly text: string },
): readonly string[] {
  const read = [
    replay.setup.context,
    ...replay.setup.more,
    ...replay.rounds.slice(0, at + 1).flatMap(({ title, cue = '', sees = '' }) => [title, cue, sees]),
    ...replay.rounds
      .slice(0, at)
      .flatMap(({ choices }) => choices.flatMap((each) => [each.text, each.result])),
  ].join('\n')
  const asked = rounds
    .slice(0, at + 1)
    .flatMap(({ sees, choices }, index) => [
      ...sees,
      ...(index < at ? Object.values(choices).flatMap(({ steps }) => steps) : []),
    ])
    .map((step) => step.text)
  return evidence
    .filter(({ shows, ask }) => {
      const pattern = new RegExp(shows, 'im')
      return pattern.test(text) && !pattern.test(read) && !asked.includes(ask.text)
    })
    .map(({ what }) => what)
}
