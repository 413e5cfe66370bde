import { symptomEntryOf } from '#cluster/symptoms.ts'
import type { Confidence, Evidence, Symptom } from '#diagnosis/types.ts'
import { commandOf } from '#repair/commands.ts'
import type { Plan, Step } from '#repair/types.ts'
import { forCluster } from '#report/command-words.ts'
import {
  type CauseGroup,
  disruptionOf,
  evidenceOf,
  explainedBy,
  preventionOf,
  symptomGroups,
  whereOf,
} from '#report/groups.ts'
import { columns, oneLine, some, wrapped } from '#report/layout.ts'
import { type Context, indent, labelled, labelWidth, list } from '#report/text-context.ts'
import type { Palette } from '#report/types.ts'
import { ownerWords } from '#report/words.ts'

/** One cause: where, how sure, what it explains, on which evidence, whose it is, what to do. */
export function causeLines(group: CauseGroup, number: number, context: Context): string[] {
  const { bold, dim } = context.palette
  const paint = confidencePaint(context.palette)[group.confidence]
  const symptoms = explainedBy(group)
  return [
    `${bold(`${number}. ${group.mode.title}`)} (${paint(group.confidence)})`,
    dim(`   ${group.mode.id} · ${some(whereOf(group))}`),
    ...summaries(group).flatMap((says) => wrapped(`${says}.`, indent)),
    ...(symptoms.length === 0 ? [] : ['', ...labelled('Explains', some(symptomNames(symptoms), 6))]),
    '',
    ...evidence(group, context),
    '',
    ...labelled('Whose', ownerWords[group.mode.owner]),
    ...labelled('Traffic', group.mode.traffic),
    ...mend(group, context),
    ...list('Prevent', preventionOf(group)),
  ]
}

const summariesShown = 3

const summaries = ({ causes }: CauseGroup): readonly string[] =>
  [...new Set(causes.map(({ finding }) => finding.says))].slice(0, summariesShown)

const confidencePaint = ({
  red,
  yellow,
  dim,
}: Palette): Readonly<Record<Confidence, (text: string) => string>> => ({
  confirmed: red,
  likely: yellow,
  possible: dim,
})

/** `calico-node is not ready`, `a BGP session is down (4 nodes)` */
const symptomNames = (symptoms: readonly Symptom[]): readonly string[] =>
  symptomGroups(symptoms).map(({ id, symptoms: alike }) => {
    const title = symptomEntryOf(id)?.title ?? id
    return alike.length === 1 ? title : `${title} (${alike.length}×)`
  })

const marks: Readonly<Record<Evidence['weight'], string>> = {
  decisive: '● ',
  strong: '○ ',
  weak: '· ',
  against: '✗ ',
}

const evidenceShown = 8

function evidence(group: CauseGroup, context: Context): readonly string[] {
  const distinct = [
    ...new Map(
      evidenceOf(group)
        .toReversed()
        .map((each) => [each.says, each]),
    ).values(),
  ].toReversed()
  const hidden = distinct.length - evidenceShown
  return [
    ...distinct.slice(0, evidenceShown).flatMap((each, index) => {
      const label = `${indent}${(index === 0 ? 'Evidence' : '').padEnd(labelWidth)}${marks[each.weight]}`
      return [...wrapped(each.says, label), ...provenance(each, context)]
    }),
    ...(hidden > 0 ? labelled('', `  and ${hidden} more (-o json)`) : []),
  ]
}

const quoteLinesMax = 3

function provenance({ from, says }: Evidence, { report, palette }: Context): readonly string[] {
  const margin = ' '.repeat(indent.length + labelWidth + 2)
  const words =
    from.quote === undefined ? '' : oneLine(from.quote, quoteLinesMax * (columns - margin.length - 2))
  // A quotation that the sentence already holds says nothing more.
  const quote = words === '' || says.includes(words) ? [] : wrapped(`"${words}"`, margin)
  const command = from.command === undefined ? undefined : forCluster(from.command, report.cluster)
  return [
    ...quote.map((line) => `${margin}${palette.cyan(line.slice(margin.length))}`),
    `${margin}${palette.dim(`— ${from.source}`)}`,
    ...(command === undefined ? [] : [`${margin}${palette.dim(`$ ${command}`)}`]),
  ]
}

const disruptionWords = {
  none: 'interrupts nothing',
  pod: 'restarts calico-node’s pod there, if it has to',
  node: 'takes the node out of service for a while',
} as const

function mend(group: CauseGroup, context: Context): readonly string[] {
  if (group.plans.length === 0) return labelled('Mend', 'not by ninelives: the owner has to act')
  return [
    ...labelled('Mend', disruptionWords[disruptionOf(group)]),
    ...group.plans.flatMap((plan) =>
      plan.steps.flatMap((step, index) => stepLines(step, index + 1, context)),
    ),
    ...group.plans.flatMap((plan) => offers(plan)),
  ]
}

function stepLines({ act, because }: Step, number: number, { words, palette }: Context): readonly string[] {
  const first = `${indent}  ${number}. `
  if (act.hand === 'person' || act.hand === 'wait') return wrapped(act.says, first)
  const command = commandOf(act, words)
  return [...wrapped(because, first), `${' '.repeat(first.length)}${palette.cyan(`$ ${command}`)}`]
}

const offers = ({ offers: offered }: Plan): readonly string[] =>
  offered.flatMap(({ title }) => wrapped(`offered: ${title}`, `${indent}  + `))
