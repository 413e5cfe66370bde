import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { replayAsMarkdown } from '#drill/replay/as-markdown.ts'
import { readReplay } from '#drill/replay/read-replay.ts'
import { asCopied, asMarkdown, asPage } from '#drill/replay/testing/three-forms.ts'

/** Reading takes less of the processor than this, whatever is read; it is as a rule a tenth of it. */
const limitMs = 4000

const cpuMs = (act: () => unknown): number => {
  const before = process.cpuUsage()
  act()
  return process.cpuUsage(before).user / 1000
}

describe('what is no replay is refused with one reason', () => {
  test.each([
    ['nothing', '', 1, 'nothing to read'],
    ['white space', ' \n\t\n', 1, 'nothing to read'],
    ['a binary', `PK\u0003\u0004\nx\0y`, 2, 'not text'],
    ['a binary that was decoded as text', `\n\n${'\ufffd'.repeat(8)}`, 3, 'not text'],
    ['another text', 'Dear all,\nthe network is down.', 1, 'no incident replay'],
    ['another page', '<!doctype html><h1>Hello</h1>', 1, 'no incident replay'],
    ['JSON', '{"a": 1}', 1, 'no incident replay'],
    [
      '10 MB of text',
      'Round 1: x\n'.repeat(1e6),
      1,
      '11,000,000 characters are no replay: at most 600,000 are read',
    ],
    ['a long text', asCopied + 'x '.repeat(1e5), 1, 'at most 60,000 are read'],
    ['quotes without end', `# Round 1: x\n${'> '.repeat(1000)}`, 2, 'nested more than'],
    ['lists without end', `## Round 1: x\n${'- '.repeat(1000)}x`, 2, 'nested more than'],
    ['links without end', `## Round 1: x\n${'[a]('.repeat(10_000)}`, 1, 'links are no replay'],
  ])('%s', (_, text, line, message) => {
    let read: unknown
    expect(cpuMs(() => (read = readReplay(text)))).toBeLessThan(limitMs)
    expect(read).toEqual({
      ok: false,
      error: [{ line, message: expect.stringContaining(message) }],
    })
  })
})

const hostileHtml = [
  ['a script', '<script>document.title = "taken"</script>'],
  ['a handler', '<img src=x onerror="taken()">'],
  ['a frame', '<iframe src="javascript:taken()">taken</iframe>'],
  ['a style', '<style>body { background: url(taken) }</style>'],
  ['a template', '<template><p>taken</p></template>'],
  ['a form', '<form action="taken"><button>taken</button></form>'],
  ['a picture', '<svg onload="taken()"><text>taken</text></svg>'],
  ['hidden text', '<p hidden>taken</p>'],
  ['a comment', '<!-- taken -->'],
] as const

describe('hostile HTML leaves nothing', () => {
  test.each(hostileHtml)('%s in the page', (_, html) => {
    const result = readReplay(asPage.replace('<h2 id="r2">', `${html}<h2 id="r2">`))
    expect(result).toEqual(readReplay(asPage))
  })

  test.each(hostileHtml)('%s in Markdown', (_, html) => {
    const result = readReplay(asMarkdown.replace('## Round 2', `${html}\n\n## Round 2`))
    expect(JSON.stringify(result)).not.toMatch(/<(?!text|\/text)[a-z!/]/i)
    expect(result).toMatchObject({ ok: true, value: { rounds: [{ number: 1 }, { number: 2 }] } })
  })

  test('markup written with entities is text, and stays what it was', () => {
    const result = readReplay(asPage.replace('They fail again.', '&lt;script&gt;x&lt;/script&gt; &amp;lt;'))
    expect(JSON.stringify(result)).toContain('<script>x</script> &lt; 10 minutes wasted.')
  })

  test.each([
    ['<div>', 40_000],
    ['<table><tr><td>', 12_000],
    ['<a><b><p>', 15_000],
    ['<blockquote><ul><li>', 10_000],
    ['&amp;', 60_000],
  ])('%s nested %i times', (tag, times) => {
    const page = `<h1>Incident Replay: T</h1><h2>Round 1: x</h2>${tag.repeat(times)}`
    expect(cpuMs(() => readReplay(page))).toBeLessThan(limitMs)
  })
})

describe('nothing reaches a terminal that it could obey', () => {
  const sequences = [
    '\u001b[31m',
    '\u001b]0;title\u0007',
    '\u001b]8;;http://x\u001b\\',
    '\u009b2J',
    '\u0007',
    '\b',
    '\u202e',
    '\u200b',
  ]

  test.each([
    ['Markdown', asMarkdown],
    ['the page', asPage],
    ['copied text', asCopied],
  ])('%s', (_, text) => {
    const result = readReplay(text.replaceAll('again', `a${sequences.join('')}gain`))
    if (!result.ok) throw new Error('it is a replay')
    expect(JSON.stringify(result.value)).not.toMatch(/\\u00[01]|\\u009|[\u0080-\u009f\u200b\u202e]/)
    expect(result.value.rounds[0]?.choices[0]?.result).toBe('They fail again. 10 minutes wasted.')
    expect(result.value.notices).toEqual([
      expect.objectContaining({ message: expect.stringContaining('control characters') }),
    ])
  })

  test('nor when an entity wrote it', () => {
    for (const text of [asPage, asMarkdown]) {
      const result = readReplay(text.replace('again', 'a&#27;[31mgain&#8238;'))
      expect(JSON.stringify(result)).not.toMatch(/\\u00|[\u0080-\u009f\u202e]/)
      expect(JSON.stringify(result)).toContain('They fail again')
    }
  })
})

describe('text that takes parsers and patterns long is read quickly', () => {
  test.each([
    '*a_',
    '[',
    '`a``',
    '<a ',
    'a\n',
    '&',
    '![[',
    '1. a\n',
    ' ',
    '\t',
    '- A) ',
    '[Result: ',
    '<!--',
    '3x ~5 minutes + ',
  ])('%j without end', (bit) => {
    for (const [head, foot] of [
      [
        '# Incident Replay: T\n## Round 1: x\n**Choose your action:** ',
        '\n## Damage Report\n- **Total downtime:** ',
      ],
      ['Round 1: x\nChoose your action: ', '\nDamage Report\n• Total downtime: '],
    ]) {
      const text = `${head}${bit.repeat(54_000 / bit.length)}${foot}${bit.repeat(5000 / bit.length)}`
      expect(cpuMs(() => readReplay(text))).toBeLessThan(limitMs)
    }
  })
})

test('no text makes it throw, and what was read is read again from what is written', () => {
  const bits = fc.constantFrom(
    ...asMarkdown.split(/(?<=\n)/),
    ...asPage.split(/(?<=\n)/),
    ...asCopied.split(/(?<=\n)/),
    '`',
    '``',
    '```\n',
    '\n',
    '\n\n',
    '> ',
    '- ',
    '  ',
    '*',
    '_',
    '[',
    ']',
    '<b>',
    '<pre>',
    '</pre>',
    '<li>',
    '<code>',
    '&#10;',
    '\\',
    '#',
    '\t',
    'A) ',
    ' - B) ',
    '1. ',
    '---\n',
  )
  fc.assert(
    fc.property(
      fc.array(bits, { maxLength: 60 }),
      fc.constantFrom(asMarkdown, asPage, asCopied),
      fc.nat(),
      (parts, base, at) => {
        const cut = at % base.length
        const first = readReplay(base.slice(0, cut) + parts.join('') + base.slice(cut))
        if (!first.ok) return
        const again = readReplay(replayAsMarkdown(first.value))
        expect(again).toMatchObject({ ok: true })
        expect(again.ok && { ...again.value, notices: [] }).toEqual({ ...first.value, notices: [] })
      },
    ),
    // A result as a point of a choice: it was read otherwise when it was read again.
    {
      numRuns: 200,
      examples: [[['> *[Result: Nothing is wrong with it.]*\n'], asMarkdown, asMarkdown.indexOf('- B)') + 2]],
    },
  )
})
