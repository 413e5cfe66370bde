import { describe, expect, test } from 'vitest'
import { readReplay } from '#drill/replay/read-replay.ts'
import { branch, frame, offer, read } from '#drill/replay/testing/reading.ts'
import { asCopied, asMarkdown, asPage } from '#drill/replay/testing/three-forms.ts'

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
