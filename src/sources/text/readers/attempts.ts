/**
 * What somebody did and what came of it, where it is not told in sentences: commands that change something, and remarks
 * behind commands and settings (`… # makes it work`).
 */
import type { AttemptRow } from '#cluster/relations/attempts.ts'
import { nodeSubject } from '#cluster/subjects.ts'
import type { ReadRow } from '#sources/reading.ts'
import { place, type Reader, type Scope, type Source } from '#sources/text/reader.ts'
import { actsOfCommand } from '#sources/text/readers/attempts/commands.ts'
import { changeIn } from '#sources/text/readers/sentences/arrows.ts'
import { mechanismsSaid } from '#sources/text/readers/sentences/mechanisms.ts'
import { type Outcome, outcomeOf, outcomeOfRates } from '#sources/text/readers/sentences/outcomes.ts'
import { supposes } from '#sources/text/readers/sentences/prose.ts'
import { type Act, actOfSetting } from '#sources/text/readers/sentences/setting-acts.ts'
import { wordsOf } from '#sources/text/readers/sentences/words.ts'

/** A line that is a command without a prompt, or a setting before and after it was changed. */
export const attemptsReader: Reader = {
  read(source, at, scope) {
    const text = source.lines[at]?.text ?? ''
    if (text.length > lineMax || /^\s*[|+]/.test(text)) return undefined
    const rows = attemptRows(source, at, scope, text)
    return rows.length === 0
      ? undefined
      : {
          lines: 1,
          format: attemptsFormat,
          rows,
          covered: [{ relation: 'attempts', coverage: { kind: 'partial' } }],
          ...(scope.node !== undefined && { about: nodeSubject(scope.node) }),
        }
  },
}

export const attemptsFormat = 'what was tried'
const lineMax = 1000

/** What the command behind a prompt did. */
export const commandRows = (source: Source, at: number, scope: Scope): readonly ReadRow[] =>
  scope.command === undefined ? [] : attemptRows(source, at, scope, scope.command)

/** Of a line that another reader took: what a remark behind it says came of it, and what else it tells. */
export function remarkedRows(source: Source, at: number, scope: Scope): readonly ReadRow[] {
  const text = source.lines[at]?.text ?? ''
  if (text.length > lineMax || !mayRemark(text)) return []
  const { left, outcome, remark = '' } = parted(text)
  const isTold = outcome !== 'unknown' || isAdded(text)
  return isTold
    ? rowsOf(actsOf(left.replace(doing, '')), outcome, { source, at, scope })
    : mechanismsSaid(wordsOf(remark)).map((says) => ({
        relation: 'remarks' as const,
        row: { says, ...(scope.node !== undefined && { node: scope.node }) },
        from: place(source, at, scope),
      }))
}

function attemptRows(source: Source, at: number, scope: Scope, text: string): readonly ReadRow[] {
  const { left, outcome } = parted(text)
  const change = changeIn(left)
  if (change === undefined)
    return rowsOf(actsOfCommand(left), outcomeAround(outcome, source, at), { source, at, scope })
  if (supposes(text)) return []
  // The words behind the values tell as well: `IPIP -> VXLAN solved it`. More than a few are a sentence, read elsewhere.
  const words = wordsOf(change.rest)
  if (words.length > wordsMax) return []
  const own = outcome === 'unknown' ? outcomeOf(words) : outcome
  return rowsOf([change.act], own, { source, at, scope })
}

const wordsMax = 8

/** Of a command that a sentence quotes (`it works after …`), what the sentence says came of it. */
function outcomeAround(own: Outcome, source: Source, at: number): Outcome {
  const [line, before] = [source.lines[at], source.lines[at - 1]]
  const isQuoted = line !== undefined && before !== undefined && line.number === before.number
  return own !== 'unknown' || !isQuoted || supposes(before.text) ? own : outcomeOf(wordsOf(before.text))
}

const actsOf = (left: string): readonly Act[] => {
  const acts = actsOfCommand(left)
  const set = acts.length > 0 ? undefined : settingIn(left)
  return set === undefined ? acts : [set]
}

const rowsOf = (
  acts: readonly Act[],
  outcome: Outcome,
  { source, at, scope }: { readonly source: Source; readonly at: number; readonly scope: Scope },
): readonly ReadRow[] =>
  acts.map((act) => {
    const row: AttemptRow = { ...act, outcome, ...(scope.node !== undefined && { node: scope.node }) }
    return { relation: 'attempts', row, from: place(source, at, scope) }
  })

/** `NAME=value added`, `we set NAME=value`: a person's note of what they changed. */
const isAdded = (text: string): boolean =>
  text.endsWith(' added') || text.endsWith(' set') || doing.test(text)
const doing = /^\s*(?:we|i) (?:have )?(?:added|set) (?=[A-Z][A-Z0-9_]{3,})/i

const mayRemark = (text: string): boolean =>
  isAdded(text) || text.includes(' #') || text.includes(' //') || text.includes('<-') || text.includes('←')

/** What stands before a remark, and what the remark says came of it. */
function parted(text: string): {
  readonly left: string
  readonly outcome: Outcome
  readonly remark?: string
} {
  const m = mayRemark(text)
    ? /^(?<left>.*\S)\s+(?:#|\/\/|<[-=]{1,3}|←)\s*(?<remark>[^\s#].{0,300})$/.exec(text)?.groups
    : undefined
  if (m?.left === undefined || m.remark === undefined) return { left: text, outcome: 'unknown' }
  return { left: m.left, outcome: outcomeOfRates(m.remark) ?? outcomeOf(wordsOf(m.remark)), remark: m.remark }
}

/** `NAME=value`, `name: value`, `- name: value`, `value: "…"` under a name that is not known. */
function settingIn(left: string): Act | undefined {
  const m =
    /^\s{0,60}(?:- )?["']?(?<name>[A-Za-z_][\w./-]{1,80})["']? ?[:=] ?["']?(?<value>[^"']{1,200}?)["',;]{0,2}(?: added| set)?$/.exec(
      left,
    )?.groups
  return m?.name === undefined || m.value === undefined
    ? undefined
    : actOfSetting({ name: m.name, after: m.value })
}
