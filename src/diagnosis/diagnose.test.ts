import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { NodeRow, RelationName, RemarkRow } from '#cluster/relations.ts'
import { nodeSubject, renderSubject } from '#cluster/subjects.ts'
import { factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import type { Evidence, Finding, Likeness, Mode, Weight } from '#diagnosis/types.ts'

const notReady = (name: string): NodeRow => ({
  name,
  unschedulable: false,
  taints: [],
  labels: {},
  conditions: [{ type: 'Ready', status: 'False', reason: 'KubeletNotReady', message: 'PLEG is not healthy' }],
})

const ready = (name: string): NodeRow => ({
  ...notReady(name),
  conditions: [{ type: 'Ready', status: 'True' }],
})

/** A mode that finds what it is told to find, and explains the symptoms of the nodes in `reach`. */
function mode(
  id: string,
  weights: readonly Weight[],
  {
    on = 'a',
    reach = [on],
    fact = id,
    preventive = false,
    needs = ['nodes'],
  }: {
    readonly on?: string
    readonly reach?: readonly string[]
    readonly fact?: string
    readonly preventive?: boolean
    readonly needs?: readonly RelationName[]
  } = {},
): Mode {
  const evidence = weights.map(
    (weight, index): Evidence => ({ weight, says: `${id} ${index}`, from: { source: fact } }),
  )
  const finding: Finding = { about: nodeSubject(on), says: id, evidence, preventive, state: undefined }
  return {
    id,
    title: id,
    owner: 'node',
    maturity: 'evidence-only',
    symptoms: ['node-not-ready'],
    traffic: '',
    prevent: [],
    questions: (about) => [
      {
        command: `look at ${renderSubject(about)} for ${id}`,
        why: '',
        fills: [{ relation: 'hostPaths', about }],
      },
    ],
    detector: {
      needs,
      uses: [],
      judges: 'node',
      detect: () => (weights.length === 0 ? [] : [finding]),
      explains: (_, symptom) => symptom.about.kind === 'node' && reach.includes(symptom.about.name),
    },
  }
}

const complete = ['nodes', 'pods', 'events']
const sickNodes = (...names: readonly string[]): Table => ({ nodes: names.map(notReady) })

const causesOf = (modes: readonly Mode[], table: Table = sickNodes('a')): readonly string[] =>
  diagnose(factsOf(table, { complete }), modes).causes.map((cause) => `${cause.mode.id} ${cause.confidence}`)

describe('confidence', () => {
  test.each<[string, readonly Mode[], readonly string[]]>([
    ['a decisive fact confirms', [mode('x', ['decisive'])], ['x confirmed']],
    ['strong evidence makes likely', [mode('x', ['strong'])], ['x likely']],
    ['any number of weak signs makes possible', [mode('x', ['weak', 'weak', 'weak'])], ['x possible']],
    ['evidence against takes the certainty', [mode('x', ['decisive', 'against'])], ['x likely']],
    ['more against than for is no finding', [mode('x', ['weak', 'against'])], []],
    [
      'a rival that only fits changes nothing',
      [mode('x', ['decisive']), mode('y', ['strong'])],
      ['x confirmed'],
    ],
    [
      'two that are proven for the same symptom: neither is certain, both are named',
      [mode('x', ['decisive']), mode('y', ['decisive'])],
      ['x likely', 'y likely'],
    ],
  ])('%s', (_, modes, expected) => {
    expect(causesOf(modes)).toEqual(expected)
  })
})

describe('fewest causes', () => {
  test('one that explains all rather than one for each', () => {
    const modes = [
      mode('x', ['strong'], { on: 'a' }),
      mode('y', ['strong'], { on: 'b' }),
      mode('z', ['strong'], { reach: ['a', 'b'] }),
    ]
    expect(causesOf(modes, sickNodes('a', 'b'))).toEqual(['z likely'])
  })

  test('a guess that would save many makes way for what is likely, or stands beside it where it explains more', () => {
    const names = ['a', 'b', 'c', 'd']
    const modes = [
      ...names.map((on) => mode(`x${on}`, ['strong'], { on })),
      mode('guess', ['weak'], { reach: [...names, 'e'] }),
    ]
    expect(causesOf(modes, sickNodes(...names))).toEqual(names.map((on) => `x${on} likely`))
    expect(causesOf(modes, sickNodes(...names, 'e'))).toEqual([
      ...names.map((on) => `x${on} likely`),
      'guess possible',
    ])
  })

  test('the one that is not chosen is listed as a rival', () => {
    const { causes } = diagnose(factsOf(sickNodes('a'), { complete }), [
      mode('x', ['strong']),
      mode('y', ['weak']),
    ])
    expect(causes[0]?.rivals.map((rival) => rival.mode.id)).toEqual(['y'])
  })

  test('what is proven stays, even where a guess would explain everything', () => {
    const modes = [mode('x', ['decisive'], { on: 'a' }), mode('guess', ['weak'], { reach: ['a', 'b'] })]
    expect(causesOf(modes, sickNodes('a', 'b'))).toEqual(['x confirmed', 'guess possible'])
  })

  test('a guess goes when proven causes explain all that it would', () => {
    const modes = [
      mode('x', ['decisive'], { on: 'a' }),
      mode('y', ['decisive'], { on: 'b' }),
      mode('guess', ['weak'], { reach: ['a', 'b'] }),
    ]
    expect(causesOf(modes, sickNodes('a', 'b'))).toEqual(['x confirmed', 'y confirmed'])
  })

  test('of two readings of one fact the one that explains more is the cause', () => {
    const modes = [
      mode('narrow', ['decisive'], { on: 'a', fact: 'line 1' }),
      mode('wide', ['decisive'], { reach: ['a', 'b'], fact: 'line 1' }),
    ]
    expect(causesOf(modes, sickNodes('a', 'b'))).toEqual(['wide confirmed'])
  })

  test('and of two that explain nothing that is not explained, the better supported', () => {
    const modes = [
      mode('all', ['decisive'], { reach: ['a', 'b'] }),
      mode('bare', ['decisive'], { fact: 'line 1' }),
      mode('full', ['decisive', 'strong'], { fact: 'line 1' }),
    ]
    expect(causesOf(modes, sickNodes('a', 'b'))).toEqual(['all confirmed', 'full likely'])
  })

  test('two faults on two nodes are two causes', () => {
    const modes = [mode('x', ['decisive'], { on: 'a' }), mode('y', ['strong'], { on: 'b' })]
    expect(causesOf(modes, sickNodes('a', 'b'))).toEqual(['x confirmed', 'y likely'])
  })
})

describe('verdict', () => {
  const verdictOf = (table: Table, modes: readonly Mode[], read: readonly string[] = complete) =>
    diagnose(factsOf(table, { complete: read }), modes).verdict

  test.each<[string, Table, readonly Mode[], readonly string[], string]>([
    ['a cause', sickNodes('a'), [mode('x', ['strong'])], complete, 'broken'],
    ['a cause that is only possible', sickNodes('a'), [mode('x', ['weak'])], complete, 'undecided'],
    ['a symptom without a cause', sickNodes('a'), [], complete, 'undecided'],
    [
      'nothing wrong in what was read, but not everything was read',
      { nodes: [ready('a')] },
      [],
      ['nodes', 'pods'],
      'undecided',
    ],
    ['nothing wrong', { nodes: [ready('a')] }, [], complete, 'healthy'],
    [
      'a wrong state that breaks nothing yet',
      { nodes: [ready('a')] },
      [mode('x', ['decisive'], { preventive: true })],
      complete,
      'healthy',
    ],
    [
      'a mode that nobody could judge',
      { nodes: [ready('a')] },
      [mode('x', [], { needs: ['hostPaths'] })],
      complete,
      'healthy',
    ],
  ])('%s', (_, table, modes, read, expected) => {
    expect(verdictOf(table, modes, read)).toBe(expected)
  })
})

describe('found, clear, unknown', () => {
  const judged = (read: readonly string[], modes: readonly Mode[]) => {
    const { clear, unknown } = diagnose(
      factsOf({ nodes: [ready('a'), ready('b')] }, { complete: read }),
      modes,
    )
    return [
      ...clear.map(({ about }) => `${renderSubject(about)} clear`),
      ...unknown.map(
        ({ about, missing }) => `${renderSubject(about)} lacks ${missing.map(({ relation }) => relation)}`,
      ),
    ]
  }
  const needy = mode('x', [], { needs: ['nodes', 'hostPaths'] })

  test.each<[string, readonly string[], readonly string[]]>([
    ['all needs complete', ['nodes', 'hostPaths'], ['node/a clear', 'node/b clear']],
    ['complete for one node only', ['nodes', 'hostPaths node/b'], ['node/b clear', 'node/a lacks hostPaths']],
    [
      'not even all nodes are known',
      ['hostPaths'],
      ['node/a lacks nodes', 'node/b lacks nodes', 'cluster lacks nodes'],
    ],
  ])('%s', (_, read, expected) => {
    expect(judged(read, [needy])).toEqual(expected)
  })

  test('positive proof of immunity needs less', () => {
    const immune: Mode = {
      ...needy,
      detector: { ...needy.detector, isImmune: ({ kind }) => kind === 'node' },
    }
    expect(judged(['nodes'], [immune])).toEqual(['node/a clear', 'node/b clear'])
  })

  test('what something else hides is unknown, though all was read', () => {
    const hidden: Mode = {
      ...needy,
      detector: { ...needy.detector, isHidden: (about) => renderSubject(about) === 'node/a' },
    }
    expect(judged(['nodes', 'hostPaths'], [hidden])).toEqual(['node/b clear', 'node/a lacks nodes'])
  })

  test('where as much speaks against a mode as for it, it is unknown, though all was read', () => {
    const contested = mode('x', ['weak', 'against'])
    expect(judged(['nodes'], [contested])).toEqual(['node/b clear', 'node/a lacks nodes'])
  })

  test('a detector that looks at what it did not declare is a bug', () => {
    const greedy: Mode = {
      ...needy,
      detector: {
        ...needy.detector,
        detect: (view) =>
          view.rows('pods').map(() => {
            throw new Error('unreachable')
          }),
      },
    }
    expect(() => judged(['nodes'], [greedy])).toThrow(
      /x looks at pods, which is neither in its needs nor in its uses/,
    )
  })
})

describe('next questions', () => {
  const commands = (
    modes: readonly Mode[],
    table: Table,
    read: readonly string[] = complete,
  ): readonly string[] =>
    diagnose(factsOf(table, { complete: read }), modes).next.map(({ command }) => command)

  test('a confirmed cause may still be narrowed down', () => {
    expect(commands([mode('x', ['decisive'])], sickNodes('a'))).toEqual(['look at node/a for x'])
  })

  test('a mode that explains nothing of what is seen can wait', () => {
    expect(commands([mode('x', [], { needs: ['hostPaths'] })], { nodes: [ready('a')] })).toEqual([])
  })

  test('a likely cause is to be confirmed first; the same mode elsewhere comes after it', () => {
    const likely = mode('x', ['strong'], { needs: ['hostPaths'] })
    expect(commands([likely], { nodes: [notReady('a'), ready('b')] })).toEqual([
      'look at node/a for x',
      'look at node/b for x',
    ])
  })

  test('what was read completely is not asked again', () => {
    const likely = mode('x', ['strong'])
    expect(commands([likely], sickNodes('a'), [...complete, 'hostPaths node/a'])).toEqual([])
  })

  test('one question that serves two hypotheses comes before one that serves one', () => {
    const asks = (id: string, command: string): Mode => ({
      ...mode(id, [], { needs: ['hostPaths'] }),
      questions: (about) => [{ command, why: '', fills: [{ relation: 'hostPaths', about }] }],
    })
    const modes = [asks('x', 'alone'), asks('y', 'together'), asks('z', 'together')]
    expect(commands(modes, sickNodes('a'))).toEqual(['together', 'alone'])
  })

  test('a dear question waits behind a cheap one', () => {
    const asks = (id: string, cost: number): Mode => ({
      ...mode(id, [], { needs: ['hostPaths'] }),
      questions: () => [{ command: id, why: '', fills: [], cost }],
    })
    const [first] = commands([asks('dear', 20), asks('cheap', 1)], sickNodes('a')).filter(
      (one) => !one.startsWith('kubectl'),
    )
    expect(first).toBe('cheap')
  })
})

describe('determinism', () => {
  const says = ['node-was-rebooted', 'os-was-updated', 'ssh-works'] as const
  const remark = (index: number): RemarkRow => ({ says: says[index % 3] ?? 'ssh-works', node: `n${index}` })
  const nodes = ['a', 'b', 'c', 'd'].map((name) => ({ ...notReady(name), from: { source: `node ${name}` } }))
  const remarks = [0, 1, 2, 3].map((index) => ({ ...remark(index), from: { source: `remark ${index}` } }))
  const modes = [
    mode('x', ['strong'], { on: 'a' }),
    mode('y', ['strong'], { on: 'b', reach: ['a', 'b', 'c'] }),
    mode('z', ['weak'], { on: 'd' }),
  ]
  const bytes = (table: Table, from: readonly Mode[]): string =>
    JSON.stringify(diagnose(factsOf(table, { complete }), from))

  test('the same facts in any order, and modes in any order, give the same diagnosis', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray(nodes, { minLength: nodes.length }),
        fc.shuffledSubarray(remarks, { minLength: remarks.length }),
        fc.shuffledSubarray(modes, { minLength: modes.length }),
        (someNodes, someRemarks, someModes) => {
          expect(bytes({ nodes: someNodes, remarks: someRemarks }, someModes)).toBe(
            bytes({ nodes, remarks }, modes),
          )
        },
      ),
    )
  })
})

describe('a complaint: somebody shows this because something is wrong', () => {
  const complaint = (modes: readonly Mode[], table: Table = {}, likeness?: Likeness) => {
    const facts = { ...factsOf(table), isComplaint: true }
    const { verdict, causes } = diagnose(facts, modes, likeness === undefined ? {} : { likeness })
    return { verdict, causes: causes.map((cause) => `${cause.mode.id} ${cause.confidence}`) }
  }

  test.each<[string, readonly Mode[], readonly string[]]>([
    ['what is proven wrong needs no symptom', [mode('x', ['decisive'])], ['x confirmed']],
    ['what fits well needs none either', [mode('x', ['strong'])], ['x likely']],
    ['what merely fits does', [mode('x', ['weak'])], []],
    [
      'beside a proof at the same place nobody guesses',
      [mode('x', ['decisive']), mode('y', ['strong'])],
      ['x confirmed'],
    ],
    [
      'two proofs at one place: neither is certain',
      [mode('x', ['decisive']), mode('y', ['decisive'])],
      ['x likely', 'y likely'],
    ],
    [
      'two proofs at two places are two causes',
      [mode('x', ['decisive'], { on: 'a' }), mode('y', ['decisive'], { on: 'b' })],
      ['x confirmed', 'y confirmed'],
    ],
    [
      'of guesses the next best follow',
      [mode('x', ['strong', 'weak']), mode('y', ['strong'])],
      ['x likely', 'y possible'],
    ],
  ])('%s', (_, modes, expected) => {
    expect(complaint(modes).causes).toEqual(expected)
  })

  test('the same state in a cluster that nobody complains about is no cause', () => {
    const { causes, preventive } = diagnose(factsOf({}), [mode('x', ['decisive'])])
    expect([causes.length, preventive.length]).toEqual([0, 1])
  })

  const silentMode = (id: string): Mode => mode(id, [])
  const pool = { name: 'p', cidr: '10.244.0.0/16', disabled: false, encapsulation: 'none' } as const

  test('likeness names what is possible for a symptom, and decides nothing', () => {
    const likeness = new Map([
      ['x', 0.2],
      ['y', 0.4],
      ['z', 0.01],
    ])
    const calicos: Table = { ...sickNodes('a'), ipPools: [pool] }
    expect(complaint(['x', 'y', 'z'].map(silentMode), calicos, likeness)).toEqual({
      verdict: 'undecided',
      causes: ['y possible', 'x possible'],
    })
  })

  const nextOf = (modes: readonly Mode[], table: Table, likeness: Likeness): readonly string[] =>
    diagnose({ ...factsOf(table), isComplaint: true }, modes, { likeness }).next.map(({ command }) => command)

  test('without a symptom likeness chooses the question', () => {
    const likeness = new Map([
      ['x', 0.1],
      ['y', 0.3],
      ['z', 0.12],
    ])
    expect(nextOf(['x', 'y', 'z'].map(silentMode), {}, likeness)[0]).toBe('look at cluster for y')
    expect(nextOf(['x'].map(silentMode), {}, new Map([['x', 0.01]]))[0]).not.toContain('look at')
  })

  test('of a harmless part of a log the rest is asked for first', () => {
    const started = { message: { id: 'startup/log-level', params: {} }, count: 1 }
    const table = { messages: [started] }
    expect(nextOf([silentMode('x')], table, new Map([['x', 0.3]]))[0]).toMatch(/^kubectl logs .*calico-node/)
  })

  test('of a text that does not speak of Calico likeness names nothing', () => {
    expect(complaint([silentMode('x')], sickNodes('a'), new Map([['x', 0.9]])).causes).toEqual([])
  })

  test('what merely fits is named where the text speaks of Calico and nothing else is known', () => {
    expect(complaint([mode('x', ['weak'])], { ipPools: [pool] }).causes).toEqual(['x possible'])
  })

  test('without a symptom likeness names nothing', () => {
    expect(complaint([silentMode('x')], {}, new Map([['x', 0.9]])).causes).toEqual([])
  })
})
