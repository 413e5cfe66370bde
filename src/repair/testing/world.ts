/** A world of three nodes as data, with hands that change it: for tests of how plans are carried out. */
import type { Clock } from '#base/clock.ts'
import { failed, ok } from '#base/result.ts'
import type { Facts } from '#cluster/facts.ts'
import { factsBuilder } from '#cluster/facts-builder.ts'
import type { NodeRow } from '#cluster/relations.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import type { Mode } from '#diagnosis/types.ts'
import type { Observe } from '#repair/apply.ts'
import type { Hand } from '#repair/hands.ts'
import type { Act, Plan } from '#repair/types.ts'

export interface World {
  /** Mode of /run/calico by node. 0o755 is right. */
  readonly folders: Record<string, number>
  /** Whether our tmpfiles.d line is there. */
  readonly files: Record<string, boolean>
  readonly pods: Record<string, { ready: boolean; restarts: number; backOff: boolean; name: string }>
  /** Virtual time since the start, ms. */
  nowMs: number
  readonly acts: Act[]
  clusterUid: string | undefined
  /** Called before an act changes anything: throw to crash, answer to fail. */
  interfere?: (act: Act) => string | undefined
  /** false: calico-node never recovers. */
  recovers: boolean
}

export const names = ['n1', 'n2', 'n3'] as const

export const sickWorld = (o: Partial<World> = {}): World => ({
  folders: { n1: 0o755, n2: 0o600, n3: 0o755 },
  files: {},
  pods: {
    n1: { ready: true, restarts: 0, backOff: false, name: 'calico-node-1' },
    n2: { ready: false, restarts: 4, backOff: false, name: 'calico-node-2' },
    n3: { ready: true, restarts: 0, backOff: false, name: 'calico-node-3' },
  },
  nowMs: 1_000_000,
  acts: [],
  clusterUid: 'uid-1',
  recovers: true,
  ...o,
})

/** Sleeping lets the world's time pass: a pod becomes ready when its folder is right, unless kubelet is in back-off. */
export const clockOf = (world: World): Clock => ({
  now: () => world.nowMs,
  monotonic: () => world.nowMs,
  sleep: async (ms, { signal } = {}) => {
    signal?.throwIfAborted()
    world.nowMs += ms
    for (const name of names) {
      const pod = world.pods[name]
      if (pod === undefined) continue
      if (world.folders[name] !== 0o755) pod.ready = false
      else if (!pod.backOff && world.recovers) pod.ready = true
    }
  },
})

export const wrongMode: Mode = {
  id: 'wrong-mode',
  title: 'a folder has the wrong mode',
  owner: 'node',
  maturity: 'lab',
  symptoms: ['calico-node-not-ready'],
  traffic: 'none',
  prevent: [],
  questions: () => [],
  detector: defineDetector({
    needs: ['hostPaths'],
    uses: [],
    judges: 'node',
    detect: ({ rows }) =>
      rows('hostPaths')
        .filter(({ mode }) => mode !== 0o755)
        .map((row) => ({
          about: { kind: 'node' as const, name: row.node },
          says: `mode ${row.mode?.toString(8)}`,
          evidence: [{ weight: 'decisive' as const, says: 'wrong mode', from: row.from }],
          preventive: false,
          state: undefined,
        })),
    explains: () => true,
  }),
}

export function factsOf(world: World): Facts {
  const builder = factsBuilder({ unread: 'not-asked' })
  const from = { source: 'the world' }
  for (const [index, node] of names.entries()) {
    builder.add('nodes', nodeRow(node, index), from)
    const mode = world.folders[node]
    if (mode !== undefined)
      builder.add('hostPaths', { node, path: '/run/calico', exists: true, mode, uid: 10001, gid: 0 }, from)
    if (world.files[node] === true)
      builder.add(
        'tmpfilesEntries',
        { node, file: ownFile, path: '/run/calico', kind: 'd', mode: 0o755, wins: true },
        from,
      )
    const pod = world.pods[node]
    if (pod !== undefined)
      builder.add(
        'pods',
        {
          namespace: 'kube-system',
          name: pod.name,
          node,
          component: 'calico-node',
          ready: pod.ready,
          containers: [
            pod.backOff
              ? {
                  name: 'calico-node',
                  init: false,
                  state: 'waiting',
                  reason: 'CrashLoopBackOff',
                  restarts: pod.restarts,
                }
              : { name: 'calico-node', init: false, state: 'running', restarts: pod.restarts },
          ],
        },
        from,
      )
  }
  for (const relation of ['nodes', 'pods', 'events', 'hostPaths', 'tmpfilesEntries'] as const)
    builder.cover(relation, { kind: 'complete' })
  return builder.freeze({ observedAtMs: world.nowMs })
}

const nodeRow = (name: string, index: number): NodeRow => ({
  name,
  internalIp: `10.0.0.2${index + 1}`,
  unschedulable: false,
  conditions: [{ type: 'Ready', status: 'True' }],
  taints: [],
  labels: {},
})

export const observing =
  (world: World): Observe =>
  async () => {
    const facts = factsOf(world)
    return { facts, diagnosis: diagnose(facts, [wrongMode]), clusterUid: world.clusterUid }
  }

export const handsOn = (world: World): Hand => ({
  acts: ['write-file', 'remove-file', 'node-shell', 'delete-pod'],
  async carryOut(act) {
    const trouble = world.interfere?.(act)
    if (trouble !== undefined) return failed({ kind: 'failed', says: trouble })
    world.acts.push(act)
    switch (act.hand) {
      case 'write-file':
      case 'remove-file':
        world.files[act.node] = act.hand === 'write-file'
        break
      case 'node-shell':
        world.folders[act.node] = Number.parseInt(act.argv[1] ?? '', 8)
        break
      case 'delete-pod':
        world.pods.n2 = { ready: false, restarts: 0, backOff: false, name: 'calico-node-2b' }
        break
      default:
        return failed({ kind: 'no-hand', says: 'cannot' })
    }
    return ok('done')
  },
})

export const ownFile = '/etc/tmpfiles.d/00-own.conf'

export const plan: Plan = {
  mode: 'wrong-mode',
  about: { kind: 'node', name: 'n2' },
  disruption: 'pod',
  steps: [
    {
      id: 'keep',
      node: 'n2',
      act: {
        hand: 'write-file',
        node: 'n2',
        path: ownFile,
        text: 'd /run/calico 0755 10001 0 -\n',
        mode: 0o644,
      },
      because: 'lasts',
      check: {
        kind: 'rows',
        relation: 'tmpfilesEntries',
        where: { node: 'n2', file: ownFile, mode: 0o755, wins: true },
      },
      undo: { hand: 'remove-file', node: 'n2', path: ownFile },
    },
    {
      id: 'mend',
      node: 'n2',
      act: { hand: 'node-shell', node: 'n2', argv: ['chmod', '755', '/run/calico'] },
      because: 'now',
      check: { kind: 'rows', relation: 'hostPaths', where: { node: 'n2', path: '/run/calico', mode: 0o755 } },
      undo: { hand: 'node-shell', node: 'n2', argv: ['chmod', '600', '/run/calico'] },
    },
    {
      id: 'restart',
      node: 'n2',
      act: { hand: 'delete-pod', namespace: 'kube-system', name: 'calico-node-2' },
      because: 'back-off is long',
      onlyIf: { kind: 'calico-node-in-back-off', node: 'n2' },
      check: { kind: 'pod-gone', namespace: 'kube-system', name: 'calico-node-2' },
      noUndo: 'another pod was made',
    },
    {
      id: 'wait',
      node: 'n2',
      act: { hand: 'wait', says: 'wait until Ready', forMs: 60_000, everyMs: 10_000 },
      because: 'it takes a while',
      check: { kind: 'calico-node-ready', node: 'n2' },
    },
  ],
  offers: [],
  keeps: [],
  prevent: [],
}
