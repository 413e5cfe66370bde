/** What can be said of a scenario without playing it. */
import { leaks } from '#drill/lint/leaks.ts'
import { note, Places } from '#drill/lint/places.ts'
import type { Notice, Round } from '#drill/replay/types.ts'
import type { Deed, Expectation, Scenario, Staged, Step, Way } from '#drill/scenario/types.ts'
import type { Backstage } from '#drill/stage/ports.ts'
import { flavoursOf } from '#lab/fault.ts'
import { nodeNames } from '#lab/options.ts'

const fixesMin = 3

/** Everything that is wrong with a scenario's form, in the order of lines. `text`: its file, in which the lines are found. */
export async function lintForm(
  scenario: Scenario,
  backstage: Pick<Backstage, 'fault'>,
  { text }: { readonly text: string },
): Promise<readonly Notice[]> {
  const places = new Places(text)
  return [
    ...(await faultNotices(scenario, { backstage, places })),
    ...scenario.replay.rounds.flatMap((round, index) => roundNotices(round, scenario.rounds[index], places)),
    ...cycles(scenario, places),
    ...contradictions(scenario),
    ...unknownNames(scenario, places),
    ...leaks(scenario, places),
    ...handsOnNotices(scenario, places),
  ].sort((a, b) => a.line - b.line)
}

async function faultNotices(
  { strike, lab }: Scenario,
  { backstage, places }: { readonly backstage: Pick<Backstage, 'fault'>; readonly places: Places },
): Promise<readonly Notice[]> {
  if (strike === undefined) return []
  const { flavour = 'plain', encapsulation } = lab
  const fault = await backstage.fault(strike.mode)
  if (fault === undefined)
    return [note(places.key('strike.mode'), `strike.mode: a lab cannot be broken by "${strike.mode}"`)]
  const { variant = Object.keys(fault.variants)[0] as string } = strike // each has one at least
  if (!(variant in fault.variants))
    return [
      note(
        places.key('strike.variant'),
        `strike.variant: ${strike.mode} has no variant "${variant}"; it has ${Object.keys(fault.variants).join(', ')}`,
      ),
    ]
  const flavours = flavoursOf(fault, variant)
  const needs = fault.lab?.encapsulation
  const nodes = nodeNames(lab)
  return [
    ...(nodes.includes(strike.node)
      ? []
      : [
          note(
            places.key('strike.node'),
            `strike.node: the lab has no node ${strike.node}; it has ${nodes.join(', ')}`,
          ),
        ]),
    ...(flavours.includes(flavour)
      ? []
      : [
          note(
            places.key('strike.mode'),
            `strike.mode: ${strike.mode} (${variant}) does no harm to a lab of flavour ${flavour}; it does to ${flavours.join(', ')}`,
          ),
        ]),
    ...(needs === undefined || needs === encapsulation
      ? []
      : [
          note(
            places.key('strike.mode'),
            `strike.mode: ${strike.mode} needs "encapsulation: ${needs}" in the lab`,
          ),
        ]),
  ]
}

function roundNotices(
  { number, choices, actions }: Round,
  staged: Staged | undefined,
  places: Places,
): readonly Notice[] {
  if (staged === undefined) return []
  const right = choices.filter(({ recommended }) => recommended).length
  return [
    ...(choices.length > 0 && right !== 1
      ? [
          note(
            places.round(number),
            `round ${number}: ${right} choices are recommended; mark one with "### If you chose X (recommended):"`,
          ),
        ]
      : []),
    ...choices
      .filter(({ letter }) => (staged.choices[letter]?.steps.length ?? 0) === 0)
      .map(({ letter }) =>
        note(
          places.branch(number, letter),
          `round ${number}: choice ${letter} does nothing: give its branch a block of acts`,
        ),
      ),
    ...choices
      .filter(({ result }) => result === '')
      .map(({ letter }) =>
        note(
          places.branch(number, letter),
          `round ${number}: choice ${letter} has no result: say why it helps or does not`,
        ),
      ),
    ...actions.flatMap((_, index) =>
      staged.actions[index]?.steps.some(({ act }) => act === 'expect')
        ? []
        : [
            note(
              places.action(number, index + 1),
              `round ${number}: action ${index + 1} is not verified: its block of acts expects nothing`,
            ),
          ],
    ),
    ...(choices.length === 0 && actions.length === 0
      ? [note(places.round(number), `round ${number} has neither choices nor actions`)]
      : []),
  ]
}

/** A way back to an earlier round could go on for ever. */
const cycles = ({ replay, rounds }: Scenario, places: Places): readonly Notice[] =>
  rounds.flatMap(({ choices }, index) =>
    Object.entries(choices).flatMap(([letter, { leads }]: [string, Deed]) =>
      typeof leads === 'object' && leads.round <= index + 1
        ? [
            note(
              places.branch(replay.rounds[index]?.number ?? index + 1, letter),
              `round ${replay.rounds[index]?.number ?? index + 1}: choice ${letter} leads back to round ${leads.round}: write "-> again" or a later round`,
            ),
          ]
        : [],
    ),
  )

/** Of one block: the same thing expected and not expected with nothing done in between. */
function contradictions(scenario: Scenario): readonly Notice[] {
  return stepsOf(scenario.rounds).flatMap((steps) => runsOfExpectations(steps).flatMap(contradicted))
}

/** Block by block. */
const stepsOf = (rounds: Scenario['rounds']): readonly (readonly Step[])[] =>
  rounds.flatMap(({ sees, choices, actions }) => [
    sees,
    ...Object.values(choices).map(({ steps }) => steps),
    ...actions.map(({ steps }) => steps),
  ])

function runsOfExpectations(steps: readonly Step[]): readonly (readonly Expected[])[] {
  const runs: Expected[][] = [[]]
  for (const step of steps) {
    if (step.act === 'expect') runs.at(-1)?.push(step)
    else runs.push([])
  }
  return runs
}

type Expected = Extract<Step, { readonly act: 'expect' }>

const contradicted = (run: readonly Expected[]): readonly Notice[] =>
  run.flatMap((later, index) =>
    run
      .slice(0, index)
      .filter((earlier) => deny(earlier.expects, later.expects))
      .map((earlier) => note(later.line, `"${later.text}" contradicts line ${earlier.line}`)),
  )

function deny(a: Expectation, b: Expectation): boolean {
  if (a.kind === 'traffic' && b.kind === 'traffic') return a.flows !== b.flows
  if (a.kind === 'shows' && b.kind === 'shows')
    return a.not !== b.not && a.pattern === b.pattern && a.look.command === b.look.command
  const kinds = [a.kind, b.kind]
  return kinds.includes('healthy') && kinds.includes('cause')
}

/** Words in braces that nobody gave a meaning. `${x}` is the shell's, and what has a dot is a jsonpath. */
function unknownNames(scenario: Scenario, places: Places): readonly Notice[] {
  const { names, evidence, before, lasting, prevention, fixes, shortcuts, strike, rounds } = scenario
  const known = new Set([...Object.keys(names), ...(strike === undefined ? [] : ['node'])])
  /** Steps of the front matter count their lines from its value. */
  const inHead = (key: string, steps: readonly Step[]): readonly Step[] =>
    steps.map((step) => ({ ...step, line: places.key(key) }))
  const stepsIn = (ways: readonly Way[]): readonly Step[] => ways.flatMap(({ steps }) => steps)
  const steps = [
    ...inHead('before', before),
    ...inHead(
      'evidence',
      evidence.map(({ ask }) => ask),
    ),
    ...inHead('lasting', stepsIn(lasting)),
    ...inHead('prevention', stepsIn(prevention)),
    ...stepsIn([...fixes, ...shortcuts]),
    ...stepsOf(rounds).flat(),
  ]
  return steps.flatMap(({ line, text }) =>
    [...text.matchAll(/(?<!\$)\{([a-z][a-z0-9-]*)\}/g)]
      .filter(([, name = '']) => !known.has(name))
      .map(([braced, name]) =>
        note(line, `${braced} has no meaning: write under "names" how ${name} is found`),
      ),
  )
}

const handsOnNotices = ({ strike, fixes, shortcuts, hints }: Scenario, places: Places): readonly Notice[] => [
  ...(strike !== undefined && fixes.length < fixesMin
    ? [
        note(
          places.handsOn(),
          `hands-on: ${fixes.length} fixes; show ${fixesMin} that are different and right`,
        ),
      ]
    : []),
  ...(shortcuts.length === 0
    ? [note(places.handsOn(), 'hands-on: no shortcut that must not count as a repair')]
    : []),
  ...(hints.length === 0 ? [note(places.handsOn(), 'hands-on: no hint')] : []),
]
