import { expect, test } from 'vitest'
import { clusterSubject, nodeSubject } from '#cluster/subjects.ts'
import { explainsPeers } from '#diagnosis/explains-peers.ts'
import type { Symptom } from '#diagnosis/types.ts'

const symptom = (id: string, node: string, involves: readonly string[] = []): Symptom => ({
  id,
  about: nodeSubject(node),
  says: id,
  from: { source: 'test' },
  when: 'now',
  involves: involves.map(nodeSubject),
})
const finding = { about: nodeSubject('bad') }

test.each<[string, Symptom, readonly Symptom[], boolean]>([
  ['a complaint that names the node', symptom('bgp-session-down', 'good', ['bad']), [], true],
  ['a complaint whose peers are not known', symptom('bgp-session-down', 'good'), [], true],
  ['a complaint about somebody else', symptom('bgp-session-down', 'good', ['other']), [], false],
  [
    'the one who complains is not ready for that',
    symptom('calico-node-not-ready', 'good'),
    [symptom('bgp-session-down', 'good', ['bad'])],
    true,
  ],
  [
    'not ready, and complaining about somebody else',
    symptom('calico-node-not-ready', 'good'),
    [symptom('bgp-session-down', 'good', ['other'])],
    false,
  ],
  ['not ready without a complaint', symptom('calico-node-not-ready', 'good'), [], false],
  ['anything on the node itself', symptom('pod-traffic-failing', 'bad'), [], true],
  ['other things elsewhere', symptom('pod-traffic-failing', 'good'), [], false],
])('%s', (_, one, symptoms, expected) => {
  expect(explainsPeers(finding, one, { symptoms })).toBe(expected)
})

test('what is wrong with the cluster may be behind anything', () => {
  expect(
    explainsPeers({ about: clusterSubject }, symptom('pod-traffic-failing', 'good'), { symptoms: [] }),
  ).toBe(true)
})
