import { rfc3339 } from '#base/clock.ts'
import { relationInfo, relationWords } from '#cluster/relations.ts'
import { type Symptom, symptomEntryOf } from '#cluster/symptoms.ts'
import type { Diagnosis } from '#diagnosis/types.ts'
import { sayCheck } from '#repair/check.ts'
import { type ActWords, commandOf } from '#repair/commands.ts'
import { forReader, wordsFor } from '#report/command-words.ts'
import {
  type CauseGroup,
  groupsOf,
  type QuestionGroup,
  questionGroups,
  symptomGroups,
  type UnknownGap,
  type UnknownGroup,
  unknownGaps,
  unknownGroups,
  whereOf,
} from '#report/groups.ts'
import { columns, oneLine, some, wrapped } from '#report/layout.ts'
import { causeLines, mendEarly } from '#report/text-cause.ts'
import type { Context } from '#report/text-context.ts'
import { type ClusterHead, type DiagnosisReport, type Palette, plainPalette } from '#report/types.ts'
import { age, missingWords } from '#report/words.ts'

export interface TextOptions {
  readonly palette?: Palette
  /** How a person reaches this cluster; by default guessed from its head. */
  readonly words?: ActWords
  /** When it is read, for the age of the data. */
  readonly nowMs?: number
}

/** What the operator reads: calm, in 80 columns, the likeliest first, what is not known at the end. */
export function renderText(
  report: DiagnosisReport,
  { palette = plainPalette, words = wordsFor(report.cluster), nowMs }: TextOptions = {},
): string {
  const { diagnosis } = report
  const context: Context = { report, palette, words, nowMs }
  const groups = groupsOf(diagnosis.causes, report.plans)
  const sections = [
    head(context),
    verdict(diagnosis, groups, palette),
    ...groups.map((group, index) => causeLines(group, index + 1, context)),
    preventive(context),
    unexplained(diagnosis, palette),
    past(diagnosis, palette),
    unknown(context),
    next(context),
  ]
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`
}

/** What is different since the last piece of a case; nothing where nothing is. */
export function renderChanges(changes: readonly string[], { bold }: Palette = plainPalette): string {
  if (changes.length === 0) return ''
  return `\n${[bold('Since the last piece'), ...changes.flatMap((each) => wrapped(each, '   '))].join('\n')}\n`
}

/** Just what a person would type, in order: first to decide, then to mend. */
export function renderCommands(report: DiagnosisReport, words: ActWords = wordsFor(report.cluster)): string {
  const { diagnosis, plans } = report
  const questions = diagnosis.next.map(({ command }) => forReader(command, report))
  const acts = plans
    .filter(({ cause }) => diagnosis.causes.includes(cause))
    .flatMap(({ plan }) => plan.steps)
    .flatMap(({ act, onlyIf }) => [
      ...(onlyIf === undefined ? [] : [`# only if ${sayCheck(onlyIf)}:`]),
      commandOf(act, words),
    ])
  return [...questions, ...acts].map((command) => `${command}\n`).join('')
}

function head({ report, palette, nowMs }: Context): string[] {
  const { cluster, source, diagnosis } = report
  const { dim } = palette
  const when = rfc3339(diagnosis.observedAtMs)
  const howOld = nowMs === undefined ? '' : `, ${age(nowMs - diagnosis.observedAtMs)}`
  const notes = source.kind === 'live' ? [] : (source.notes ?? [])
  return [
    ...(cluster === undefined ? [] : [clusterLine(cluster, palette)]),
    ...wrapped(`Read ${sourceWords(source)} (${when}${howOld})`).map(dim),
    ...notes.flatMap((note) => wrapped(note, '   ')),
  ]
}

/** `[LAB] default`, or which cluster it is and as whom. */
function clusterLine({ lab, context, server, user }: ClusterHead, { bold, yellow }: Palette): string {
  const name = lab ?? (context || server || 'a cluster')
  const mark = lab === undefined ? '' : `${yellow('[LAB]')} `
  const facts = [
    // A lab's context and user are named after it.
    lab === undefined && context && context !== name && `context ${context}`,
    server !== name && server,
    lab === undefined && user && `as ${user}`,
  ].filter(Boolean)
  return [`${mark}${bold(name)}`, ...facts].join(' · ')
}

function sourceWords(source: DiagnosisReport['source']): string {
  if (source.kind !== 'live') return source.says
  const tiers = source.deep ? 'API objects, logs, processes and host files' : 'API objects and logs'
  return `${tiers}: ${source.requests} requests`
}

function verdict(
  { verdict: is, symptoms, unexplained, unread, preventive: waiting }: Diagnosis,
  groups: readonly CauseGroup[],
  { bold, red, yellow, green }: Palette,
): string[] {
  const now = symptoms.filter((symptom) => symptom.when === 'now').length
  switch (is) {
    case 'broken': {
      const causes = `${groups.length} cause${groups.length === 1 ? '' : 's'}`
      const explains =
        now === 0 ? '' : ` for ${now - unexplained.length} of ${now} symptom${now === 1 ? '' : 's'}`
      return [`${bold(red('BROKEN'))}: ${causes}${explains}`]
    }
    case 'undecided': {
      const why =
        groups.length > 0
          ? `${groups.length} cause${groups.length === 1 ? ' is' : 's are'} possible, none is shown`
          : unexplained.length > 0
            ? `${unexplained.length} symptom${unexplained.length === 1 ? '' : 's'} without a known cause`
            : `nothing wrong in what was read, but ${some(unread.map((one) => relationWords[one.relation]))} not read completely`
      return wrapped(why, 'UNDECIDED: ').map((line) => line.replace('UNDECIDED', bold(yellow('UNDECIDED'))))
    }
    case 'healthy':
      return waiting.length === 0
        ? [`${bold(green('HEALTHY'))}: no cause, no symptom`]
        : [
            `${bold(green('HEALTHY'))} now; ${waiting.length} ${waiting.length === 1 ? 'trouble is' : 'troubles are'} waiting to happen`,
          ]
    default:
      return is satisfies never
  }
}

function preventive(context: Context): string[] {
  const { report, palette } = context
  const { preventive: waiting, causes } = report.diagnosis
  if (waiting.length === 0) return []
  return [
    palette.bold('Waiting to happen (nothing is broken there yet)'),
    ...groupsOf(waiting, report.plans).flatMap((group) => [
      ...wrapped(`${group.mode.title}: ${some(whereOf(group), 6)}`, '   '),
      ...group.causes
        .slice(0, 1)
        .flatMap(({ finding }) => [
          ...wrapped(`${finding.says}.`, '     '),
          ...finding.evidence.slice(0, 1).flatMap(({ says }) => wrapped(says, '     ')),
        ]),
      // A cause of the same mode offers these steps already.
      ...(causes.some(({ mode }) => mode.id === group.mode.id) ? [] : mendEarly(group, context)),
    ]),
  ]
}

function unexplained({ unexplained: open }: Diagnosis, palette: Palette): string[] {
  return open.length === 0 ? [] : [palette.bold('Not explained'), ...symptomLines(open, palette)]
}

function past({ symptoms }: Diagnosis, palette: Palette): string[] {
  const over = symptoms.filter((symptom) => symptom.when === 'past')
  return over.length === 0 ? [] : [palette.bold('Over, as it seems'), ...symptomLines(over, palette)]
}

const symptomLines = (symptoms: readonly Symptom[], { dim }: Palette): readonly string[] =>
  symptomGroups(symptoms).flatMap(({ id, where, symptoms: alike }) => [
    ...wrapped(`${symptomEntryOf(id)?.title ?? id}: ${some(where)}`, '   '),
    ...alike.slice(0, 2).flatMap(({ says }) => [dim(`     ${oneLine(says, columns - 5)}`)]),
  ])

function unknown({ report: { diagnosis, source }, palette: { bold } }: Context): string[] {
  const { unknown: open } = diagnosis
  if (open.length === 0) return []
  const groups = unknownGroups(open)
  const isHinted = source.kind !== 'live' || !source.deep
  // A few are told one by one; of many, what they wait for is what a person can do something about.
  return groups.length <= unknownShown
    ? [bold('Not known'), ...groups.flatMap((group) => wrapped(unknownLine(group, isHinted), '   '))]
    : [bold(`Not known: ${unknownModes(open)} other failure modes, for want of`), ...gapLines(open, isHinted)]
}

const unknownShown = 6

const unknownModes = (open: Diagnosis['unknown']): number => new Set(open.map(({ mode }) => mode)).size

function unknownLine({ mode, where, missing }: UnknownGroup, isHinted: boolean): string {
  const gaps = [...Map.groupBy(missing, ({ why }) => why)].map(
    ([why, alike]) => `${some(alike.map(({ relation }) => relationWords[relation]))} ${missingWords[why]}`,
  )
  const hint = isHinted && missing.some(isDeep) ? ' (--deep reads them)' : ''
  return `${mode} on ${some(where)}: ${gaps.join(', ')}${hint}`
}

type Gap = UnknownGroup['missing'][number]

const isDeep = ({ relation, why }: Gap): boolean =>
  why === 'not-asked' && relationInfo[relation].tier === 'deep'

/** By what is missing, that for which most modes wait first. */
function gapLines(open: Diagnosis['unknown'], isHinted: boolean): readonly string[] {
  const gaps = unknownGaps(open)
  return [
    ...gaps.slice(0, unknownShown).flatMap((gap) => wrapped(gapLine(gap, isHinted), '   ')),
    ...(gaps.length > unknownShown ? [`   and ${gaps.length - unknownShown} more (-o json lists them)`] : []),
  ]
}

function gapLine({ relations, why, modes, permission }: UnknownGap, isHinted: boolean): string {
  const names = relations.map((relation) => relationWords[relation])
  const needs = permission === undefined ? '' : `; it takes “${permission}”`
  const hint =
    isHinted && relations.some((relation) => isDeep({ relation, why })) ? ', which --deep reads' : ''
  return `${some(names, 12)} (${missingWords[why]}${needs}${hint}): ${modes.length} mode${modes.length === 1 ? '' : 's'}`
}

function next({ report, palette }: Context): string[] {
  const { diagnosis } = report
  const { bold, cyan } = palette
  if (diagnosis.next.length === 0) return []
  return [
    bold(diagnosis.verdict === 'undecided' ? 'What would decide it' : 'What would tell more'),
    ...questionGroups(diagnosis.next).flatMap((group, index, groups) => [
      `   ${cyan(`$ ${forReader(group.command, report)}`)}`,
      // Commands that follow each other for one reason share it.
      ...(whyOf(group) === whyOf(groups[index + 1]) ? [] : wrapped(whyOf(group) ?? '', '     ')),
    ]),
  ]
}

const whyOf = (group: QuestionGroup | undefined): string | undefined =>
  group === undefined || group.elsewhere.length === 0
    ? group?.why
    : `${group.why}; the same on ${some(group.elsewhere)}`
