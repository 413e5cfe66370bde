/** A drill on a terminal: what is read before, between and after the moves. */
import { durationText } from '#base/duration.ts'
import type { TextGame } from '#drill/play/text-game.ts'
import type { Move, Scene, Turn } from '#drill/play/types.ts'
import type { Replay, Round } from '#drill/replay/types.ts'
import { withoutControls } from '#drill/replay/words.ts'
import type { Scenario } from '#drill/scenario/types.ts'
import { outputLines } from '#report/drill/captured.ts'
import { clipped, doneLines } from '#report/drill/done-lines.ts'
import { columns, wrapped } from '#report/layout.ts'
import { type Palette, plainPalette } from '#report/types.ts'

export interface DrillTextOptions {
  readonly palette?: Palette
  /** Of what is read. */
  readonly width?: number
  /** Where the terminal ends: commands and their output go on in the next line there. Where nobody knows, they are left as they are. */
  readonly edge?: number
}

const options = ({
  palette = plainPalette,
  width = columns,
  edge = Number.POSITIVE_INFINITY,
}: DrillTextOptions): Required<DrillTextOptions> => ({ palette, width, edge })

/** Who you are, what the system is, and when it is. */
export function briefingText(
  { replay, difficulty, escalatesAfterMs }: Scenario,
  o: DrillTextOptions = {},
): string {
  const { palette, width } = options(o)
  return lines([
    ...wrapped(`${replay.title} ${difficulty}`, '[LAB] ', width).map(palette.bold),
    ...setupLines(replay, width),
    ...(escalatesAfterMs === undefined
      ? []
      : wrapped(`Somebody else is woken ${durationText(escalatesAfterMs)} after the page.`, indent, width)),
  ])
}

/** The same of a replay that is read as text. */
export function setupText(replay: Replay, o: DrillTextOptions = {}): string {
  const { palette, width } = options(o)
  return lines([...wrapped(replay.title, '[TEXT] ', width).map(palette.bold), ...setupLines(replay, width)])
}

const indent = '        '

function setupLines({ setup: { context, time, role, more } }: Replay, width: number): readonly string[] {
  const point = (head: string, text: string): readonly string[] =>
    text === '' ? [] : wrapped(text, head, width)
  return [
    '',
    ...point('System  ', context),
    ...point('Time    ', time),
    ...point('You are ', role),
    ...more.flatMap((each) => wrapped(each, indent, width)),
  ]
}

/** A round of a replay that is read as text; what is done at its end is listed. */
export function roundText({ number, title, cue, sees, actions }: Round, o: DrillTextOptions = {}): string {
  const { palette, width } = options(o)
  return lines([
    ...headLines({ round: number, title, cue, sees }, { palette, width }),
    ...actions.flatMap(({ text }, index) => wrapped(text, `  ${index + 1}. `, width)),
  ])
}

/** What the author says of a choice. */
export const resultText = (result: string, o: DrillTextOptions = {}): string =>
  result === '' ? '' : lines(['', ...wrapped(result, '→ ', options(o).width)])

/** What the author wrote at the end, and what was chosen. */
export function figuresText({ damage }: Replay, game: TextGame, o: DrillTextOptions = {}): string {
  const { palette, width } = options(o)
  const figures = [
    ['Total downtime', damage.downtime],
    ['Blast radius', damage.blastRadius],
    ['Optimal', damage.optimal],
    ['Worst', damage.worst],
  ] as const
  const wrong = game.chosen.filter(({ right }) => !right).length
  return lines([
    '',
    ...wrapped('Damage report, as the author wrote it', '', width).map(palette.bold),
    ...figures
      .filter(([, { words }]) => words !== '')
      .flatMap(([head, { words }]) => wrapped(words, `${head}  `.padEnd(16), width)),
    ...damage.more.flatMap((each) => wrapped(each, ' '.repeat(16), width)),
    '',
    ...wrapped(
      `You chose ${game.chosen.map(({ letter }) => letter).join(', ')}: ${wrong} more than were needed${game.minutesLost > 0 ? `, and lost ${game.minutesLost} minutes by the text` : ''}.`,
      '',
      width,
    ),
    ...wrapped(
      'Nothing was measured: this replay has no lab part. Give it one: ninelives drill new --from FILE',
      '',
      width,
    ),
  ])
}

interface Head {
  readonly round: number
  readonly title: string
  readonly cue?: string | undefined
  readonly sees?: string | undefined
}

const headLines = (
  { round, title, cue, sees }: Head,
  { palette, width }: Pick<Required<DrillTextOptions>, 'palette' | 'width'>,
): readonly string[] => [
  '',
  ...wrapped(`Round ${round}: ${title}`, '', width).map(palette.bold),
  ...(cue === undefined ? [] : wrapped(`“${cue}”`, '', width).map(palette.yellow)),
  ...(sees === undefined ? [] : ['', ...paragraphs(sees, width)]),
]

/**
 * A round as it begins: who presses, what is said to be seen, what the lab shows. `goesOn`: it was read before, and only the lab
 * has something new to show. Without the choices.
 */
export function sceneText(
  scene: Exclude<Scene, { readonly kind: 'over' }>,
  { goesOn = false, ...o }: DrillTextOptions & { readonly goesOn?: boolean } = {},
): string {
  const screen = options(o)
  const { palette, width } = screen
  return lines([
    ...(goesOn
      ? ['', ...wrapped(`Round ${scene.round} goes on`, '', width).map(palette.bold)]
      : headLines(scene, { palette, width })),
    ...scene.shown.flatMap((done) => doneLines(done, screen)),
  ])
}

/** What was decided: what comes of it may take a while. */
export function decidedText(
  move: Move,
  scene: Exclude<Scene, { readonly kind: 'over' }>,
  o: DrillTextOptions = {},
): string {
  const { palette, width } = options(o)
  const line = (head: string, text = ''): string =>
    lines(['', ...wrapped(text, `❯ ${head} `, width).map(palette.bold)])
  if (move.move === 'choose' && scene.kind === 'choice')
    return line(`${move.letter})`, scene.choices.find(({ letter }) => letter === move.letter)?.text)
  if (move.move === 'act' && scene.kind === 'checklist')
    return line(`${move.number}.`, scene.actions.find(({ number }) => number === move.number)?.text)
  return line('', 'Close the incident')
}

/** What came of a move. */
export function turnText(turn: Turn, o: DrillTextOptions = {}): string {
  const screen = options(o)
  const { palette, width } = screen
  return lines([
    ...turn.done.flatMap((done) => doneLines(done, screen)),
    ...(turn.result === '' ? [] : ['', ...wrapped(turn.result, '→ ', width)]),
    ...turn.unlike.flatMap(({ typed, output }) => [
      '',
      ...wrapped(`The text says otherwise than the lab shows: ${withoutControls(typed)}`, '! ', width).map(
        palette.yellow,
      ),
      ...clipped(output, 4)
        .flatMap((line) => outputLines(line, { first: '    ', width: screen.edge }))
        .map(palette.dim),
    ]),
  ])
}

const paragraphs = (text: string, width: number): readonly string[] =>
  text.split('\n\n').flatMap((each, index) => [...(index === 0 ? [] : ['']), ...wrapped(each, '', width)])

const lines = (all: readonly string[]): string => `${all.join('\n')}\n`
