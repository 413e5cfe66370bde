import { describe, expect, test } from 'vitest'
import type { Clock } from '#base/clock.ts'
import { failed, ok } from '#base/result.ts'
import { type ApiRefusal, kubeHand, type SendToApi } from '#hands/kube-hand.ts'
import { kubeLease } from '#hands/kube-lease.ts'
import { nodeShellHand } from '#hands/node-shell-hand.ts'
import { personHand } from '#hands/person-hand.ts'
import { commandOf } from '#repair/commands.ts'
import { handsOf } from '#repair/hands.ts'
import type { Act } from '#repair/types.ts'

type Sent = Parameters<SendToApi>[0]

/** An API as a table: `METHOD path` (without the query) → answer. Everything else is 404. */
function fakeApi(answers: Record<string, unknown | ApiRefusal> = {}) {
  const sent: Sent[] = []
  const send: SendToApi = async (request) => {
    sent.push(request)
    const answer = answers[`${request.method} ${request.path.split('?')[0]}`]
    if (answer === undefined) return failed({ kind: 'not-found', says: 'not found', status: 404 })
    return isRefusal(answer) ? failed(answer) : ok(answer)
  }
  return { sent, send }
}
const isRefusal = (answer: unknown): answer is ApiRefusal =>
  typeof answer === 'object' && answer !== null && 'says' in answer

const deletePod: Act = { hand: 'delete-pod', namespace: 'kube-system', name: 'calico-node-x', uid: 'u1' }
const podPath = '/api/v1/namespaces/kube-system/pods/calico-node-x'

describe('the Kubernetes API as a hand', () => {
  test.each<[string, Act, Partial<Sent> & { readonly json: unknown }]>([
    [
      'deletes the pod that was meant, and no namesake',
      deletePod,
      {
        method: 'DELETE',
        path: podPath,
        json: expect.objectContaining({ preconditions: { uid: 'u1' }, propagationPolicy: 'Background' }),
      },
    ],
    [
      'cordons',
      { hand: 'cordon', node: 'n1' },
      {
        method: 'PATCH',
        path: '/api/v1/nodes/n1?fieldManager=ninelives',
        json: { spec: { unschedulable: true } },
      },
    ],
    ['uncordons', { hand: 'uncordon', node: 'n1' }, { json: { spec: { unschedulable: null } } }],
    [
      'patches what was seen',
      {
        hand: 'patch',
        resource: '/apis/projectcalico.org/v3/ippools',
        name: 'p',
        resourceVersion: '7',
        patch: { spec: { disabled: false } },
      },
      {
        path: '/apis/projectcalico.org/v3/ippools/p?fieldManager=ninelives',
        json: { spec: { disabled: false }, metadata: { resourceVersion: '7' } },
      },
    ],
    [
      'patches in a namespace',
      {
        hand: 'patch',
        resource: '/apis/apps/v1/daemonsets',
        namespace: 'kube-system',
        name: 'calico-node',
        patch: {},
      },
      {
        path: '/apis/apps/v1/namespaces/kube-system/daemonsets/calico-node?fieldManager=ninelives',
        json: {},
      },
    ],
  ])('%s', async (_, act, { json, ...expected }) => {
    const { sent, send } = fakeApi()
    await kubeHand(send).carryOut(act)
    expect(sent).toMatchObject([expected])
    expect(JSON.parse(sent[0]?.body ?? '')).toEqual(json)
  })

  test.each<[string, ApiRefusal, string]>([
    ['a pod that is gone is deleted', { kind: 'not-found', says: 'pods "x" not found', status: 404 }, 'ok'],
    [
      'another pod of the same name is not',
      { kind: 'bad-request', says: 'the UID in the precondition does not match', status: 409 },
      'gone',
    ],
    ['403', { kind: 'forbidden', says: 'forbidden', status: 403 }, 'forbidden'],
    ['no answer', { kind: 'timed-out', says: 'no answer within 30 s' }, 'timed-out'],
    ['500', { kind: 'server-error', says: 'boom', status: 500 }, 'failed'],
  ])('%s', async (_, refusal, expected) => {
    const done = await kubeHand(fakeApi({ [`DELETE ${podPath}`]: refusal }).send).carryOut(deletePod)
    expect(done.ok ? 'ok' : done.error.kind).toBe(expected)
  })
})

describe('before a pod is deleted it is shown that it can come back', () => {
  const pod = (owner?: object) => ({
    metadata: {
      name: 'calico-node-x',
      uid: 'u1',
      generateName: 'calico-node-',
      labels: { 'k8s-app': 'calico-node' },
      ...(owner === undefined ? {} : { ownerReferences: [owner] }),
    },
    spec: { nodeName: 'n1', containers: [] },
  })
  const owner = { kind: 'DaemonSet', name: 'calico-node', controller: true }
  const there = {
    [`GET ${podPath}`]: pod(owner),
    'GET /apis/apps/v1/namespaces/kube-system/daemonsets/calico-node': { metadata: { name: 'calico-node' } },
    'POST /api/v1/namespaces/kube-system/pods': {},
  }
  test.each<[string, Record<string, unknown>, string]>([
    ['DaemonSet there, dry run accepted', there, 'ok'],
    ['the pod is gone already', {}, 'ok'],
    ['nobody owns it', { ...there, [`GET ${podPath}`]: pod() }, 'refused'],
    [
      'the DaemonSet was deleted',
      { ...there, 'GET /apis/apps/v1/namespaces/kube-system/daemonsets/calico-node': undefined },
      'refused',
    ],
    [
      'a webhook is in the way',
      {
        ...there,
        'POST /api/v1/namespaces/kube-system/pods': {
          kind: 'server-error',
          says: 'Internal error occurred: failed calling webhook "deny.example"',
          status: 500,
        },
      },
      'refused',
    ],
  ])('%s', async (_, answers, expected) => {
    const { send, sent } = fakeApi(answers)
    const rehearsed = await kubeHand(send).rehearse?.(deletePod)
    expect(rehearsed?.ok === true ? 'ok' : rehearsed?.error.kind).toBe(expected)
    // Nothing but reads and dry runs.
    expect(sent.every(({ method, path }) => method === 'GET' || path.includes('dryRun=All'))).toBe(true)
  })
})

describe('a shell on a node as a hand', () => {
  const write: Act = {
    hand: 'write-file',
    node: 'n1',
    path: '/etc/tmpfiles.d/00-x.conf',
    text: 'd /run/calico 0755 10001 0 -\n',
    mode: 0o644,
  }
  const running = (answer: { stdout?: string; stderr?: string; code?: number }) => {
    const ran: string[] = []
    const hand = nodeShellHand(async (node, argv) => {
      ran.push(`${node}: ${argv.join(' ')}`)
      return ok({ stdout: '', stderr: '', code: 0, ...answer })
    })
    return { ran, hand }
  }

  test('writes a file', async () => {
    const { ran, hand } = running({})
    expect((await hand.carryOut(write)).ok).toBe(true)
    expect(ran).toEqual([
      "n1: sh -c printf '%s\\n' 'd /run/calico 0755 10001 0 -' > /etc/tmpfiles.d/00-x.conf && chmod 0644 /etc/tmpfiles.d/00-x.conf",
    ])
  })
  test('nothing in a file’s text is interpreted', () => {
    const command = commandOf(
      { ...write, text: "a'b $(reboot) `x`\nsecond\n" },
      { kubectl: ['kubectl'], onNode: (_, argv) => argv.join(' ') },
    )
    expect(command).toBe("printf '%s\\n' 'a'\\''b $(reboot) `x`' second | tee /etc/tmpfiles.d/00-x.conf")
  })
  test('a command that fails has failed, with its last line', async () => {
    const { hand } = running({
      code: 1,
      stderr: 'warning\nsh: /etc/tmpfiles.d/00-x.conf: Read-only file system\n',
    })
    expect(await hand.carryOut(write)).toMatchObject({
      ok: false,
      error: { kind: 'failed', says: expect.stringContaining('Read-only file system') },
    })
  })
  test('a node that cannot be reached', async () => {
    const hand = nodeShellHand(async () => failed({ kind: 'unreachable', says: 'n1 is down' }))
    expect(await hand.carryOut(write)).toMatchObject({ ok: false, error: { kind: 'unreachable' } })
  })
})

describe('hands together', () => {
  const words = { kubectl: ['kubectl', '--context', 'prod'], onNode: (node: string) => `ssh ${node}` }
  test('a person does what no other hand can, and is told the command', async () => {
    const asked: unknown[] = []
    const person = personHand(
      async (request) => {
        asked.push(request)
        return 'done'
      },
      (act) => commandOf(act, words),
    )
    const { send, sent } = fakeApi({ [`DELETE ${podPath}`]: {} })
    const hands = handsOf([kubeHand(send), person])
    await hands.carryOut(deletePod)
    await hands.carryOut({ hand: 'node-shell', node: 'n1', argv: ['true'] })
    expect(sent).toHaveLength(1)
    expect(asked).toEqual([{ says: 'please run this command', command: 'ssh n1' }])
  })
  test('a person who did not do it', async () => {
    const person = personHand(
      async () => 'not-done',
      () => '',
    )
    expect(await person.carryOut({ hand: 'person', says: 'call the network team' })).toMatchObject({
      ok: false,
      error: { kind: 'refused' },
    })
  })
  test('nobody can', async () => {
    expect(await handsOf([]).carryOut(deletePod)).toMatchObject({ ok: false, error: { kind: 'no-hand' } })
  })
})

describe('the lease that keeps two people apart', () => {
  const clock: Clock = { now: () => 1_767_852_000_000, monotonic: () => 0, sleep: async () => {} }
  const folder = '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases'
  const path = `${folder}/ninelives-repair-n1`
  const lease = (holderIdentity: string, renewTime: string) => ({
    metadata: { resourceVersion: '3' },
    spec: { holderIdentity, renewTime, leaseDurationSeconds: 900 },
  })
  const acquired = async (answers: Record<string, unknown>) => {
    const { send, sent } = fakeApi(answers)
    const held = kubeLease(send, { node: 'n1', holder: 'ops@laptop', clock })
    return { result: await held.acquire(), sent, held }
  }
  const fresh = '2026-01-08T05:59:00.000000Z'
  const old = '2026-01-08T05:00:00.000000Z'

  test.each<[string, Record<string, unknown>, boolean]>([
    ['nobody holds it', { [`POST ${folder}`]: {} }, true],
    ['somebody else does', { [`GET ${path}`]: lease('ann@desk', fresh) }, false],
    ['somebody else did, long ago', { [`GET ${path}`]: lease('ann@desk', old), [`PUT ${path}`]: {} }, true],
    [
      'we do, from before a crash',
      { [`GET ${path}`]: lease('ops@laptop', fresh), [`PUT ${path}`]: {} },
      true,
    ],
    [
      'somebody was quicker',
      { [`POST ${folder}`]: { kind: 'bad-request', says: 'already exists', status: 409 } },
      false,
    ],
    [
      'leases may not be written: nothing to hold',
      { [`POST ${folder}`]: { kind: 'forbidden', says: 'forbidden', status: 403 } },
      true,
    ],
  ])('%s', async (_, answers, free) => {
    expect((await acquired(answers)).result.ok).toBe(free)
  })

  test('leases that may not be written are told, with the server’s words', async () => {
    const { result } = await acquired({
      [`POST ${folder}`]: { kind: 'forbidden', says: 'leases is forbidden', status: 403 },
    })
    expect(result).toMatchObject({ value: { unheld: expect.stringContaining('leases is forbidden') } })
  })

  test('release deletes what we hold, and only that', async () => {
    const ours = await acquired({ [`POST ${folder}`]: {} })
    await ours.held.release()
    expect(ours.sent.at(-1)).toMatchObject({ method: 'DELETE', path })
    const theirs = await acquired({ [`GET ${path}`]: lease('ann@desk', fresh) })
    await theirs.held.release()
    expect(theirs.sent.some(({ method }) => method === 'DELETE')).toBe(false)
  })
})
