/** All modes at once: what they make of each other's facts, and of noise. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { EventRow, PodRow } from '#cluster/relations.ts'
import { renderSubject } from '#cluster/subjects.ts'
import { ago, factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { modes } from '#failures/generated/detectors.ts'
import {
  calicoNode,
  deepRead,
  healthy,
  incident,
  node,
  sick,
  workers,
} from '#failures/testing/example-cluster.ts'

function outcome(table: Table): unknown {
  const { verdict, causes, unexplained } = diagnose(factsOf(table, { complete: deepRead }), modes)
  return {
    verdict,
    causes: causes.map(
      ({ mode, finding, confidence }) => `${mode.id} ${renderSubject(finding.about)} ${confidence}`,
    ),
    unexplained: unexplained.map(({ id }) => id),
  }
}

const silent = (name: string) =>
  node(name, {
    conditions: [
      {
        type: 'Ready',
        status: 'Unknown',
        reason: 'NodeStatusUnknown',
        message: 'Kubelet stopped posting node status.',
      },
    ],
  })

describe('two faults', () => {
  test('on two nodes are two causes', () => {
    const table: Table = {
      ...incident,
      nodes: [node('w1'), silent('w2'), node('w3')],
      pods: [calicoNode('w1'), calicoNode('w2', { ready: false }), sick('w3')],
    }
    expect(outcome(table)).toEqual({
      verdict: 'broken',
      causes: ['runtime-dir-permissions node/w3 confirmed', 'kubelet-lost-contact node/w2 likely'],
      unexplained: [],
    })
  })

  test('on one node are both named', () => {
    expect(outcome({ ...incident, nodes: [node('w1'), node('w2'), silent('w3')] })).toMatchObject({
      causes: ['runtime-dir-permissions node/w3 confirmed', 'kubelet-lost-contact node/w3 likely'],
      unexplained: [],
    })
  })
})

describe('Typha is missed', () => {
  const typha = (reason: string, exitCode: number): PodRow => ({
    name: 'calico-typha-6c5b7d9f44-k2j4q',
    namespace: 'calico-system',
    component: 'calico-typha',
    node: 'w1',
    status: 'CrashLoopBackOff',
    containers: [
      { name: 'calico-typha', init: false, ready: false, restarts: 7, lastTermination: { reason, exitCode } },
    ],
  })
  const missed = (pod: PodRow): Table => ({
    nodes: [node('w1'), node('w2')],
    pods: [pod, calicoNode('w1'), calicoNode('w2', { ready: false })],
    messages: [{ message: { id: 'typha/none-ready', params: {} }, node: 'w2', count: 1, atMs: ago(1) }],
  })

  test('its limit is the cause where it was killed for memory, of the whole cluster', () => {
    expect(outcome(missed(typha('OOMKilled', 137)))).toMatchObject({
      causes: ['oom-killed cluster confirmed'],
      unexplained: [],
    })
  })

  test('a Typha that ends otherwise is not well itself', () => {
    expect(outcome(missed(typha('Error', 2)))).toMatchObject({
      causes: ['typha-unhealthy cluster confirmed'],
      unexplained: [],
    })
  })
})

describe('noise of other people’s troubles', () => {
  const anyNode = fc.constantFrom(...workers)
  const anyEvent: fc.Arbitrary<EventRow> = fc.record({
    about: fc.record({
      kind: fc.constant('Pod'),
      namespace: fc.constant('shop'),
      name: fc.stringMatching(/^[a-z]{3,8}$/),
    }),
    type: fc.constantFrom('Normal', 'Warning'),
    reason: fc.constantFrom(
      'FailedScheduling',
      'BackOff',
      'Unhealthy',
      'FailedMount',
      'Pulled',
      'Killing',
      'FailedCreatePodSandBox',
    ),
    message: fc.constantFrom(
      '0/3 nodes are available: 3 Insufficient cpu.',
      'Back-off restarting failed container web in pod web_shop(0)',
      'Readiness probe failed: HTTP probe failed with statuscode: 500',
      'Failed to create pod sandbox: failed to reserve sandbox name',
    ),
    count: fc.integer({ min: 1, max: 500 }),
    lastAtMs: fc.integer({ min: 0, max: 60 }).map(ago),
  })
  const anyPod: fc.Arbitrary<PodRow> = fc.record({
    namespace: fc.constant('shop'),
    name: fc.stringMatching(/^[a-z]{3,8}$/),
    node: anyNode,
    status: fc.constantFrom('ImagePullBackOff', 'ErrImagePull', 'CreateContainerConfigError', 'Evicted'),
    ready: fc.constant(false),
    containers: fc.constant([]),
  })

  test.each<[string, Table]>([
    ['a healthy cluster', healthy],
    ['the incident', incident],
  ])('changes nothing about %s', (_, table) => {
    const quiet = outcome(table)
    fc.assert(
      fc.property(
        fc.array(anyEvent, { maxLength: 40 }),
        fc.array(anyPod, { maxLength: 40 }),
        (events, pods) => {
          expect(outcome({ ...table, events, pods: [...(table.pods ?? []), ...pods] })).toEqual(quiet)
        },
      ),
      { numRuns: 60 },
    )
  })
})
