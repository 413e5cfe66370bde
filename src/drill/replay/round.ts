/** One round of its blocks: which choice each result belongs to, and which choice is the recommended one. */
import { actionOf } from '#drill/replay/commands.ts'
import { minutesLostIn } from '#drill/replay/durations.ts'
import type { Notices } from '#drill/replay/notices.ts'
import type { Part } from '#drill/replay/parts.ts'
import { joined } from '#drill/replay/passages.ts'
import { RoundDraft } from '#drill/replay/round-draft.ts'
import type { Choice, Round } from '#drill/replay/types.ts'

export function roundOf(
  part: Part,
  head: { readonly number: number; readonly title: string },
  notices: Notices,
): Round {
  const draft = new RoundDraft(notices)
  for (const block of part.blocks) draft.take(block)

  const say = (message: string, line = part.line): void =>
    notices.add(line, `round ${head.number}: ${message}`)
  const choices = choicesOf(draft, say)
  if (choices.length === 0 && draft.actions.length === 0) say('it offers no choice and lists no action')
  return {
    number: head.number,
    title: head.title,
    ...(draft.cue === undefined ? {} : { cue: draft.cue }),
    ...(draft.sees.text === '' ? {} : { sees: draft.sees.text }),
    choices,
    actions: draft.actions.map((each) => actionOf(each.text)),
  }
}

type Say = (message: string, line?: number) => void

function choicesOf(draft: RoundDraft, say: Say): readonly Choice[] {
  const offered = lettersOf(draft, say)
  if (offered.size === 0) return []
  const recommended = recommendedOf(draft, say)
  return [...offered].map(([letter, text]) => {
    const branches = draft.branches.filter((each) => each.letters.includes(letter))
    if (branches.length > 1) say(`choice ${letter} has ${branches.length} branches`, branches[1]?.line)
    const headless = letter === recommended && branches.length === 0 ? draft.headless : undefined
    const result = (headless === undefined ? branches : [headless]).reduce(
      (text, each) => joined(text, each.text),
      '',
    )
    if (result === '')
      say(`${letter === recommended ? 'the recommended choice' : 'choice'} ${letter} has no result`)
    const lost = minutesLostIn(result)
    return {
      letter,
      text,
      recommended: letter === recommended,
      result,
      ...(lost === undefined ? {} : { minutesLost: lost }),
    }
  })
}

/**
 * Every letter once, in the order in which it comes up. Branches of letters that were not offered are choices without a
 * text: their results are not lost; nor is the text of a letter that stands twice.
 */
function lettersOf({ offered, branches }: RoundDraft, say: Say): ReadonlyMap<string, string> {
  const texts = new Map<string, string>()
  for (const { letter, text, line } of offered) {
    const before = texts.get(letter)
    if (before !== undefined) say(`the letter ${letter} stands before two choices`, line)
    texts.set(letter, before === text ? text : joined(before, text))
  }
  for (const { letters, line } of branches) {
    for (const letter of letters.filter((each) => !texts.has(each))) {
      say(`a branch for ${letter}, which is not among the choices`, line)
      texts.set(letter, '')
    }
  }
  return texts
}

/** The marked letter; or else the one without a branch, if its result was found or the other branches are there. */
function recommendedOf(draft: RoundDraft, say: Say): string | undefined {
  const marked = draft.branches.filter((each) => each.recommended)
  if (marked.length > 1) say('two branches are marked as recommended; the first is taken', marked[1]?.line)
  const [first] = marked
  if (first !== undefined) {
    if (draft.headless !== undefined) say('a result follows the choices directly, though another is marked')
    return first.letters[0]
  }
  const branched = new Set(draft.branches.flatMap((each) => each.letters))
  const bare = [...new Set(draft.offered.map((each) => each.letter))].filter(
    (letter) => !branched.has(letter),
  )
  if (bare.length === 1 && (draft.headless !== undefined || branched.size > 0)) return bare[0]
  say('the text does not tell which choice is recommended')
  return undefined
}
