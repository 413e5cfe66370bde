import { describe, expect, test } from 'vitest'
import { readReplay } from '#drill/replay/read-replay.ts'
import { asCopied, asMarkdown, asPage } from '#drill/replay/testing/three-forms.ts'
import type { Replay, Round } from '#drill/replay/types.ts'

const read = (text: string): Replay => {
  const result = readReplay(text)
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}

describe('one incident in three forms', () => {
  const fromMarkdown = read(asMarkdown)
  const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value).replaceAll('`', ''))

  test('the Markdown form is read whole', () => {
    expect(fromMarkdown).toEqual({
      frontMatter: 'tags:\n  - k8s\ndecision_points: 16',
      title: 'Image Pulls Fail on the Edge Site',
      setup: {
        context: 'Nine-node cluster; three nodes at an edge site behind a proxy.',
        time: 'Friday 21:10 UTC',
        role: 'On-call engineer',
        more: [],
      },
      rounds: [
        {
          number: 1,
          title: 'Alert Fires',
          cue: "The shop's manager says 'tills are dead'. You have 15 minutes.",
          sees: 'Three pods are in `ImagePullBackOff`. `kubectl describe pod till-0` ends with "proxyconnect tcp: EOF".',
          choices: [
            {
              letter: 'A',
              text: 'Restart the pods',
              recommended: false,
              result: 'They fail again. 10 minutes wasted.',
              minutesLost: 10,
            },
            {
              letter: 'B',
              text: "Look at the proxy's log",
              recommended: true,
              result:
                '`journalctl -u squid` says that the certificate [CN=edge] ended (yesterday). Proceed to Round 2.',
            },
            {
              letter: 'C',
              text: 'Move the registry',
              recommended: false,
              result: 'Nothing is wrong with it.',
            },
          ],
          actions: [],
        },
        {
          number: 2,
          title: 'Remediation',
          cue: 'Tills work. Make sure that they will tomorrow.',
          choices: [],
          actions: [
            {
              text: 'Verify that the pods run: `kubectl get pods -o wide`',
              command: 'kubectl get pods -o wide',
            },
            { text: 'Renew certificates a week early' },
          ],
        },
      ],
      damage: {
        downtime: {
          words: '20 minutes (no till worked)',
          amount: { value: 20, unit: 'minutes', atLeast: false, about: false },
        },
        blastRadius: { words: 'One shop' },
        optimal: {
          words: '8 minutes (log -> certificate)',
          amount: { value: 8, unit: 'minutes', atLeast: false, about: false },
        },
        worst: {
          words: '2+ hours, and a registry too many',
          amount: { value: 2, unit: 'hours', atLeast: true, about: false },
        },
        more: [],
      },
      references: [
        { kind: 'Primer', text: 'Image Pulls', href: '../../topics/pulls/primer/' },
        { kind: 'Footguns', text: 'Proxies', href: '../../topics/proxies/footguns/' },
      ],
      sections: [],
      notices: [],
    })
  })

  test('the page says the same, whatever stands around its article', () => {
    const { frontMatter: _, ...rest } = fromMarkdown
    expect(read(asPage)).toEqual(rest)
  })

  test('copied text says the same, but for the marks of code and the links', () => {
    const { frontMatter: _, ...rest } = fromMarkdown
    const references = rest.references.map(({ kind, text }) => ({ kind, text }))
    expect(read(asCopied)).toEqual(plain({ ...rest, references }))
  })

  test('copied with the permalink signs, headings of all branches and no empty lines', () => {
    const copied = asCopied
      .replace('[Result: journalctl', 'If you chose B (recommended):¶\n[Result:\njournalctl')
      .replace(/^(Round \d.*|Setup|Damage Report)$/gm, '$1¶')
      .replace(/ - ([ABC]\) )/g, '\n- $1')
      .replaceAll('• ', '- ')
      .replace(/\n\n+/g, '\n')
    expect(read(copied)).toEqual(read(asCopied))
  })

  test('a page copied whole, with its contents before the article', () => {
    const contents =
      'A Wiki\nIncident Replay: Image Pulls Fail on the Edge Site\nSetup\nRound 1: Alert Fires\nIf you chose B (recommended):\n'
    expect(read(contents + asCopied)).toEqual(read(asCopied))
  })

  test('Windows line ends and a byte order mark change nothing', () => {
    expect(read(`\ufeff${asMarkdown.replaceAll('\n', '\r\n')}`)).toEqual(fromMarkdown)
  })
})

// ------------------------------------------------------------------------------------------ variations

const frame = (rounds: string): string => `# Incident Replay: T

## Setup
- **System context:** c
- **Time:** Monday 08:00 UTC
- **Your role:** r

${rounds}

## Damage Report
- **Total downtime:** 0
- **Blast radius:** b
- **Optimal resolution time:** 5 minutes
- **If every wrong choice was made:** 1 hour
`

const firstOf = (text: string): Round => read(text).rounds[0] as Round
const results = (round: Round): Record<string, string> =>
  Object.fromEntries(round.choices.map((each) => [each.letter, each.result]))
const recommended = (round: Round): string | undefined =>
  round.choices.find((each) => each.recommended)?.letter

const branch = (letter: string, result: string): string =>
  `### If you chose ${letter}:\n> *[Result: ${result}]*\n`
const offer = '**Choose your action:**\n- A) first\n- B) second\n- C) third\n'

describe('variations of the format', () => {
  test('1: branches in any order, the mark in place or first, mixed in one file', () => {
    const text = frame(
      `## Round 1: x\n${offer}${branch('C (recommended)', 'c')}${branch('A', 'a')}${branch('B', 'b')}
## Round 2: y\n${offer}${branch('A', 'a')}${branch('B (recommended)', 'b')}${branch('C', 'c')}`,
    )
    const rounds = read(text).rounds
    expect(rounds.map(recommended)).toEqual(['C', 'B'])
    expect(rounds.map(results)).toEqual([
      { A: 'a', B: 'b', C: 'c' },
      { A: 'a', B: 'b', C: 'c' },
    ])
  })

  test('2: branches of one letter in several rounds belong to their own round', () => {
    const text = frame(
      `## Round 1: x\n${offer}${branch('A', 'one')}${branch('B (recommended)', 'b')}${branch('C', 'c')}
## Round 2: y\n${offer}${branch('A', 'two')}${branch('B (recommended)', 'b')}${branch('C', 'c')}`,
    )
    expect(read(text).rounds.map((round) => results(round).A)).toEqual(['one', 'two'])
  })

  test('3: an empty recommended result stays empty and is told, in Markdown and copied', () => {
    const text = frame(
      `## Round 1: x\n${offer}### If you chose B (recommended):\n>\n\n${branch('A', 'a')}${branch('C', 'c')}`,
    )
    expect(results(firstOf(text))).toEqual({ A: 'a', B: '', C: 'c' })
    expect(read(text).notices).toEqual([
      { line: 8, message: 'round 1: the recommended choice B has no result' },
    ])

    const copied = asCopied.replace(/\[Result: journalctl.*\]\n/, '')
    expect(recommended(firstOf(copied))).toBe('B')
    expect(results(firstOf(copied)).B).toBe('')
  })

  test('4: "Proceed to" in a result recommends nothing; without a mark that is said', () => {
    const text = frame(
      `## Round 1: x\n${offer}${branch('A', 'Also correct. Proceed to Round 4.')}${branch('B', 'Leads to Round 3.')}${branch('C', 'Eventually leads to Round 2 after 8 minutes.')}`,
    )
    expect(recommended(firstOf(text))).toBeUndefined()
    expect(firstOf(text).choices.map((each) => each.minutesLost)).toEqual([undefined, undefined, 8])
    expect(read(text).notices).toEqual([
      { line: 8, message: 'round 1: the text does not tell which choice is recommended' },
    ])
  })

  test('5: a branch that equals the right one, and a choice that combines others, are as they are written', () => {
    const text = frame(
      `## Round 1: x\n**Choose your action:**\n- A) mend\n- B) prevent\n- C) Both A and B — mend, then prevent\n- D) Option A is safest\n${branch('C (recommended)', 'c')}${branch('A', 'a')}${branch('B', 'b')}${branch('D', 'Same as A. Correct approach.')}`,
    )
    expect(firstOf(text).choices.map((each) => each.text)).toEqual([
      'mend',
      'prevent',
      'Both A and B — mend, then prevent',
      'Option A is safest',
    ])
    expect(firstOf(text).choices.filter((each) => each.recommended)).toHaveLength(1)
    expect(results(firstOf(text)).D).toBe('Same as A. Correct approach.')
  })

  test.each([
    [
      'brackets and stars between the outer ones',
      'see [x] and `a*` or foo* and *bar [y',
      'see [x] and `a*` or foo* and *bar [y',
    ],
    ['stars inside names', 'all of kube-*-proxy-*-x', 'all of kube-*-proxy-*-x'],
    ['emphasis is not kept', 'it is **not** _yet_ done', 'it is not yet done'],
    ['backslashes and angle brackets in code', 'run `sed s/\\./<x>/`', 'run `sed s/\\./<x>/`'],
    ['bare signs', 'a -> b, 5 < 6 > 4, 100% of $HOME & more', 'a -> b, 5 < 6 > 4, 100% of $HOME & more'],
    ['a placeholder in angle brackets', 'ssh <node> now', 'ssh <node> now'],
    ['entities', '5 &lt; 6 &amp;&amp; x', '5 < 6 && x'],
    ['an address', 'see [the runbook](https://a.example/b)', 'see the runbook (https://a.example/b)'],
    ['a closing bracket of its own', 'the list is [a, b]', 'the list is [a, b]'],
  ])('7: %s in a result', (_, written, told) => {
    const text = frame(
      `## Round 1: x\n${offer}${branch('A (recommended)', written)}${branch('B', 'b')}${branch('C', 'c')}`,
    )
    expect(results(firstOf(text)).A).toBe(told)
  })

  test('7: a result over several lines, and one over several paragraphs', () => {
    const text = frame(
      `## Round 1: x\n${offer}### If you chose A (recommended):\n> *[Result: match foo* and\n> *bar, then go on.]*\n\n### If you chose B:\n> *[Result: one*\n>\n> two]\n>\n> \`\`\`\n> $ ip r\n> \`\`\`\n${branch('C', 'c')}`,
    )
    expect(results(firstOf(text)).A).toBe('match foo* and *bar, then go on.')
    expect(results(firstOf(text)).B).toContain('two')
    expect(results(firstOf(text)).B).toContain('```\n$ ip r\n```')
  })

  test.each([
    [`"The VP says 'fix it'"`, "The VP says 'fix it'"],
    ['"He said "now""', 'He said "now"'],
    ['“curly”', 'curly'],
    ['no quotes at all', 'no quotes at all'],
    ['"only one', '"only one'],
  ])('7: the cue %s', (written, cue) => {
    expect(firstOf(frame(`## Round 1: x\n> *[Pressure cue: ${written}]*\n\n**Actions:**\n1. a`)).cue).toBe(
      cue,
    )
  })

  test('7: (1) and A) in running text are no choices; colons and code alone are part of theirs', () => {
    const round = firstOf(
      frame(
        `## Round 1: x\n**What you see:**\nEither (1) it is down or (2) A) it is not.\n\n**Choose your action:**\n- A) Fix: now\n- B) \`kubectl get po\`\n${branch('A (recommended)', 'a')}${branch('B', 'b')}`,
      ),
    )
    expect(round.sees).toBe('Either (1) it is down or (2) A) it is not.')
    expect(round.choices.map((each) => each.text)).toEqual(['Fix: now', '`kubectl get po`'])
  })

  test('9: five or six actions, with a command, a command and text, or none', () => {
    const round = firstOf(
      frame(
        '## Round 1: x\n**Actions:**\n1. Verify: `kubectl get nodes`\n2. `ping -c1 10.0.0.1` to confirm\n3. `kubectl exec` a pod and look\n4. Tell the team\n5. Watch `/var/log`\n6. Run\n\n   ```\n   systemctl restart kubelet\n   ```\n',
      ),
    )
    expect(round.actions.map((each) => each.command)).toEqual([
      'kubectl get nodes',
      'ping -c1 10.0.0.1',
      undefined,
      undefined,
      undefined,
      'systemctl restart kubelet',
    ])
  })

  test('10: what a head claims of the number of decisions is not believed', () => {
    expect(read(asMarkdown).rounds.flatMap((round) => round.choices)).toHaveLength(3)
    expect(read(asMarkdown).notices).toEqual([])
  })

  test('11: equal words in several rounds and letters are no key', () => {
    const round =
      `${offer}${branch('A (recommended)', 'same')}${branch('B', 'same')}${branch('C', 'same')}`.replaceAll(
        /first|second/g,
        'third',
      )
    const { rounds, notices } = read(frame(`## Round 1: x\n${round}\n## Round 2: x\n${round}`))
    expect(rounds.map(recommended)).toEqual(['A', 'A'])
    expect(rounds.map((each) => each.choices.length)).toEqual([3, 3])
    expect(notices).toEqual([])
  })
})

test('the page of a real list: choices in <li>, actions in <ol>, a screen in <pre>', () => {
  const page = `<h1>Incident Replay: T</h1><h2>Round 1: x</h2><p><strong>What you see:</strong></p>
<pre><code>$ ip r
  default</code></pre>
<p><strong>Choose your action:</strong></p><ul><li><p>A) one</p></li><li>B) two</li></ul>
<h3>If you chose A (recommended):</h3><blockquote><p>[Result: a<br>b]</p></blockquote><h3>If you chose B:</h3><blockquote></blockquote>
<h2>Round 2: y</h2><p><strong>Actions:</strong></p><ol><li>Do <code>ls -l</code></li><li>Rest</li></ol>`
  const [first, second] = read(page).rounds
  expect(first).toMatchObject({
    sees: '```\n$ ip r\n  default\n```',
    choices: [{ result: 'a b' }, { text: 'two', result: '' }],
  })
  expect(second?.actions).toEqual([{ text: 'Do `ls -l`', command: 'ls -l' }, { text: 'Rest' }])
})

// ------------------------------------------------------------------------------------------ what is not understood

describe('what is not understood is named by its line, and kept', () => {
  test.each([
    [
      'a paragraph without a label',
      '## Round 1: x\nSomething.\n\n**Actions:**\n1. a',
      9,
      'text without a label',
      'Something.',
    ],
    [
      'a heading of another kind',
      '## Round 1: x\n**What you see:** y\n\n### Aside\n\n**Actions:**\n1. a',
      11,
      'not a heading of this format',
      'Aside',
    ],
    [
      'a section of another kind',
      '## Round 1: x\n**Actions:**\n1. a\n\n## Lessons\nMany.',
      12,
      'not a part of this format',
      'Many.',
    ],
    [
      'a branch that was not offered',
      `## Round 1: x\n${offer}${branch('A (recommended)', 'a')}${branch('B', 'b')}${branch('C', 'c')}${branch('E', 'extra')}`,
      19,
      'a branch for E',
      'extra',
    ],
    [
      'a result in no branch',
      '## Round 1: x\n> *[Result: stray]*\n\n**Actions:**\n1. a',
      9,
      'belongs to no choice',
      'stray',
    ],
    [
      'HTML inside',
      '## Round 1: x\n**Actions:**\n1. a\n\n<div>inside <b>HTML</b></div>\n',
      12,
      'HTML inside Markdown',
      'inside HTML',
    ],
    ['a round that is missing', '## Round 2: x\n**Actions:**\n1. a', 8, 'round 2 follows round 0', ''],
    [
      'a round with nothing to do',
      '## Round 1: x\n**What you see:** nothing',
      8,
      'no choice and lists no action',
      'nothing',
    ],
  ])('%s', (_, rounds, line, message, kept) => {
    const replay = read(frame(rounds))
    expect(replay.notices).toEqual([{ line, message: expect.stringContaining(message) }])
    expect(JSON.stringify({ ...replay, notices: [] })).toContain(kept)
  })

  test('a link that may not be followed is left out, and its words are kept', () => {
    const replay = read(
      `${frame('## Round 1: x\n**Actions:**\n1. a')}\n## Cross-References\n- Primer: [P](javascript:alert(1))\n`,
    )
    expect(replay.references).toEqual([{ kind: 'Primer', text: 'P' }])
    expect(replay.notices).toEqual([{ line: 19, message: expect.stringContaining('left out') }])
  })

  test('a text without title, setup and report plays all the same', () => {
    const result = readReplay('## Round 1: x\n**Actions:**\n1. a', { name: 'mine' })
    expect(result).toMatchObject({
      ok: true,
      value: { title: 'mine', rounds: [{ actions: [{ text: 'a' }] }] },
    })
    if (result.ok)
      expect(result.value.notices.map((each) => each.message)).toEqual([
        'it has no title',
        'there is no "Setup"',
        'there is no "Damage Report"',
      ])
  })
})
