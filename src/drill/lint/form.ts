/** What can be said of a scenario without playing it. */
import type { Notice, Round } from '#drill/replay/types.ts'
import type { Deed, Expectation, Scenario, Staged, Step } from '#drill/scenario/types.ts'
import type { Backstage } from '#drill/stage/ports.ts'
import { flavoursOf } from '#lab/fault.ts'

/** Where a notice has no line of its own it is the file's first. */
const wholeFile = 1

const fixesMin = 3

/** Everything that is wrong with a scenario's form, in the order of lines. */
export async function lintForm(
  scenario: Scenario,
  backstage: Pick<Backstage, 'fault'>,
): Promise<readonly Notice[]> {
  return [
    ...(await faultNotices(scenario, backstage)),
    ...scenario.replay.rounds.flatMap((round, index) => roundNotices(round, scenario.rounds[index])),
    ...cycles(scenario),
    ...contradictions(scenario),
    ...leaks(scenario),
    ...handsOnNotices(scenario),
  ].sort((a, b) => a.line - b.line)
}

const note = (message: string, line = wholeFile): Notice => ({ line, message })

async function faultNotices(
  { strike, lab: { flavour = 'plain', encapsulation } }: Scenario,
  backstage: Pick<Backstage, 'fault'>,
): Promise<readonly Notice[]> {
  if (strike === undefined) return []
  const fault = await backstage.fault(strike.mode)
  if (fault === undefined) return [note(`strike.mode: a lab cannot be broken by "${strike.mode}"`)]
  const { variant = Object.keys(fault.variants)[0] as string } = strike // each has one at least
  if (!(variant in fault.variants))
    return [
      note(
        `strike.variant: ${strike.mode} has no variant "${variant}"; it has ${Object.keys(fault.variants).join(', ')}`,
      ),
    ]
  const flavours = flavoursOf(fault, variant)
  const needs = fault.lab?.encapsulation
  return [
    ...(flavours.includes(flavour)
      ? []
      : [
          note(
            `strike.mode: ${strike.mode} (${variant}) does no harm to a lab of flavour ${flavour}; it does to ${flavours.join(', ')}`,
          ),
        ]),
    ...(needs === undefined || needs === encapsulation
      ? []
      : [note(`strike.mode: ${strike.mode} needs "encapsulation: ${needs}" in the lab`)]),
  ]
}

function roundNotices({ number, choices, actions }: Round, staged: Staged | undefined): readonly Notice[] {
  if (staged === undefined) return []
  const right = choices.filter(({ recommended }) => recommended).length
  return [
    ...(choices.length > 0 && right !== 1
      ? [
          note(
            `round ${number}: ${right} choices are recommended; mark one with "### If you chose X (recommended):"`,
          ),
        ]
      : []),
    ...choices
      .filter(({ letter }) => (staged.choices[letter]?.steps.length ?? 0) === 0)
      .map(({ letter }) =>
        note(`round ${number}: choice ${letter} does nothing: give its branch a block of acts`),
      ),
    ...choices
      .filter(({ result }) => result === '')
      .map(({ letter }) =>
        note(`round ${number}: choice ${letter} has no result: say why it helps or does not`),
      ),
    ...actions.flatMap((_, index) =>
      staged.actions[index]?.steps.some(({ act }) => act === 'expect')
        ? []
        : [note(`round ${number}: action ${index + 1} is not verified: its block of acts expects nothing`)],
    ),
    ...(choices.length === 0 && actions.length === 0
      ? [note(`round ${number} has neither choices nor actions`)]
      : []),
  ]
}

/** A way back to an earlier round could go on for ever. */
const cycles = ({ replay, rounds }: Scenario): readonly Notice[] =>
  rounds.flatMap(({ choices }, index) =>
    Object.entries(choices).flatMap(([letter, { leads }]: [string, Deed]) =>
      typeof leads === 'object' && leads.round <= index + 1
        ? [
            note(
              `round ${replay.rounds[index]?.number ?? index + 1}: choice ${letter} leads back to round ${leads.round}: write "-> again" or a later round`,
            ),
          ]
        : [],
    ),
  )

/** Of one block: the same thing expected and not expected with nothing done in between. */
function contradictions(scenario: Scenario): readonly Notice[] {
  const blocks = scenario.rounds.flatMap(({ sees, choices, actions }) => [
    sees,
    ...Object.values(choices).map(({ steps }) => steps),
    ...actions.map(({ steps }) => steps),
  ])
  return blocks.flatMap((steps) => runsOfExpectations(steps).flatMap(contradicted))
}

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
      .map((earlier) => note(`"${later.text}" contradicts line ${earlier.line}`, later.line)),
  )

function deny(a: Expectation, b: Expectation): boolean {
  if (a.kind === 'traffic' && b.kind === 'traffic') return a.flows !== b.flows
  if (a.kind === 'shows' && b.kind === 'shows')
    return a.not !== b.not && a.pattern === b.pattern && a.look.command === b.look.command
  const kinds = [a.kind, b.kind]
  return kinds.includes('healthy') && kinds.includes('cause')
}

/** Whoever reads the setup or a choice must not read the answer. */
function leaks({ replay, strike }: Scenario): readonly Notice[] {
  const early = [replay.title, replay.setup.context, ...(replay.rounds[0]?.sees ?? '').split('\n')].join(' ')
  const told = strike !== undefined && early.includes(strike.mode)
  return [
    ...(told ? [note(`the setup names the failure mode ${strike.mode}`)] : []),
    ...replay.rounds.flatMap(({ number, choices, sees = '' }) =>
      choices.flatMap(({ letter, text, recommended }) => [
        ...(/\b(recommended|correct|best|right) (answer|choice|option)\b|\(recommended\)/i.test(text)
          ? [note(`round ${number}: the text of choice ${letter} says that it is right`)]
          : []),
        ...(recommended && text.length > 20 && sees.toLowerCase().includes(text.toLowerCase())
          ? [note(`round ${number}: what is seen says word for word what choice ${letter} does`)]
          : []),
      ]),
    ),
  ]
}

const handsOnNotices = ({ strike, fixes, shortcuts, hints }: Scenario): readonly Notice[] => [
  ...(strike !== undefined && fixes.length < fixesMin
    ? [note(`hands-on: ${fixes.length} fixes; show ${fixesMin} that are different and right`)]
    : []),
  ...(shortcuts.length === 0 ? [note('hands-on: no shortcut that must not count as a repair')] : []),
  ...(hints.length === 0 ? [note('hands-on: no hint')] : []),
]
