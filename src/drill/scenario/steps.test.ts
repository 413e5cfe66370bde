import { describe, expect, test } from 'vitest'
import { readSteps } from '#drill/scenario/steps.ts'

const one = (text: string): unknown => {
  const read = readSteps(text, 7)
  return read.ok ? read.value[0] : read.error
}

describe('a line of a block', () => {
  test.each([
    ['a command of oc', '$ oc get co', { act: 'kubectl', command: 'get co', as: 'oc' }],
    ['a kubectl command', '$ kubectl get nodes -o wide', { act: 'kubectl', command: 'get nodes -o wide' }],
    [
      'what is behind the first bar runs in a shell',
      "$ kubectl get pods -A | grep -E 'a|b' | tail -3",
      { act: 'kubectl', command: 'get pods -A', filter: "grep -E 'a|b' | tail -3" },
    ],
    [
      'a bar within quotes is part of the command',
      "$ kubectl get pods -o jsonpath='{.a|b}'",
      { act: 'kubectl', command: "get pods -o jsonpath='{.a|b}'" },
    ],
    [
      'a node command, bars and all',
      'k8s-worker-03# ip route | grep bird',
      { act: 'node', nodes: ['k8s-worker-03'], command: 'ip route | grep bird' },
    ],
    ['several nodes', 'a-1,{node}# uptime', { act: 'node', nodes: ['a-1', '{node}'], command: 'uptime' }],
    ['a worker named by its address', '10.0.0.21# uptime', { act: 'node', nodes: ['10.0.0.21'] }],
    [
      "the provider's command, with or without its name",
      'cloud$ ibmcloud ks worker ls',
      { act: 'cloud', command: 'ks worker ls' },
    ],
    ['an orderly reboot', 'reboot {node}', { act: 'reboot', node: '{node}', powerCut: false }],
    ['none at all', 'power-cut k8s-worker-01', { act: 'reboot', powerCut: true }],
    ['waiting', 'wait 1m30s', { act: 'wait', ms: 90_000 }],
    ['traffic', 'expect traffic', { act: 'expect', expects: { kind: 'traffic', flows: true } }],
    ['its opposite', 'expect lost requests', { expects: { kind: 'traffic', flows: false } }],
    ['a cause', 'expect cause oom-killed', { expects: { kind: 'cause', mode: 'oom-killed' } }],
    [
      'what a command shows, slashes in the pattern',
      'expect no /0\\/1/ in $ kubectl get pods',
      {
        expects: {
          kind: 'shows',
          pattern: '0\\/1',
          not: true,
          look: { act: 'kubectl', command: 'get pods' },
        },
      },
    ],
  ])('%s', (_, text, step) => {
    expect(one(text)).toMatchObject({ line: 7, text, ...step })
  })

  test('goes on in the next line behind a backslash, and comments are left out', () => {
    const read = readSteps('// first\n$ kubectl get pods \\\n  -o wide\n\nwait 5s', 10)
    expect(read).toMatchObject({
      ok: true,
      value: [
        { line: 11, command: 'get pods -o wide' },
        { line: 14, ms: 5000 },
      ],
    })
  })

  test.each([
    ['a command without a prompt', 'kubectl get pods', /"kubectl get pods" is no step/],
    ['a wait without a duration', 'wait soon', /"wait soon": write a duration/],
    ['a wait without anything', 'wait', /write a duration/],
    ['a reboot of nobody', 'reboot', /"reboot" wants a node/],
    ['an expectation of nothing known', 'expect luck', /"expect luck": write traffic/],
    ['a pattern without a command', 'expect /x/ in pods', /"pods" is no command/],
    ['a pattern that is none', 'expect /(/ in $ kubectl get pods', /is no regular expression/],
  ])('is refused with its line: %s', (_, text, message) => {
    expect(one(text)).toEqual([{ line: 7, message: expect.stringMatching(message) }])
  })
})
