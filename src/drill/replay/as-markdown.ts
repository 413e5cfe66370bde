import { escaped } from '#drill/replay/escaped.ts'
import { fenced, passagesOf } from '#drill/replay/passages.ts'
import type { Choice, Reference, Replay, Round } from '#drill/replay/types.ts'
import { oneLine, withoutSpacesAtEnds } from '#drill/replay/words.ts'

/**
 * A replay in the author's Markdown form, clean: branches in the order of their letters with the mark in place, lists as
 * lists. Reading it gives the replay again, except for its notices.
 */
export function replayAsMarkdown(replay: Replay): string {
  const { setup, damage } = replay
  const [lead, others] = [
    replay.sections.filter((each) => each.title === ''),
    replay.sections.filter((each) => each.title !== ''),
  ]
  const parts = [
    `# Incident Replay: ${escaped(replay.title, 'heading')}`,
    ...lead.map((each) => passages(each.text)),
    list('## Setup', [
      ...point('System context', setup.context),
      ...point('Time', setup.time),
      ...point('Your role', setup.role),
      ...setup.more.map(item),
    ]),
    ...replay.rounds.flatMap(round),
    list('## Damage Report', [
      ...point('Total downtime', damage.downtime.words),
      ...point('Blast radius', damage.blastRadius.words),
      ...point('Optimal resolution time', damage.optimal.words),
      ...point('If every wrong choice was made', damage.worst.words),
      ...damage.more.map(item),
    ]),
    list('## Cross-References', replay.references.map(reference)),
    ...others.flatMap((each) => [`## ${escaped(each.title, 'heading')}`, passages(each.text)]),
  ]
  const body = `${parts.filter((part) => part !== '').join('\n\n')}\n`
  return replay.frontMatter === undefined ? body : `---\n${replay.frontMatter}\n---\n\n${body}`
}

const list = (heading: string, items: readonly string[]): string =>
  items.length === 0 ? '' : `${heading}\n\n${items.join('\n')}`

const point = (label: string, text: string): readonly string[] =>
  text === '' ? [] : [`- **${label}:** ${indented(passages(text, 'inline'), '  ')}`]

const item = (text: string): string => `- ${indented(passages(text, 'start'), '  ')}`

function round({ number, title, cue, sees, choices, actions }: Round): readonly string[] {
  return [
    `## Round ${number}${title === '' ? '' : `: ${escaped(title, 'heading')}`}`,
    cue === undefined ? '' : `> *[Pressure cue: "${escaped(cue, 'inline')}"]*`,
    sees === undefined ? '' : `**What you see:**\n${passages(sees)}`,
    choices.length === 0 ? '' : ['**Choose your action:**', ...choices.map(choice)].join('\n'),
    ...choices.flatMap(branch),
    actions.length === 0 ? '' : ['**Actions:**', ...actions.map(action)].join('\n'),
  ]
}

const choice = ({ letter, text }: Choice): string =>
  `- ${letter})${text === '' ? '' : ` ${indented(passages(text, 'inline'), '  ')}`}`

function branch({ letter, recommended, result }: Choice): readonly string[] {
  const [first, ...others] = passagesOf(result)
  const begins = first !== undefined && 'paragraph' in first
  const head = begins ? ` ${escaped(oneLine(first.paragraph), 'inline')}` : ''
  const rest = (begins ? others : passagesOf(result)).map(passage)
  return [
    `### If you chose ${letter}${recommended ? ' (recommended)' : ''}:`,
    result === '' ? '>' : indented([`> *[Result:${head}]*`, ...rest].join('\n\n'), '> '),
  ]
}

const action = ({ text }: { readonly text: string }, at: number): string =>
  `${at + 1}. ${indented(passages(text, 'start'), ' '.repeat(`${at + 1}. `.length))}`

function reference({ kind, text, href }: Reference): string {
  const words = escaped(text, href === undefined ? 'paragraph' : 'inline')
  const head = kind === undefined ? '' : `${kind}: `
  return `- ${head}${href === undefined ? words : `[${words}](<${href.replace(/&(?=[#\w]+;)/g, '\\&')}>)`}`
}

/** Passages one below the other; the first stands after other words on its line, or at the start of a point. */
function passages(text: string, first: 'inline' | 'start' | 'passage' = 'passage'): string {
  const [head, ...others] = passagesOf(text)
  if (head === undefined) return ''
  const begins =
    first === 'passage' || 'code' in head
      ? `${first === 'inline' ? '\n\n' : ''}${passage(head)}`
      : escaped(head.paragraph, first === 'inline' ? 'inline' : 'paragraph')
  return [begins, ...others.map(passage)].join('\n\n')
}

function passage(each: ReturnType<typeof passagesOf>[number]): string {
  if ('code' in each) return fenced(each.code)
  const point = /^- (?<rest>.+)$/.exec(each.paragraph)?.groups?.rest
  return point === undefined ? escaped(each.paragraph, 'paragraph') : `- ${escaped(point, 'paragraph')}`
}

/** Every line but the first behind `indent`; empty lines carry no spaces at their end. */
const indented = (text: string, indent: string): string =>
  withoutSpacesAtEnds(text.replaceAll('\n', `\n${indent}`))
