import { describe, expect, test } from 'vitest'
import type { Facts } from '#cluster/facts.ts'
import { factsBuilder, mergeFacts } from '#cluster/facts-builder.ts'
import type { BgpSessionRow } from '#cluster/relations.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { factsOf, plan, sickWorld, wrongMode } from '#repair/testing/world.ts'
import { claimsOf, isMended, type Look, type Routing } from '#repair/verify.ts'

const world = sickWorld()
world.folders.n2 = 0o755
const mendedPod = { ready: true, restarts: 4, backOff: false, name: 'calico-node-2' }

function look(
  o: { sickPeer?: boolean; ready?: boolean; sessions?: readonly BgpSessionRow[]; routing?: Routing } = {},
): Look {
  const { ready = true, sessions = [], routing } = o
  const facts = mergeFacts([
    factsOf({
      ...world,
      pods: {
        ...world.pods,
        n2: { ...mendedPod, ready },
        ...(o.sickPeer === true ? { n3: { ...mendedPod, name: 'calico-node-3', ready: false } } : {}),
      },
    }),
    sessionFacts(sessions),
  ])
  return { facts, diagnosis: diagnose(facts, [wrongMode]), ...(routing === undefined ? {} : { routing }) }
}

function sessionFacts(sessions: readonly BgpSessionRow[]): Facts {
  const builder = factsBuilder({ unread: 'not-asked' })
  for (const session of sessions) builder.add('bgpSessions', session, { source: session.node })
  for (const node of new Set(sessions.map((session) => session.node)))
    builder.cover('bgpSessions', { kind: 'complete' }, { kind: 'node', name: node })
  return builder.freeze({ observedAtMs: 0 })
}

const session = (node: string, peer: string, up = true): BgpSessionRow => ({
  node,
  peer,
  kind: 'mesh',
  up,
  state: up ? 'Established' : 'Active',
  ...(up ? {} : { info: 'Socket: Connection refused' }),
})

// n1 10.0.0.21, n2 10.0.0.22 (the plan's), n3 10.0.0.23
const here = [session('n2', '10.0.0.21'), session('n2', '10.0.0.23')]
const there = [session('n1', '10.0.0.22'), session('n3', '10.0.0.22')]
const blocks = [
  { node: 'n1', cidr: '10.244.1.0/26' },
  { node: 'n2', cidr: '10.244.2.0/26' },
]
const route = (to: string, via: string) => ({ to, via })
const holdsOf = (o: Look): Record<string, boolean | 'unknown'> =>
  Object.fromEntries(claimsOf(plan, o).map(({ id, holds }) => [id, holds]))

describe('claims', () => {
  test('what nobody looked at is unknown, and told', () => {
    const claims = claimsOf(plan, look())
    expect(holdsOf(look())).toEqual({
      'cause-gone': true,
      'pod-ready': true,
      'sessions-here': 'unknown',
      'sessions-there': 'unknown',
      traffic: 'unknown',
    })
    expect(claims.at(-1)?.says).toBe('traffic not tested')
    expect(isMended(claims)).toBe(true)
  })

  test.each<[string, Look, Record<string, boolean | 'unknown'>, boolean]>([
    [
      'both ends established',
      look({ sessions: [...here, ...there] }),
      { 'sessions-here': true, 'sessions-there': true },
      true,
    ],
    [
      'one session here is down',
      look({ sessions: [session('n2', '10.0.0.21', false), ...there] }),
      { 'sessions-here': false },
      false,
    ],
    [
      'a peer still sees it down',
      look({ sessions: [...here, session('n1', '10.0.0.22', false)] }),
      { 'sessions-there': false },
      false,
    ],
    [
      'peers’ other sessions do not count',
      look({ sessions: [...here, ...there, session('n1', '10.0.0.23', false)] }),
      { 'sessions-there': true },
      true,
    ],
    [
      'a peer that is broken itself does not count',
      look({ sickPeer: true, sessions: [session('n2', '10.0.0.21'), session('n2', '10.0.0.23', false)] }),
      { 'sessions-here': true },
      true,
    ],
    ['the pod is not Ready', look({ ready: false }), { 'pod-ready': false }, false],
    [
      'routes both ways',
      look({
        routing: {
          blocks,
          routes: new Map([
            ['n2', [route('10.244.1.0/26', '10.0.0.21')]],
            ['n1', [route('10.244.2.0/26', '10.0.0.22')]],
          ]),
        },
      }),
      { 'routes-here': true, 'routes-there': true },
      true,
    ],
    [
      'a peer has no route back',
      look({
        routing: {
          blocks,
          routes: new Map([
            ['n2', [route('10.244.1.0/26', '10.0.0.21')]],
            ['n1', []],
          ]),
        },
      }),
      { 'routes-here': true, 'routes-there': false },
      false,
    ],
    [
      'a route by another way is no route',
      look({ routing: { blocks, routes: new Map([['n2', [route('10.244.1.0/26', '10.0.0.1')]]]) } }),
      { 'routes-here': false, 'routes-there': 'unknown' },
      false,
    ],
  ])('%s', (_, seen, expected, mended) => {
    expect(holdsOf(seen)).toMatchObject(expected)
    expect(isMended(claimsOf(plan, seen))).toBe(mended)
  })

  test('the detector that found it has the last word', () => {
    const facts = factsOf(sickWorld())
    expect(holdsOf({ facts, diagnosis: diagnose(facts, [wrongMode]) })['cause-gone']).toBe(false)
  })
})
