/** Drills as a user types them. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Cli, cliIn } from './cli.ts'

let folder = ''
let cli: Cli
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ninelives-drill-'))
  cli = cliIn(folder)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const drill = (args: readonly string[], o: { readonly stdin?: string } = {}) => cli(['drill', ...args], o)

const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return name
}

const replay = `# Incident Replay: The Lost Route

## Setup

- **System context:** Three nodes
- **Time:** Monday 09:00 UTC
- **Your role:** On call

## Round 1: Alert Fires

> *[Pressure cue: "Ten minutes!"]*

**What you see:** Nothing answers.

**Choose your action:**
- A) Wait
- B) Look

### If you chose A:

> *[Result: Nothing gets better. 10 minutes wasted.]*

### If you chose B (recommended):

> *[Result: There it is. Proceed to Round 2.]*

## Damage Report

- **Total downtime:** 10 minutes
`

describe('drill', () => {
  test('list names what comes with ninelives', async () => {
    const { code, stdout } = await drill(['list', '-o', 'json'])
    const ids = (JSON.parse(stdout) as readonly { readonly id: string }[]).map(({ id }) => id)
    expect([code, ids]).toEqual([0, expect.arrayContaining(['cni-broken-after-node-restart'])])
  })

  test.each([
    [
      'by tag, whatever its case',
      ['--tag', 'bgp', '-d', 'l3', '-o', 'name'],
      'password-secret-after-upgrade\n',
    ],
    [
      'as a table that tells no answer',
      ['--tag', 'typha', '-o', 'wide'],
      /^NAME +LEVEL +TITLE +FLAVOUR +TAGS\ntypha-gone +L2 /,
    ],
  ])('list %s', async (_, args, shows) => {
    const { code, stdout } = await drill(['list', ...args])
    expect([code, stdout]).toEqual([0, typeof shows === 'string' ? shows : expect.stringMatching(shows)])
  })

  test('play reads a replay without a lab part as text, and says so', async () => {
    const { code, stdout } = await drill(['play', file('lost.md', replay), '--script', 'A,B'])
    expect(code).toBe(0)
    expect(stdout).toContain('[TEXT] The Lost Route')
    expect(stdout).toContain('You chose A, B: 1 more than were needed, and lost 10 minutes by the text.')
    expect(stdout).not.toContain('Proceed to Round')
  })

  test('play asks line by line where there is no terminal', async () => {
    const { code, stdout } = await drill(['play', file('lost2.md', replay)], { stdin: '\nx\nb\n' })
    expect(code).toBe(0)
    expect(stdout).toMatch(/type one of [AB], [AB]/)
    expect(stdout).toContain('You chose B')
  })

  test('import writes any form as Markdown, once', async () => {
    const from = file('from.md', replay)
    expect((await drill(['import', from, '--to', 'clean.md'])).code).toBe(0)
    expect(readFileSync(join(folder, 'clean.md'), 'utf8')).toContain('# Incident Replay: The Lost Route')
    const again = await drill(['import', from, '--to', 'clean.md'])
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('clean.md is there already')])
  })

  test('new writes a scenario that lint has nothing to say of', async () => {
    expect((await drill(['new', 'night-shift'])).code).toBe(0)
    expect((await drill(['new', 'lost-route', '--from', file('from2.md', replay)])).code).toBe(0)
    expect(await drill(['lint', 'night-shift.md'])).toMatchObject({ code: 0 })
  })

  test.each([
    ['a drill that there is not', ['play', 'no-such-drill'], 2, 'there is no drill "no-such-drill"'],
    [
      'a script that is none',
      ['play', 'cni-broken-after-node-restart', '--script', 'A,7'],
      2,
      '"7" is no letter',
    ],
    [
      'a drill that is nearly one',
      ['play', 'crashlop-after'],
      2,
      'did you mean crashloop-after-config-change?',
    ],
    ['no drill, where nobody can be asked', ['play'], 2, 'drills: cni-broken-after-node-restart, '],
    ['a pace that is none', ['play', 'typha-gone', '--pace', 'fast'], 2, '"fast" is no number'],
    [
      'a clock that stands, with free hands',
      ['play', 'typha-gone', '--pace', '0', '--hands-on'],
      2,
      'must have a clock',
    ],
    [
      'a script and a game to go on with',
      ['play', 'typha-gone', '--script', 'A', '--resume'],
      2,
      'do not go together',
    ],
    ['a tag that no drill has', ['list', '--tag', 'nope'], 2, 'there are: '],
    ['a name that is none', ['new', 'Night Shift'], 2, '"Night Shift" is no name for a drill'],
    ['a folder without records', ['report', 'nowhere'], 2, 'there is no folder '],
    ['nothing to go on with', ['play', 'cni-broken-after-node-restart', '--resume'], 2, 'no game of'],
  ])('refuses %s', async (_, args, code, says) => {
    const ended = await drill(args, { stdin: '\n' })
    expect([ended.code, ended.stderr]).toEqual([code, expect.stringContaining(says)])
  })

  test('lint says by line what is wrong, with exit code 5', async () => {
    await drill(['new', 'broken-one'])
    const text = readFileSync(join(folder, 'broken-one.md'), 'utf8').replace(
      'kubelet-lost-contact',
      'no-such-mode',
    )
    const line = text.slice(0, text.indexOf('no-such-mode')).split('\n').length
    const ended = await drill(['lint', file('broken-one.md', text)])
    expect([ended.code, ended.stdout]).toEqual([
      5,
      expect.stringContaining(`:${line}: strike.mode: a lab cannot be broken by "no-such-mode"`),
    ])
  })
})

describe('drill play --hands-on', () => {
  const handsOn = ['play', 'small.md', '--hands-on'] as const
  beforeAll(async () => {
    await drill(['new', 'small'])
    const text = readFileSync(join(folder, 'small.md'), 'utf8')
    file(
      'small.md',
      text
        .replace('nodes: 5', 'nodes: 3')
        .replace('node: k8s-worker-03', 'node: k8s-worker-01')
        .replace('pagedAfter: 8m', 'pagedAfter: 1m')
        .replace(/^lasting:.*?(?=^---$)/ms, ''),
    )
  })

  test('is gone on with where the input ended, leaves a record with its commands, and the record is played again', async () => {
    const left = await drill(handsOn, { stdin: 'kubectl get nodes\nhint\n' })
    expect([left.code, left.stderr]).toEqual([2, expect.stringContaining('the input ended before')])
    const ended = await drill([...handsOn, '--resume'], { stdin: 'kubectl get pods -A\ndone\n' })
    expect([ended.code, ended.stdout]).toEqual([0, expect.stringContaining('of 100')])
    expect(ended.stderr).toMatch(/^at the end: broken: .* requests lost; \d+ of 100/ms)
    const path = /^kept: (.+)$/m.exec(ended.stderr)?.[1] ?? ''
    const { handsOn: kept, score } = JSON.parse(readFileSync(path, 'utf8'))
    expect(kept.commands.map(({ line }: { readonly line: string }) => line)).toEqual([
      '$ kubectl get nodes',
      '$ kubectl get pods -A',
    ])
    expect(kept.noted.hints).toBe(1)
    const again = await drill(['verify', path])
    expect([again.code, again.stdout]).toEqual([0, expect.stringContaining(`${score.points} points, again`)])
    rmSync(join(dirname(path), kept.lab))
    const alone = await drill(['verify', path])
    expect([alone.code, alone.stdout]).toEqual([3, expect.stringContaining('cannot be played again')])
  }, 120_000)
})

const seed = fileURLToPath(
  new URL('../../../shared/seeds/replay-cni-broken-after-node-restart.txt', import.meta.url),
)
const isThere = existsSync(seed)

test(
  isThere
    ? 'the replay that it all began with plays from beginning to end'
    : 'the shared replay is absent: nothing to play',
  async () => {
    if (!isThere) return
    const { code, stdout } = await drill(['play', seed, '--script', 'A,B,D,D'])
    expect(code).toBe(0)
    expect(stdout).toContain('Round 4: Remediation')
    expect(stdout).toContain('You chose A, B, D, D: 1 more than were needed')
  },
)
