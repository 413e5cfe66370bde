import { describe, expect, test } from 'vitest'
import { withoutRelation } from '#cluster/facts-builder.ts'
import { renderSubject } from '#cluster/subjects.ts'
import { ago, factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/runtime-dir-permissions/index.ts'
import type { RuntimeDirState } from '#failures/runtime-dir-permissions/state.ts'
import {
  apiRead,
  bird,
  calicoNode,
  deepRead,
  denial,
  entry,
  folder,
  hardened,
  healthy,
  incident,
  node,
  sick,
  stock,
} from '#failures/testing/example-cluster.ts'

const diagnosed = (table: Table, complete: readonly string[] = deepRead) =>
  diagnose(factsOf(table, { complete }), [mode])

/** `w3 confirmed` for causes, `w1 preventive` for the rest. */
function outcome(table: Table, complete?: readonly string[]): readonly string[] {
  const { causes, preventive } = diagnosed(table, complete)
  return [
    ...causes.map(({ finding, confidence }) => `${renderSubject(finding.about)} ${confidence}`),
    ...preventive.map(({ finding }) => `${renderSubject(finding.about)} preventive`),
  ]
}

/** One sick worker, alone, with its folder and the user of its BIRD. */
const alone = (mode: number, uid: number, gid: number, process: Parameters<typeof bird>[1] = {}): Table => ({
  nodes: [node('w3')],
  pods: [sick('w3')],
  processes: [bird('w3', process)],
  hostPaths: [folder('w3', mode, uid, gid)],
  tmpfilesEntries: [entry('w3', 0o775, '10001', '0')],
  messages: [denial('w3')],
})

const setuid = { uid: 0, capabilities: ['NET_ADMIN', 'NET_BIND_SERVICE', 'NET_RAW'] }
const operator = { uid: 0, capabilities: ['DAC_OVERRIDE', 'CHOWN', 'NET_ADMIN'] }
const root = { uid: 0, gid: 0, capabilities: ['CAP_DAC_OVERRIDE', 'CAP_SYS_ADMIN'] }

describe('the folder and the credentials decide together (measured with BIRD 1.6.8)', () => {
  test.each([
    // user 10001 with gid 0, file capabilities
    ['0755 10001:0 for uid 10001', 0o755, 10001, 0, {}, 'fine'],
    ['0700 10001:0 for uid 10001', 0o700, 10001, 0, {}, 'fine'],
    ['0600 10001:0 for uid 10001: its owner may not search it', 0o600, 10001, 0, {}, 'denied'],
    ['0600 10001:10001 for uid 10001', 0o600, 10001, 10001, {}, 'denied'],
    ['0700 0:0 for uid 10001', 0o700, 0, 0, {}, 'denied'],
    ['0755 0:0 for uid 10001 looks right and is not', 0o755, 0, 0, {}, 'denied'],
    ['0750 0:0 for uid 10001', 0o750, 0, 0, {}, 'denied'],
    ['0770 0:0 for gid 0', 0o770, 0, 0, {}, 'fine'],
    ['0775 0:0 for gid 0', 0o775, 0, 0, {}, 'fine'],
    ['0775 0:0 for gid 10001', 0o775, 0, 0, { gid: 10001 }, 'denied'],
    ['0775 0:999 for a user with group 999 beside its own', 0o775, 0, 999, { groups: [999] }, 'fine'],
    ['0775 0:999 for a user with other groups', 0o775, 0, 999, { groups: [998, 9990] }, 'denied'],
    // setuid root with DAC_OVERRIDE dropped: the opposite table
    ['0755 10001:0 for uid 0 without DAC_OVERRIDE', 0o755, 10001, 0, setuid, 'denied'],
    ['0700 0:0 for uid 0 without DAC_OVERRIDE', 0o700, 0, 0, setuid, 'fine'],
    ['0755 0:0 for uid 0 without DAC_OVERRIDE', 0o755, 0, 0, setuid, 'fine'],
    // DAC_OVERRIDE: modes do not apply
    ['0600 10001:0 for the operator’s setuid BIRD', 0o600, 10001, 0, operator, 'fine'],
    ['0600 10001:0 for a privileged root', 0o600, 10001, 0, root, 'fine'],
  ] as const)('%s', (_, mode, uid, gid, process, expected) => {
    expect(outcome(alone(mode, uid, gid, process)).filter((one) => !one.includes('preventive'))).toEqual(
      expected === 'denied' ? ['node/w3 confirmed'] : [],
    )
  })
})

describe('near misses', () => {
  test.each<[string, Table]>([
    ['a healthy hardened cluster', healthy],
    [
      'a stock privileged install with the same folder and the same entry',
      {
        nodes: [node('w3')],
        pods: [calicoNode('w3', {}, stock)],
        hostPaths: [folder('w3', 0o600, 10001, 0)],
        tmpfilesEntries: [entry('w3', 0o600, '10001', '0')],
      },
    ],
    [
      'a stock privileged install that is sick of something else, with an old denial in its log',
      {
        nodes: [node('w3')],
        pods: [sick('w3', stock)],
        hostPaths: [folder('w3', 0o600, 10001, 0)],
        tmpfilesEntries: [entry('w3', 0o600, '10001', '0')],
        messages: [denial('w3')],
      },
    ],
    [
      'BIRD finds something else in its socket’s place',
      { ...alone(0o755, 10001, 0), messages: [denial('w3', 'Address in use')] },
    ],
    [
      'the folder is not there',
      { ...alone(0o755, 10001, 0), messages: [denial('w3', 'No such file or directory')] },
    ],
    [
      'the file system is read-only',
      { ...alone(0o755, 10001, 0), messages: [denial('w3', 'Read-only file system')] },
    ],
    [
      'a person’s birdcl without root is refused',
      {
        ...healthy,
        messages: [
          {
            message: {
              id: 'birdcl/unable-to-connect',
              params: { path: '/var/run/calico/bird.ctl', error: 'Permission denied' },
            },
            node: 'w3',
            count: 1,
          },
        ],
      },
    ],
    [
      'mended since: the log still holds the denial, calico-node is ready',
      { ...healthy, messages: [denial('w3', 'Permission denied', ago(2))] },
    ],
    [
      'the entry names a user that only the node can resolve',
      { ...healthy, tmpfilesEntries: [entry('w3', 0o700, 'calico', 'calico')] },
    ],
    [
      'an entry that loses to one that sorts first',
      {
        ...healthy,
        tmpfilesEntries: [
          { ...entry('w3', 0o755, '10001', '0'), file: '/etc/tmpfiles.d/00-platform-calico.conf' },
          { ...entry('w3', 0o600, '10001', '0'), wins: false },
        ],
      },
    ],
    [
      'an entry that another line puts right after it',
      {
        ...healthy,
        tmpfilesEntries: [
          entry('w3', 0o600, '10001', '0'),
          {
            node: 'w3',
            file: '/etc/tmpfiles.d/z.conf',
            path: '/run/calico',
            kind: 'z',
            mode: 0o755,
            wins: true,
          },
        ],
      },
    ],
    [
      'an entry that makes a link: where it leads was not read',
      { ...healthy, tmpfilesEntries: [{ ...entry('w3', 0o600, '10001', '0'), kind: 'L+' }] },
    ],
    [
      'an entry for the group that BIRD is in: 0775 0 0 with gid 0',
      {
        ...healthy,
        tmpfilesEntries: [
          entry('w1', 0o775, '0', '0'),
          entry('w2', 0o755, '10001', '0'),
          entry('w3', 0o755, '10001', '0'),
        ],
      },
    ],
  ])('%s', (_, table) => {
    // Nodes without an entry of their own would be made by kubelet; these tables only speak of those they name.
    const read = deepRead.filter((relation) => relation !== 'tmpfilesEntries')
    expect(outcome(table, read)).toEqual([])
  })
})

describe('the incident', () => {
  test('read with --deep: confirmed on the rebooted node, preventive on the others', () => {
    expect(outcome(incident)).toEqual(['node/w3 confirmed', 'node/w1 preventive', 'node/w2 preventive'])
    expect(diagnosed(incident)).toMatchObject({ verdict: 'broken', unexplained: [], unknown: [] })
  })

  test('read from API and logs: likely, the others unknown, and the command that decides comes first', () => {
    const { nodes = [], pods = [], messages = [] } = incident
    const diagnosis = diagnosed({ nodes, pods, messages }, [...apiRead, 'messages node/w3'])
    expect(diagnosis.causes).toMatchObject([{ confidence: 'likely', finding: { about: { name: 'w3' } } }])
    expect(diagnosis.unknown.map(({ about }) => renderSubject(about))).toEqual(['node/w1', 'node/w2'])
    expect(diagnosis.next[0]?.command).toContain("ssh w3 'stat")
  })

  test('carries what the repair needs', () => {
    const [cause] = diagnosed(incident).causes
    expect(cause?.finding.state).toEqual({
      node: 'w3',
      path: '/run/calico',
      folder: { exists: true, mode: 0o600, uid: 10001, gid: 0 },
      needs: { uid: 10001, gid: 0 },
      entry: { file: '/etc/tmpfiles.d/calico.conf', kind: 'd', mode: 0o600, user: '10001', group: '0' },
      pod: { namespace: 'kube-system', name: 'calico-node-on-w3' },
    } satisfies RuntimeDirState)
  })

  test('the entry is gone: kubelet makes 0755 root:root, which looks right', () => {
    const missing = { ...incident, hostPaths: [folder('w3', 0o755, 0, 0)], tmpfilesEntries: [] }
    expect(outcome(missing)).toEqual(['node/w3 confirmed', 'node/w1 preventive', 'node/w2 preventive'])
    expect(diagnosed(missing).causes[0]?.finding.state).toMatchObject({ entry: 'none' })
  })

  test('no entry, and an init container that makes the folder for calico-node’s user', () => {
    const [, w2, w3] = healthy.pods ?? []
    const init = { name: 'hostpath-init', init: true }
    const made = { ...calicoNode('w1'), containers: [init, ...calicoNode('w1').containers] }
    const pods = [made, ...[w2, w3].filter((pod) => pod !== undefined)]
    expect(outcome({ ...healthy, pods, tmpfilesEntries: [] })).toEqual([
      'node/w2 preventive',
      'node/w3 preventive',
    ])
  })

  test('mended by hand only: it works until the next boot', () => {
    const chmod = {
      ...healthy,
      tmpfilesEntries: [
        entry('w3', 0o600, '10001', '0'),
        entry('w1', 0o755, '10001', '0'),
        entry('w2', 0o755, '10001', '0'),
      ],
    }
    expect(outcome(chmod)).toEqual(['node/w3 preventive'])
  })

  test('mended by hand a moment ago: the log still complains, the process to ask waits out a back-off', () => {
    const waiting = {
      ...incident,
      hostPaths: [folder('w3', 0o755, 10001, 0)],
      processes: [bird('w1'), bird('w2')],
    }
    expect(outcome(waiting).filter((one) => !one.includes('preventive'))).toEqual([])
    const alone = { ...waiting, processes: [] }
    expect(outcome(alone).filter((one) => !one.includes('preventive'))).toEqual(['node/w3 possible'])
  })

  test('a twin on another node tells whom a container that does not run belongs to', () => {
    const table = { ...incident, hostPaths: [folder('w3', 0o755, 0, 0)], processes: [bird('w1')] }
    expect(outcome(table)[0]).toBe('node/w3 confirmed')
  })

  test('a denied folder under a calico-node that still works has broken nothing yet', () => {
    expect(outcome({ ...healthy, hostPaths: [folder('w3', 0o600, 10001, 0)] })).toEqual([
      'node/w3 preventive',
    ])
  })

  test('Running and CrashLoopBackOff take turns and change nothing', () => {
    const running = {
      ...incident,
      pods: [calicoNode('w1'), calicoNode('w2'), { ...sick('w3'), status: 'Running' }],
    }
    expect(outcome(running)).toEqual(outcome(incident))
    expect(diagnosed(running).symptoms.map(({ says }) => says)).toEqual(
      diagnosed(incident).symptoms.map(({ says }) => says),
    )
  })
})

describe('text', () => {
  test('one log line, of nobody knows which node: likely', () => {
    expect(outcome({ messages: [denial()] }, [])).toEqual(['cluster likely'])
  })

  test('the line beside a table with one sick calico-node: it is that node', () => {
    expect(outcome({ messages: [denial()], pods: [calicoNode('w1', {}, {}), sick('w3', {})] }, [])).toEqual([
      'node/w3 likely',
    ])
  })

  test('the line, the folder and the entry of one unnamed node', () => {
    const unnamed = {
      messages: [denial()],
      hostPaths: [folder('', 0o600, 0, 0)],
      tmpfilesEntries: [entry('', 0o600, 'root', 'root')],
    }
    expect(outcome(unnamed, [])).toEqual(['cluster confirmed'])
    expect(diagnosed(unnamed, []).causes[0]?.finding.state).toMatchObject({
      node: '<node>',
      entry: { mode: 0o600 },
    })
  })

  test('the replay’s sentence, which no Calico prints: likely, never confirmed', () => {
    const said = {
      message: { id: 'hearsay/bird-denied', params: { path: '/var/run/calico' } },
      count: 1,
    }
    expect(outcome({ messages: [said] }, [])).toEqual(['cluster likely'])
  })

  test('the line and a folder that is closed to every user: confirmed without knowing the user', () => {
    expect(
      outcome({ ...alone(0o600, 0, 0), pods: [sick('w3', {})], processes: [], tmpfilesEntries: [] }, []),
    ).toEqual(['node/w3 confirmed'])
  })

  test('the line and a folder that is open to its owner only: whose BIRD it is decides, so likely', () => {
    expect(
      outcome({ ...alone(0o700, 0, 0), pods: [sick('w3', {})], processes: [], tmpfilesEntries: [] }, []),
    ).toEqual(['node/w3 likely'])
  })

  test('the line, the folder and the pod’s user: BIRD was denied, so it has no setuid bit', () => {
    expect(
      outcome(
        { ...alone(0o700, 0, 0), pods: [sick('w3', hardened)], processes: [], tmpfilesEntries: [] },
        [],
      ),
    ).toEqual(['node/w3 confirmed'])
  })
})

describe('what was not read', () => {
  test.each(mode.detector.needs)('without %s it is found otherwise or unknown, never clear', (hidden) => {
    const facts = withoutRelation(factsOf(incident, { complete: deepRead }), hidden)
    const { causes, unknown, clear } = diagnose(facts, [mode])
    expect(clear).toEqual([])
    expect(causes.length + unknown.length).toBeGreaterThan(0)
  })

  test('a privileged install is clear from its pods alone', () => {
    const facts = factsOf({ nodes: [node('w3')], pods: [calicoNode('w3', {}, stock)] }, { complete: apiRead })
    expect(diagnose(facts, [mode])).toMatchObject({ verdict: 'healthy', unknown: [] })
  })
})

describe('the init container of non-privileged mode', () => {
  const said = (id: string, path: string): Table => ({
    nodes: [node('w3')],
    messages: [{ node: 'w3', message: { id, params: { path } }, count: 1, atMs: ago(30) }],
    pods: [calicoNode('w3', { ready: false })],
  })
  test.each<[string, Table, readonly string[]]>([
    [
      'may not give a folder away',
      said('startup/folder-owner-failed', '/var/run/calico/'),
      ['node/w3 confirmed'],
    ],
    ['cannot make one', said('startup/folder-create-failed', '/var/lib/calico/'), ['node/w3 likely']],
    ['says nothing of it', said('startup/succeeded', '/var/lib/calico/'), []],
  ])('%s', (_, table, expected) => {
    expect(outcome(table)).toEqual(expected)
  })
})
