import type { Subject } from '#cluster/facts.ts'
import { symptomEntryOf } from '#cluster/symptoms.ts'
import type { Confidence, Evidence, Symptom } from '#diagnosis/types.ts'
import { sayCheck } from '#repair/check.ts'
import { commandOf } from '#repair/commands.ts'
import type { Plan, Step } from '#repair/types.ts'
import { forCluster } from '#report/command-words.ts'
import {
  alikePlans,
  type CauseGroup,
  disruptionOf,
  evidenceOf,
  explainedBy,
  type OfferGroup,
  offerGroups,
  preventionOf,
  sayOffer,
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
    // What may well be something else is not mended yet; its page says how it is told apart.
    ...(group.confidence === 'possible'
      ? labelled('Read', `ninelives explain ${group.mode.id}`)
      : consequences(group, context)),
  ]
}

const consequences = (group: CauseGroup, context: Context): readonly string[] => [
  ...labelled('Whose', ownerWords[group.mode.owner]),
  ...labelled('Traffic', group.mode.traffic),
  ...mend(group, context),
  ...list('Prevent', preventionOf(group)),
]

const summariesShown = 3

/** What was found, where it says more than the mode's title. */
const summaries = ({ causes, mode }: CauseGroup): readonly string[] =>
  [...new Set(causes.map(({ finding }) => finding.says))]
    .filter((says) => says.toLowerCase() !== mode.title.toLowerCase())
    .slice(0, summariesShown)

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

const labels: Readonly<Record<Evidence['weight'], string>> = {
  decisive: 'Proof',
  strong: 'Evidence',
  weak: 'Fits too',
  against: 'Against',
}

const evidenceShown = 6

/** What carries the finding, with quotation and command; what merely fits besides, in one paragraph. */
function evidence(group: CauseGroup, context: Context): readonly string[] {
  const distinct = [
    ...new Map(
      evidenceOf(group)
        .toReversed()
        .map((each) => [each.says, each]),
    ).values(),
  ].toReversed()
  const of = (...weights: readonly Evidence['weight'][]): readonly Evidence[] =>
    distinct.filter(({ weight }) => weights.includes(weight))
  const [carries, fits] = [of('decisive', 'strong'), of('weak')]
  // Without anything stronger the signs are the evidence.
  const shown = carries.length === 0 ? fits : carries
  const hidden = shown.length - evidenceShown
  return [
    ...quoted(shown.slice(0, evidenceShown), context),
    ...(hidden > 0 ? labelled('', `and ${hidden} more (-o json)`) : []),
    ...(shown === fits || fits.length === 0
      ? []
      : labelled(labels.weak, fits.map(({ says }) => says).join('; '))),
    ...quoted(of('against'), context),
  ]
}

/** Each with its quotation and its command; those of one weight under one label. */
const quoted = (all: readonly Evidence[], context: Context): readonly string[] =>
  all.flatMap((each, index) => {
    const isNew = all[index - 1]?.weight !== each.weight
    return [...labelled(isNew ? labels[each.weight] : '', each.says), ...provenance(each, context)]
  })

const quoteLinesMax = 3

function provenance({ from, says }: Evidence, { report, palette }: Context): readonly string[] {
  const margin = ' '.repeat(indent.length + labelWidth)
  const words =
    from.quote === undefined ? '' : oneLine(from.quote, quoteLinesMax * (columns - margin.length - 2))
  const quote = words === '' || isSaid(words, says) ? [] : wrapped(`"${words}"`, margin)
  const command = from.command === undefined ? undefined : forCluster(from.command, report.cluster)
  return [
    ...quote.map((line) => `${margin}${palette.cyan(line.slice(margin.length))}`),
    // The command says where it was read, too; of a text, the line does.
    command === undefined || report.source.kind !== 'live'
      ? `${margin}${palette.dim(`— ${from.source}`)}`
      : `${margin}${palette.dim(`$ ${command}`)}`,
  ]
}

/** A quotation of which the sentence holds every word says nothing more. */
function isSaid(quote: string, says: string): boolean {
  const words = new Set(says.split(/[\s,:;]+/))
  return quote.split(/[\s,:;]+/).every((word) => words.has(word))
}

const disruptionWords = {
  none: 'interrupts nothing',
  pod: 'restarts calico-node’s pod there, if it has to',
  node: 'takes the node out of service for a while',
} as const

function mend(group: CauseGroup, context: Context): readonly string[] {
  if (group.plans.length === 0)
    return labelled('Mend', `not by ninelives: the owner has to act (ninelives explain ${group.mode.id})`)
  return [
    ...labelled('Mend', disruptionWords[disruptionOf(group)]),
    ...alikePlans(group).flatMap((plans) => planLines(plans, context)),
    ...offerGroups(group.plans).flatMap(offerLines),
  ]
}

/** What mends a state that has broken nothing yet: without the steps that get a broken node going again. */
export const mendEarly = (group: CauseGroup, context: Context): readonly string[] =>
  alikePlans(group).flatMap((plans) =>
    planLines(
      plans.map((plan) => ({
        ...plan,
        steps: plan.steps.filter(({ act, onlyIf }) => act.hand !== 'wait' && onlyIf === undefined),
      })),
      context,
    ),
  )

/** One plan in full, and where else the same is to be done. */
function planLines(plans: readonly Plan[], context: Context): readonly string[] {
  const [first, ...others] = plans
  if (first === undefined) return []
  return [
    ...first.steps.flatMap((step, index) => stepLines(step, index + 1, context)),
    ...(others.length === 0
      ? []
      : wrapped(
          `the same on ${some(
            others.map(({ about }) => nameOf(about)),
            6,
          )}`,
          `${indent}  + `,
        )),
  ]
}

function stepLines(
  { act, because, onlyIf }: Step,
  number: number,
  { words, palette }: Context,
): readonly string[] {
  const first = `${indent}  ${number}. `
  if (act.hand === 'person' || act.hand === 'wait') return wrapped(act.says, first)
  const why = onlyIf === undefined ? because : `only if ${sayCheck(onlyIf)}: ${because}`
  return [...wrapped(why, first), `${' '.repeat(first.length)}${palette.cyan(`$ ${commandOf(act, words)}`)}`]
}

const offerLines = (offer: OfferGroup): readonly string[] =>
  wrapped(`offered: ${sayOffer(offer)}`, `${indent}  + `)

const nameOf = (about: Subject): string => (about.kind === 'cluster' ? 'the cluster' : about.name)
