import { describe, expect, test } from 'vitest'
import type { Facts } from '#cluster/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { defaultLimits, type GuardView, judgeGuards, refusals } from '#repair/guards.ts'
import { factsOf, plan, sickWorld, wrongMode } from '#repair/testing/world.ts'

const world = sickWorld()
const facts = factsOf(world)
const seen = diagnose(facts, [wrongMode])

const view = (o: Partial<GuardView> = {}): GuardView => ({
  plan,
  first: { ...seen, observedAtMs: seen.observedAtMs - 10_000 },
  second: seen,
  facts,
  allDone: false,
  resuming: false,
  cluster: { planned: 'uid-1', now: 'uid-1' },
  goal: 'restore',
  gathered: undefined,
  maxDisruption: 'node',
  otherRepairer: undefined,
  limits: defaultLimits,
  ...o,
})

/** The world's facts with other nodes: `changes` by name. */
const withNodes = (changes: Record<string, { ready?: 'False'; cordoned?: true; control?: true }>): Facts => ({
  ...facts,
  rows: (relation) =>
    relation !== 'nodes'
      ? facts.rows(relation)
      : // Rows of `nodes`, which the generic signature cannot tell.
        (facts.rows('nodes').map((row) => {
          const { ready, cordoned, control } = changes[row.name] ?? {}
          return {
            ...row,
            unschedulable: cordoned ?? row.unschedulable,
            conditions: ready === undefined ? row.conditions : [{ type: 'Ready', status: ready }],
            labels: control === undefined ? row.labels : { 'node-role.kubernetes.io/control-plane': '' },
          }
        }) as never),
})

const refusedBy = (o: Partial<GuardView>, overrides?: ReadonlySet<string>): readonly string[] =>
  refusals(judgeGuards(view(o), overrides)).map(({ guard }) => guard)

const struck = (count: number): GuardView['second'] => {
  const [cause] = seen.causes
  if (cause === undefined) throw new Error('the world is sick')
  const about = (index: number) => ({ kind: 'node' as const, name: `n${index}` })
  return {
    ...seen,
    causes: [2, 1, 3]
      .slice(0, count)
      .map((index) => ({ ...cause, finding: { ...cause.finding, about: about(index) } })),
  }
}

const none = { ...plan, disruption: 'none' as const }

describe('guards', () => {
  test.each<[string, Partial<GuardView>, readonly string[]]>([
    ['one node, seen twice, data not needed: nothing stands in the way', {}, []],
    ['another cluster answers now', { cluster: { planned: 'uid-1', now: 'uid-2' } }, ['same-cluster']],
    [
      'the cluster’s identity may not be read: a warning, no refusal',
      { cluster: { planned: undefined, now: undefined } },
      [],
    ],
    ['only seen the first time', { second: { ...seen, causes: [] } }, ['seen-twice']],
    ['only seen the second time', { first: { ...seen, causes: [] } }, ['seen-twice']],
    ['mended already: acting is doing nothing', { second: { ...seen, causes: [] }, allDone: true }, []],
    ['half mended by a repair that goes on', { second: { ...seen, causes: [] }, resuming: true }, []],
    ['two of three nodes have it', { second: struck(2) }, ['not-systemic']],
    [
      'two of three, and the limit is higher',
      { second: struck(2), limits: { ...defaultLimits, systemicShare: 0.9 } },
      [],
    ],
    ['more disruption than allowed', { maxDisruption: 'none' }, ['max-disruption']],
    ['just as much as allowed', { maxDisruption: 'pod' }, []],
    [
      'the target is down already, one other too: two of three',
      { facts: withNodes({ n1: { ready: 'False' } }) },
      ['unavailable-share'],
    ],
    [
      'a cordoned node counts as unavailable',
      { facts: withNodes({ n1: { cordoned: true } }) },
      ['unavailable-share'],
    ],
    [
      'a plan that disrupts nothing may run whatever is down',
      { plan: none, facts: withNodes({ n1: { ready: 'False' } }) },
      [],
    ],
    ['the only control-plane node: a warning', { facts: withNodes({ n2: { control: true } }) }, []],
    [
      'a second control-plane node while another is down',
      { facts: withNodes({ n2: { control: true }, n1: { control: true, ready: 'False' } }) },
      ['unavailable-share', 'control-plane'],
    ],
    [
      'a control-plane node, and a worker is down',
      { facts: withNodes({ n2: { control: true }, n1: { ready: 'False' } }) },
      ['unavailable-share'],
    ],
    ['somebody else is at it', { otherRepairer: { holder: 'ann', forMs: 1_000 } }, ['alone']],
    ['the cause matters and nothing was saved', { goal: 'rca' }, ['data-gathered']],
    ['the cause matters and everything was saved', { goal: 'rca', gathered: 'bundle.tar' }, []],
  ])('%s', (_, o, expected) => expect(refusedBy(o)).toEqual(expected))

  test('a lease that may not be written is told', () => {
    const alone = judgeGuards(view({ unheld: 'leases is forbidden' })).find(({ guard }) => guard === 'alone')
    expect(alone).toMatchObject({ answer: 'warn', says: expect.stringContaining('leases is forbidden') })
  })

  test('every refusal names the flag that overrules it, and the flag does', () => {
    const o = {
      cluster: { planned: 'a', now: 'b' },
      second: { ...struck(2), causes: struck(3).causes.slice(1) },
      maxDisruption: 'none',
      facts: withNodes({ n2: { control: true }, n1: { control: true, ready: 'False' } }),
      otherRepairer: { holder: 'ann', forMs: 1_000 },
      goal: 'rca',
    } as const
    const answers = refusals(judgeGuards(view(o)))
    expect(answers).toHaveLength(8)
    const flags = answers.map(({ flag }) => flag ?? '')
    expect(flags.every((flag) => flag.startsWith('--'))).toBe(true)
    expect(refusedBy(o, new Set(flags))).toEqual([])
    expect(refusedBy(o, new Set(flags.slice(1)))).toEqual(['same-cluster'])
  })

  test('every answer is kept, with its numbers', () => {
    const answers = judgeGuards(view({ second: struck(2) }))
    expect(answers).toHaveLength(8)
    expect(answers.find(({ guard }) => guard === 'not-systemic')?.says).toContain('2 of 3 nodes')
    expect(answers.find(({ guard }) => guard === 'unavailable-share')?.says).toContain('1 of 3 nodes')
  })
})
