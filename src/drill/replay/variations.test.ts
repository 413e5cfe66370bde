import { describe, expect, test } from 'vitest'
import { branch, firstOf, frame, offer, read, recommended, results } from '#drill/replay/testing/reading.ts'
import { asCopied, asMarkdown } from '#drill/replay/testing/three-forms.ts'

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
