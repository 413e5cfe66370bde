import { describe, expect, test } from 'vitest'
import type { Finding } from '#diagnosis/types.ts'
import { remedy } from '#failures/runtime-dir-permissions/repair.ts'
import type { RuntimeDirState } from '#failures/runtime-dir-permissions/state.ts'

const sick: RuntimeDirState = {
  node: 'k8s-worker-03',
  path: '/run/calico',
  folder: { exists: true, mode: 0o600, uid: 10001, gid: 0 },
  needs: { uid: 10001, gid: 0 },
  entry: { file: '/etc/tmpfiles.d/calico.conf', kind: 'd', mode: 0o600, user: '10001', group: '0' },
  pod: { namespace: 'kube-system', name: 'calico-node-x7k2p' },
}

const finding = (state: Partial<RuntimeDirState> = {}, preventive = false): Finding<RuntimeDirState> => ({
  about: { kind: 'node', name: state.node ?? sick.node },
  says: '',
  evidence: [],
  preventive,
  state: { ...sick, ...state },
})

const stepsOf = (state: Partial<RuntimeDirState> = {}) => remedy.plan(finding(state), []).steps
const ids = (state: Partial<RuntimeDirState> = {}) => stepsOf(state).map(({ id }) => id.split('@')[0])

describe('the plan', () => {
  test('keeps the folder right at each boot, mends it now, and brings BIRD back', () => {
    expect(stepsOf().map(({ act }) => act)).toMatchObject([
      {
        hand: 'write-file',
        path: '/etc/tmpfiles.d/00-platform-calico.conf',
        text: 'd /run/calico 0755 10001 0 -\n',
        mode: 0o644,
      },
      {
        hand: 'node-shell',
        argv: ['systemd-tmpfiles', '--create', '/etc/tmpfiles.d/00-platform-calico.conf'],
      },
      { hand: 'delete-pod', name: 'calico-node-x7k2p' },
      { hand: 'wait' },
    ])
  })

  test('a pod is deleted only while kubelet waits out a back-off', () => {
    expect(stepsOf().find(({ act }) => act.hand === 'delete-pod')?.onlyIf).toEqual({
      kind: 'calico-node-in-back-off',
      node: 'k8s-worker-03',
    })
  })

  test('the owner is who BIRD runs as, not a constant', () => {
    expect(stepsOf({ needs: { uid: 999, gid: 998 } })[0]?.act).toMatchObject({
      text: 'd /run/calico 0755 999 998 -\n',
    })
    expect(stepsOf({ needs: { uid: 999, gid: 998 } })[1]?.check).toMatchObject({
      where: { uid: 999, gid: 998, mode: 0o755 },
    })
  })

  test.each<[string, Partial<RuntimeDirState>, readonly string[]]>([
    ['no pod was seen: none is deleted', { pod: undefined }, ['keep-at-boot', 'mend-now', 'wait-ready']],
    ['nobody saw who BIRD runs as: a person finds out', { needs: undefined }, ['find-owner']],
  ])('%s', (_, state, expected) => expect(ids(state)).toEqual(expected))

  test('another folder gets a file of its own', () => {
    expect(stepsOf({ path: '/var/lib/calico' })[0]?.act).toMatchObject({
      path: '/etc/tmpfiles.d/00-platform-calico-var-lib-calico.conf',
    })
  })
})

describe('undo', () => {
  test('gives the folder back its mode and owner, and takes our file away', () => {
    expect(stepsOf().map(({ undo }) => undo)).toEqual([
      { hand: 'remove-file', node: 'k8s-worker-03', path: '/etc/tmpfiles.d/00-platform-calico.conf' },
      {
        hand: 'node-shell',
        node: 'k8s-worker-03',
        argv: ['sh', '-c', 'chown 10001:0 /run/calico && chmod 0600 /run/calico'],
      },
      undefined,
      undefined,
    ])
  })
  test('a file of ours that was there and wrong gets its line back', () => {
    const entry = {
      file: '/etc/tmpfiles.d/00-platform-calico.conf',
      kind: 'd',
      mode: 0o700,
      user: '0',
      group: '0',
    }
    expect(stepsOf({ entry })[0]?.undo).toMatchObject({
      hand: 'write-file',
      text: 'd /run/calico 0700 0 0 -\n',
    })
  })
  test('what has no undo says why', () => {
    for (const state of [{}, { folder: undefined }, { folder: { exists: false } as const }])
      for (const step of stepsOf(state))
        expect(step.undo !== undefined || step.noUndo !== undefined).toBe(true)
  })
})

describe('other nodes', () => {
  const others = [finding({ node: 'k8s-worker-01' }, true), finding({ node: 'k8s-worker-02' })]
  const plan = remedy.plan(finding(), others)

  test('are offered, not touched', () => {
    expect(plan.steps.every(({ node }) => node === 'k8s-worker-03')).toBe(true)
    expect(plan.offers.map(({ about }) => about)).toEqual([
      { kind: 'node', name: 'k8s-worker-01' },
      { kind: 'node', name: 'k8s-worker-02' },
    ])
  })
  test('a node that still works keeps its pod', () => {
    expect(plan.offers[0]?.steps.map(({ act }) => act.hand)).toEqual(['write-file', 'node-shell'])
    expect(plan.offers[1]?.steps.map(({ act }) => act.hand)).toContain('delete-pod')
  })
  test('steps of all nodes have ids of their own', () => {
    const all = [...plan.steps, ...plan.offers.flatMap(({ steps }) => steps)].map(({ id }) => id)
    expect(new Set(all).size).toBe(all.length)
  })
})

test('what stays different is told: our file, and the package’s, which no longer counts', () => {
  const keeps = remedy.plan(finding(), []).keeps.map(({ what }) => what)
  expect(keeps).toContain('k8s-worker-03:/etc/tmpfiles.d/00-platform-calico.conf')
  expect(keeps).toContain('k8s-worker-03:/etc/tmpfiles.d/calico.conf')
  expect(remedy.plan(finding({ entry: 'none' }), []).keeps.map(({ what }) => what)).not.toContain(
    'k8s-worker-03:/etc/tmpfiles.d/calico.conf',
  )
})
