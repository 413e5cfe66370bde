import { describe, expect, test } from 'vitest'
import { readText } from '#sources/text/index.ts'

const labelsOf = (text: string) =>
  readText([{ name: 'paste', text }], { nowMs: Date.UTC(2030, 0, 1) })
    .facts.rows('nodes')
    .map(({ name, labels, conditions }) => [name, labels, conditions[0]?.status])

describe('labels in tables of nodes', () => {
  test('all of them in one column', () => {
    const text = `NAME   STATUS     ROLES    AGE   VERSION   LABELS
w1     NotReady   <none>   9d    v1.31.4   kubernetes.io/os=linux,topology.kubernetes.io/zone=z-1,node.example/empty=
w2     Ready      <none>   9d    v1.31.4   topology.kubernetes.io/zone=z-2`
    expect(labelsOf(text)).toEqual([
      [
        'w1',
        { 'kubernetes.io/os': 'linux', 'topology.kubernetes.io/zone': 'z-1', 'node.example/empty': '' },
        'False',
      ],
      ['w2', { 'topology.kubernetes.io/zone': 'z-2' }, 'True'],
    ])
  })

  test('columns whose keys the command holds, some of them empty', () => {
    const text = `$ kubectl get nodes -L node.example/rack,topology.kubernetes.io/zone
NAME   STATUS   ROLES    AGE   VERSION   RACK   ZONE
w1     Ready    <none>   9d    v1.31.4          z-1
w2     Ready    <none>   9d    v1.31.4   r7     z-2`
    expect(labelsOf(text)).toEqual([
      ['w1', { 'topology.kubernetes.io/zone': 'z-1' }, 'True'],
      ['w2', { 'node.example/rack': 'r7', 'topology.kubernetes.io/zone': 'z-2' }, 'True'],
    ])
  })

  test('a usual key without its command', () => {
    const text = 'NAME   STATUS   ROLES    AGE   VERSION   ZONE\nw1     Ready    <none>   9d    v1.31.4   z-1'
    expect(labelsOf(text)).toEqual([['w1', { 'topology.kubernetes.io/zone': 'z-1' }, 'True']])
  })

  test('near miss: the wide columns are no labels', () => {
    const text =
      'NAME   STATUS   ROLES    AGE   VERSION   INTERNAL-IP   EXTERNAL-IP   OS-IMAGE           KERNEL-VERSION      CONTAINER-RUNTIME\nw1     Ready    <none>   9d    v1.31.4   10.3.0.7      <none>        Ubuntu 22.04 LTS   5.15.0-91-generic   containerd://1.7.13'
    expect(labelsOf(text)).toEqual([['w1', {}, 'True']])
  })
})
