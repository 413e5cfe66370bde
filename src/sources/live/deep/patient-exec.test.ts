import { expect, test } from 'vitest'
import type { Clock } from '#base/clock.ts'
import { failed, ok, type Result } from '#base/result.ts'
import type { Facts } from '#cluster/facts.ts'
import { factsOf } from '#cluster/testing/facts.ts'
import type { ApiTrouble, ExecOutput } from '#sources/live/api.ts'
import type { LiveContext } from '#sources/live/context.ts'
import { withPatientExec } from '#sources/live/deep/patient-exec.ts'

const node = 'k8s-worker-03'
const away: ApiTrouble = {
  kind: 'server-error',
  status: 500,
  says: 'error dialing backend: dial tcp 10.0.0.23:10250: i/o timeout',
}
const answer: Result<ExecOutput, ApiTrouble> = ok({ stdout: 'here', stderr: '', code: 0 })

function clockFrom(): Clock & { nowMs: number } {
  const clock = {
    nowMs: 0,
    now: () => clock.nowMs,
    monotonic: () => clock.nowMs,
    sleep: async (ms: number, { signal }: { readonly signal?: AbortSignal } = {}) => {
      signal?.throwIfAborted()
      clock.nowMs += ms
    },
  }
  return clock
}

const nodeIs = (status: 'True' | 'Unknown'): Facts =>
  factsOf({
    pods: [{ namespace: 'kube-system', name: 'calico-node-x7k2p', node, containers: [] }],
    nodes: [
      {
        name: node,
        conditions: [{ type: 'Ready', status }],
        labels: {},
        taints: [],
        unschedulable: false,
      },
    ],
  })

async function tried(
  exec: (clock: { nowMs: number }) => Result<ExecOutput, ApiTrouble>,
  { facts = nodeIs('True'), signal }: { facts?: Facts; signal?: AbortSignal } = {},
) {
  const clock = clockFrom()
  const says: string[] = []
  let calls = 0
  const context = {
    api: {
      exec: async () => {
        calls++
        return exec(clock)
      },
    },
  } as unknown as LiveContext // nothing else of it is used
  const patient = withPatientExec(context, { clock, facts: () => facts, tell: (one) => says.push(one) })
  const call = {
    namespace: 'kube-system',
    pod: 'calico-node-x7k2p',
    container: 'calico-node',
    argv: ['true'],
  }
  const once = () => patient.api.exec(call, signal === undefined ? {} : { signal })
  return { clock, says, once, calls: () => calls }
}

test('a node that answers a little later is read, and it is said once that it is waited for', async () => {
  const { once, says, clock } = await tried(({ nowMs }) => (nowMs < 15_000 ? failed(away) : answer))
  expect(await once()).toEqual(answer)
  expect(clock.nowMs).toBe(15_000)
  expect(says).toEqual([`${node} did not answer; trying again for 45 s at most`])
})

test('all calls of a reading share one patience', async () => {
  const { once, clock, calls } = await tried(() => failed(away))
  expect(await once()).toEqual(failed(away))
  expect(clock.nowMs).toBe(45_000)
  const before = calls()
  expect(await once()).toEqual(failed(away))
  expect(calls()).toBe(before + 1)
  expect(clock.nowMs).toBe(45_000)
})

test.each<[string, ApiTrouble]>([
  [
    'a program that the image does not have',
    { kind: 'server-error', status: 500, says: 'exec: "ls": executable file not found in $PATH' },
  ],
  ['what is not allowed', { kind: 'forbidden', status: 403, says: 'pods "calico-node-x7k2p" is forbidden' }],
  [
    'a container that does not run',
    { kind: 'not-running', status: 500, says: 'container not found ("calico-node")' },
  ],
])('%s is not asked for again', async (_, trouble) => {
  const { once, calls } = await tried(() => failed(trouble))
  expect(await once()).toEqual(failed(trouble))
  expect(calls()).toBe(1)
})

test('a node of which nobody hears any more is asked once', async () => {
  const { once, calls } = await tried(() => failed(away), { facts: nodeIs('Unknown') })
  await once()
  expect(calls()).toBe(1)
})

test('many nodes that do not answer are each asked once more at most: it is the way to them', async () => {
  const names = ['w1', 'w2', 'w3', 'w4', 'w5']
  const clock = clockFrom()
  const facts = factsOf({
    pods: names.map((name) => ({ namespace: 'kube-system', name, node: name, containers: [] })),
  })
  let calls = 0
  const context = {
    api: {
      exec: async () => {
        calls++
        return failed(away)
      },
    },
  } as unknown as LiveContext
  const { api } = withPatientExec(context, { clock, facts: () => facts })
  const asked = names.map((pod) =>
    api.exec({ namespace: 'kube-system', pod, container: 'calico-node', argv: ['true'] }),
  )
  expect(await Promise.all(asked)).toEqual(names.map(() => failed(away)))
  expect(calls).toBeLessThanOrEqual(2 * names.length)
})

test('an interruption ends the waiting', async () => {
  const stop = new AbortController()
  const { once } = await tried(
    () => {
      stop.abort(new Error('interrupted'))
      return failed(away)
    },
    { signal: stop.signal },
  )
  await expect(once()).rejects.toThrow('interrupted')
})
