import { describe, expect, test } from 'vitest'
import type { OpenedCluster } from '#app/cluster.ts'
import { type DiagnoseLiveOptions, diagnoseLive } from '#app/diagnose.ts'
import { eventsOf } from '#app/events-of.ts'
import { type RepairAppEvent, repair } from '#app/repair.ts'
import type { Clock } from '#base/clock.ts'
import { ok } from '#base/result.ts'
import { modes } from '#failures/generated/detectors.ts'
import { remedies } from '#failures/generated/repairs.ts'
import { memoryJournal } from '#repair/journal.ts'
import type { DiagnosisReport } from '#report/types.ts'
import type { NodeShell } from '#sources/live/api.ts'
import {
  type FakeCluster,
  fakeCluster,
  fakeShell,
  fakeTransport,
} from '#sources/live/testing/fake-cluster.ts'
import { calicoNodePod, startMs } from '#sources/live/testing/objects.ts'

const identity = { server: 'https://10.0.0.11:6443', context: 'prod', user: 'ops' }
const opened = (cluster: FakeCluster, shell?: NodeShell): OpenedCluster => ({
  transport: fakeTransport(cluster),
  identity,
  ...(shell === undefined ? {} : { shell }),
})

function clockFrom(start = startMs): Clock & { nowMs: number } {
  const clock = {
    nowMs: start,
    now: () => clock.nowMs,
    monotonic: () => clock.nowMs,
    sleep: async (ms: number) => {
      clock.nowMs += ms
    },
  }
  return clock
}

async function reportOf(
  options: Partial<DiagnoseLiveOptions> & Pick<DiagnoseLiveOptions, 'cluster'>,
): Promise<DiagnosisReport> {
  let report: DiagnosisReport | undefined
  for await (const event of diagnoseLive({ clock: clockFrom(), modes, remedies, ...options }))
    if (event.kind === 'report') report = event.report
  if (report === undefined) throw new Error('no report came')
  return report
}

describe('diagnose', () => {
  test('API and logs alone: one cause on one node, likely, and the other nodes unknown', async () => {
    const { diagnosis, plans, cluster } = await reportOf({ cluster: opened(fakeCluster()) })
    expect(diagnosis.verdict).toBe('broken')
    expect(diagnosis.causes).toMatchObject([
      {
        mode: { id: 'runtime-dir-permissions' },
        confidence: 'likely',
        finding: { about: { kind: 'node', name: 'k8s-worker-03' } },
      },
    ])
    expect(diagnosis.unexplained).toEqual([])
    expect(diagnosis.unknown.filter(({ mode }) => mode === 'runtime-dir-permissions')).toHaveLength(4)
    expect(plans).toHaveLength(1)
    expect(cluster).toEqual({ ...identity, uid: 'uid-cluster' })
  })

  test('deep: confirmed, and the other nodes’ entries are preventive', async () => {
    const { diagnosis, plans } = await reportOf({ cluster: opened(fakeCluster(), fakeShell()), deep: true })
    expect(diagnosis.causes).toMatchObject([
      { confidence: 'confirmed', finding: { about: { name: 'k8s-worker-03' } } },
    ])
    expect(diagnosis.preventive.map(({ finding }) => finding.about)).toHaveLength(4)
    expect(plans[0]?.plan.offers).toHaveLength(4)
  })

  test('a healthy cluster, read deep, is healthy', async () => {
    const healthy: NodeShell = {
      ...fakeShell({ sick: 'none' }),
      run: async (node, argv) =>
        argv[0] === 'grep'
          ? ok({ stdout: '/etc/tmpfiles.d/calico.conf:d /run/calico 0755 10001 0 -\n', stderr: '', code: 0 })
          : fakeShell({ sick: 'none' }).run(node, argv),
    }
    const cluster = fakeCluster({ broken: false })
    const up = {
      ...cluster,
      execs: (request: Parameters<FakeCluster['execs']>[0]) => {
        const answer = cluster.execs(request)
        return answer.kind === 'output'
          ? { ...answer, stdout: answer.stdout.replace(/^Mesh_10_0_0_23.*$/m, '') }
          : answer
      },
    }
    const { diagnosis } = await reportOf({ cluster: opened(up, healthy), deep: true })
    expect(diagnosis).toMatchObject({ verdict: 'healthy', causes: [], preventive: [], unexplained: [] })
  })

  test('with patience, a container that crashes is looked into when it runs', async () => {
    const cluster = fakeCluster()
    const clock = clockFrom()
    const waking: FakeCluster = {
      ...cluster,
      execs: (request) =>
        clock.nowMs < startMs + 30_000
          ? cluster.execs(request)
          : request.argv[0] === 'stat'
            ? {
                kind: 'output',
                stdout: '600 10001 0 directory /var/run/calico\n755 10001 0 directory /var/lib/calico\n',
                stderr: '',
                code: 1,
              }
            : fakeCluster({ broken: false }).execs(request),
    }
    const { diagnosis } = await reportOf({ cluster: opened(waking), deep: true, clock, patienceMs: 120_000 })
    expect(diagnosis.causes).toMatchObject([{ confidence: 'confirmed' }])
    expect(clock.nowMs).toBe(startMs + 30_000)
  })

  test('the stages are told before the report', async () => {
    const kinds: string[] = []
    for await (const event of diagnoseLive({
      cluster: opened(fakeCluster(), fakeShell()),
      deep: true,
      clock: clockFrom(),
      modes,
    }))
      kinds.push(event.kind === 'stage' ? event.stage : event.kind)
    // The second logs are of those that only the look inside makes suspect.
    expect(kinds).toEqual(['lists', 'logs', 'deep', 'logs', 'report'])
  })
})

describe('repair', () => {
  /** The fake cluster, whose node really changes: its shell writes the file and corrects the folder, and the pod recovers. */
  function mendable() {
    const cluster = fakeCluster()
    const host = { file: false, mode: '600' }
    const base = fakeShell()
    const shell: NodeShell = {
      command: base.command,
      run: async (node, argv, o) => {
        const line = argv.join(' ')
        if (node !== 'k8s-worker-03') return base.run(node, argv, o)
        if (argv[0] === 'sh') host.file = true
        if (argv[0] === 'systemd-tmpfiles') host.mode = '755'
        if (argv[0] === 'stat')
          return ok({
            stdout: `${host.mode} 10001 0 directory /run/calico\n755 10001 0 directory /var/lib/calico\n755 10001 0 directory /var/log/calico\n`,
            stderr: '',
            code: 0,
          })
        if (argv[0] === 'grep' && host.file)
          return ok({
            stdout:
              '/etc/tmpfiles.d/00-platform-calico.conf:d /run/calico 0755 10001 0 -\n/etc/tmpfiles.d/calico.conf:d /run/calico 0600 10001 0 -\n',
            stderr: '',
            code: 0,
          })
        if (argv[0] === 'grep') return base.run(node, argv, o)
        return ok({ stdout: '', stderr: '', code: /^(sh|systemd)/.test(line) ? 0 : 127 })
      },
    }
    const recovered = fakeCluster({ broken: false })
    const live: FakeCluster = {
      get objects() {
        return host.mode === '755'
          ? {
              ...recovered.objects,
              '/api/v1/pods': (recovered.objects['/api/v1/pods'] ?? []).map((pod) =>
                pod.metadata.name === 'calico-node-er03'
                  ? calicoNodePod('calico-node-new', { node: 'k8s-worker-03' })
                  : pod,
              ),
            }
          : cluster.objects
      },
      get logs() {
        return host.mode === '755' ? recovered.logs : cluster.logs
      },
      execs: (request) => {
        const answer = (host.mode === '755' ? recovered : cluster).execs(request)
        return answer.kind === 'output'
          ? { ...answer, stdout: answer.stdout.replace(/^Mesh_10_0_0_23.*$/m, '') }
          : answer
      },
    }
    return { live, shell, host }
  }

  async function all(events: AsyncIterable<RepairAppEvent>): Promise<readonly RepairAppEvent[]> {
    const list: RepairAppEvent[] = []
    for await (const event of events) list.push(event)
    return list
  }

  test('without act there are plans, and nothing is sent that changes', async () => {
    const transport = fakeTransport(fakeCluster())
    const events = await all(
      repair({ cluster: { transport, identity }, clock: clockFrom(), modes, remedies }),
    )
    expect(events).toMatchObject([{ kind: 'diagnosed', plans: [{ mode: 'runtime-dir-permissions' }] }])
    expect(transport.requests.every((request) => /^(GET|EXEC)/.test(request))).toBe(true)
  })

  test('with act the plan is carried out and verified', async () => {
    const clock = clockFrom()
    const { live, shell, host } = mendable()
    const events = await all(
      repair({
        cluster: opened(live, shell),
        clock,
        modes,
        remedies,
        deep: true,
        act: { journal: memoryJournal(), goal: 'restore', holder: 'ops@test' },
      }),
    )
    const ended = events.flatMap((event) =>
      event.kind === 'step-ended' ? [`${event.step.id.split('@')[0]}: ${event.how}`] : [],
    )
    expect(ended.slice(0, 2)).toEqual(['keep-at-boot: done', 'mend-now: done'])
    expect(host).toEqual({ file: true, mode: '755' })
    expect(events.at(-1)).toMatchObject({ kind: 'finished', outcome: 'mended' })
  })

  test('not confirmed: nothing is done', async () => {
    const { live, shell, host } = mendable()
    const events = all(
      repair({
        cluster: opened(live, shell),
        clock: clockFrom(),
        modes,
        remedies,
        deep: true,
        act: { journal: memoryJournal(), goal: 'restore', holder: 'ops@test', confirm: async () => false },
      }),
    )
    await expect(events).rejects.toMatchObject({ code: 'not-confirmed', exit: 4 })
    expect(host.file).toBe(false)
  })
})

describe('events of work', () => {
  test('come in order, and the error last', async () => {
    const seen: number[] = []
    const events = eventsOf<number>(async (tell) => {
      tell(1)
      await Promise.resolve()
      tell(2)
      throw new Error('broke')
    })
    await expect(
      (async () => {
        for await (const event of events) seen.push(event)
      })(),
    ).rejects.toThrow('broke')
    expect(seen).toEqual([1, 2])
  })
})
