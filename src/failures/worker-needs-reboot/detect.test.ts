import { describe, expect, test } from 'vitest'
import type { AttemptRow, PodRow } from '#cluster/relations.ts'
import { ago, factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/worker-needs-reboot/index.ts'

const pod = (node: string, ready: boolean, ageMinutes = 50_000): PodRow => ({
  namespace: 'kube-system',
  name: `calico-node-${node}`,
  node,
  component: 'calico-node',
  status: 'Running',
  ready,
  containers: [],
  createdAtMs: ago(ageMinutes),
})
const oneSick = [pod('w1', true), pod('w2', true), pod('w3', false, 20)]
const allSick = ['w1', 'w2', 'w3'].map((name) => pod(name, false))
const tried = (act: AttemptRow['act'], outcome: AttemptRow['outcome'], node = 'w3'): AttemptRow => ({
  act,
  outcome,
  node,
})
const newPod = tried('delete-calico-pod', 'no-change')
const reboot = tried('reboot', 'no-change')

const verdictOn = (table: Table): string => {
  const { causes } = diagnose({ ...factsOf(table), isComplaint: true }, [mode])
  return causes[0]?.confidence ?? 'not found'
}

test.each<[string, Table, string]>([
  ['a new pod changed nothing on the one sick worker', { pods: oneSick, attempts: [newPod] }, 'confirmed'],
  ['the same where no pods were shown', { attempts: [newPod] }, 'likely'],
  ['a reboot cured it', { attempts: [tried('reboot', 'cured')] }, 'likely'],
  ['the pod is young and not ready; nobody says why it is young', { pods: oneSick }, 'possible'],
])('found: %s', (_, table, expected) => {
  expect(verdictOn(table)).toBe(expected)
})

describe('near misses', () => {
  test.each<[string, Table]>([
    ['a reboot was tried already', { pods: oneSick, attempts: [newPod, reboot] }],
    ['a new pod cured it', { attempts: [tried('delete-calico-pod', 'cured')] }],
    ['all workers are sick alike: no worker is the cause', { pods: allSick }],
    ['nothing was tried', { pods: [pod('w1', true), pod('w2', true), pod('w3', false)] }],
    ['the young pod is ready', { pods: [pod('w1', true), pod('w2', true), pod('w3', true, 20)] }],
  ])('%s', (_, table) => {
    expect(verdictOn(table)).toBe('not found')
  })
})
