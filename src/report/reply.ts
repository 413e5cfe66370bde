import { symptomEntryOf } from '#cluster/symptoms.ts'
import type { Cause, Question, Symptom } from '#diagnosis/types.ts'
import { forReader } from '#report/command-words.ts'
import { type CauseGroup, evidenceOf, groupsOf, symptomGroups, whereOf } from '#report/groups.ts'
import { oneLine, some } from '#report/layout.ts'
import type { DiagnosisReport } from '#report/types.ts'
import { ownerWords } from '#report/words.ts'

const commandsMax = 3

/**
 * A short answer to whoever asked, in Markdown as chats and issue trackers take it: what is known, whose it is, and at most
 * three commands that only read and would tell more.
 */
export function renderReply(report: DiagnosisReport): string {
  const { diagnosis } = report
  const groups = groupsOf(diagnosis.causes, report.plans)
  const sure = groups.filter(({ confidence }) => confidence !== 'possible')
  const parts = [
    sure.length > 0 ? sure.map(known).join('\n\n') : open(diagnosis.symptoms, diagnosis.causes),
    asked(diagnosis.next, report),
  ]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

function known(group: CauseGroup): string {
  const { mode, confidence, causes } = group
  const [proof] = evidenceOf(group)
  const places = whereOf(group).filter((place) => place !== 'cluster')
  const where = places.length === 0 ? '' : ` (${some(places)})`
  const says = causes[0]?.finding.says ?? mode.title
  const isRepeated = says.toLowerCase() === mode.title.toLowerCase()
  return [
    `${confidence === 'confirmed' ? 'This is' : 'Most likely this is'} **${mode.title}**${where}${isRepeated ? '' : `: ${says}`}.`,
    ...(proof === undefined ? [] : [`What shows it: ${proof.says}${quoteOf(proof.from.quote)}`]),
    `Whose it is: ${ownerWords[mode.owner]}.`,
    `Does traffic still flow? ${mode.traffic}`,
    `How it is mended, and when not to: \`ninelives explain ${mode.id}\``,
  ].join('\n')
}

/** Quotation marks that no line of a log closes by accident. */
const quoteOf = (quote: string | undefined): string =>
  quote === undefined || quote === '' ? '.' : `:\n\n    ${oneLine(quote, 200)}\n`

function open(symptoms: readonly Symptom[], causes: readonly Cause[]): string {
  const seen = symptomGroups(symptoms.filter(({ when }) => when === 'now')).map(
    ({ id }) => symptomEntryOf(id)?.title ?? id,
  )
  const what = seen.length === 0 ? 'It shows no symptom that I know.' : `It shows that ${some(seen)}.`
  const maybe = [...new Set(causes.map(({ mode }) => mode.title))]
  return [
    'What you posted does not decide it yet.',
    what,
    ...(maybe.length === 0 ? [] : [`It could be: ${some(maybe)}.`]),
  ].join(' ')
}

function asked(next: readonly Question[], report: DiagnosisReport): string {
  const commands = next.slice(0, commandsMax).map(({ command, why }) => ({
    command: forReader(command, report),
    why,
  }))
  if (commands.length === 0) return ''
  const block = commands.flatMap(({ command, why }) => [`# ${why}`, command]).join('\n')
  const these = commands.length === 1 ? 'this shows' : 'these show'
  return `Please post what ${these} (they only read; put names for what stands in <>):\n\n\`\`\`\n${block}\n\`\`\``
}
