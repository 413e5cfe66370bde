import * as fc from 'fast-check'
import { actionOf } from '#drill/replay/commands.ts'
import { figureOf, minutesLostIn } from '#drill/replay/durations.ts'
import { fenced } from '#drill/replay/passages.ts'
import type { Choice, Replay, Round } from '#drill/replay/types.ts'
import { codeSpan } from '#drill/replay/words.ts'

/** Words that Markdown, HTML or the format itself could take for something else. */
const words = fc.oneof(
  fc.constantFrom(
    'pods',
    'kube_proxy',
    '_all_',
    '*',
    'kube-*-x',
    '**',
    '[x]',
    '](y)',
    '!',
    '<node>',
    '< 5',
    '->',
    '>',
    '#',
    '##',
    '-',
    '+',
    '1.',
    '2)',
    'A)',
    '(1)',
    '&amp;',
    '&',
    '&#27;',
    '\\',
    '\\n',
    'C:\\*',
    '~~',
    '===',
    '---',
    '"',
    "'",
    `"it's"`,
    '%',
    '$',
    '|',
    '~5',
    '10 minutes wasted',
    'Round',
    'B:',
    'http://x.example/a_b',
    '<!--',
    '</em>',
    ']*',
    ']',
    '[',
    'é',
    '日本',
    '¶',
  ),
  fc
    .string({ minLength: 1, maxLength: 6, unit: 'grapheme' })
    .map(plain)
    .filter((word) => word !== ''),
)

function plain(word: string): string {
  return word.replace(/[`\s\p{C}\p{Zl}\p{Zp}]/gu, '')
}

const code = fc
  .array(
    fc.constantFrom('kubectl', 'get', '-n', '*', '`', '``', '<x>', '&lt;', '\\', '$(id)', '[a](b)', '_'),
    { minLength: 1, maxLength: 4 },
  )
  .map((parts) => codeSpan(parts.join(' ')))

/** What the format would take for one of its labels at the beginning of a paragraph. */
const labels =
  /^(?:\[\s*(?:Result|Pressure cue)|What you see|Choose your action|Actions|System context|Time|Your role|Total downtime|Blast radius|Optimal|If )\b/i

const line = fc
  .array(fc.oneof({ weight: 4, arbitrary: words }, code), { minLength: 1, maxLength: 6 })
  .map((parts) => parts.join(' '))
  .filter((text) => !labels.test(text))

const block = fc
  .array(fc.constantFrom('$ ip route', '  indented', '', '```', '# x', '> y', '- z', '<b>', '&amp;'), {
    minLength: 1,
    maxLength: 4,
  })
  .map((lines) => `|${lines.join('\n')}\n.`)
  .map(fenced)

const passages = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: line },
      block,
      line.map((text) => `- ${text}`),
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map((all) => all.join('\n\n'))

const result = passages
const figure = fc.oneof(
  line,
  fc.constantFrom('0 (rescheduled)', '60+ minutes', '3x ~5 minutes each boot + 20 minutes', 'Days of work'),
)

function choices(
  texts: readonly { readonly text: string; readonly result: string }[],
  best: number,
): readonly Choice[] {
  return texts.map(({ text, result }, at) => {
    const lost = minutesLostIn(result)
    return {
      letter: String.fromCharCode(65 + at),
      text,
      recommended: at === best % texts.length,
      result,
      ...(lost === undefined ? {} : { minutesLost: lost }),
    }
  })
}

const round = fc
  .record({
    title: line,
    cue: fc.option(line, { nil: undefined }),
    sees: fc.option(passages, { nil: undefined }),
    offered: fc.array(fc.record({ text: passages, result }), { minLength: 1, maxLength: 5 }),
    best: fc.nat(4),
    actions: fc.array(passages, { minLength: 1, maxLength: 12 }),
    kind: fc.constantFrom('choices', 'actions', 'both'),
  })
  .map(
    ({ title, cue, sees, offered, best, actions, kind }): Omit<Round, 'number'> => ({
      title,
      ...(cue === undefined ? {} : { cue }),
      ...(sees === undefined ? {} : { sees }),
      choices: kind === 'actions' ? [] : choices(offered, best),
      actions: kind === 'choices' ? [] : actions.map(actionOf),
    }),
  )

/** Replays as reading gives them, full of words that look like markup; without anything to notice. */
export const replays: fc.Arbitrary<Replay> = fc
  .record({
    title: line,
    setup: fc.record({
      context: passages,
      time: line,
      role: line,
      more: fc.array(passages, { maxLength: 2 }),
    }),
    rounds: fc
      .array(round, { minLength: 1, maxLength: 3 })
      .map((all) => all.map((each, at): Round => ({ number: at + 1, ...each }))),
    damage: fc.record({
      downtime: figure.map(figureOf),
      blastRadius: line.map((text) => ({ words: text })),
      optimal: figure.map(figureOf),
      worst: figure.map(figureOf),
      more: fc.array(passages, { maxLength: 2 }),
    }),
    references: fc.array(
      fc.record(
        {
          kind: fc.constantFrom('Primer', 'Deep Dive'),
          text: line,
          href: fc.constantFrom('../x/', 'https://a.example/b?c=1&d=2'),
        },
        { requiredKeys: ['kind', 'text'] },
      ),
      { maxLength: 2 },
    ),
    frontMatter: fc.option(fc.constantFrom('tags:\n  - k8s', ''), { nil: undefined }),
  })
  .map(({ frontMatter, ...rest }) => ({
    ...rest,
    sections: [],
    ...(frontMatter === undefined ? {} : { frontMatter }),
    notices: [],
  }))
