import { rfc3339 } from '#base/clock.ts'
import { inClusterKube, type KubeClient } from '#lab/api/client.ts'
import { informer } from '#lab/api/informer.ts'
import type { KubeObject } from '#lab/api/objects.ts'
import { KubeError, KubeUnreachable, type ResourceType } from '#lab/api/ports.ts'
import { askBird } from '#lab/calico/bird/programs.ts'
import { type Log, raw } from '#lab/calico/log.ts'
import { serviceLog } from '#lab/calico/node/service-log.ts'
import type { Process } from '#lab/host/ports.ts'

interface CalicoNodeStatus extends KubeObject {
  readonly spec: {
    readonly node: string
    readonly classes?: readonly string[]
    readonly updatePeriodSeconds?: number
  }
  readonly status?: Readonly<Record<string, unknown>>
}

const type: ResourceType = {
  group: 'crd.projectcalico.org',
  version: 'v1',
  resource: 'caliconodestatuses',
}

/**
 * `calico-node -status-reporter`: fills in every CalicoNodeStatus that asks about this node, as often as it asks
 * (projectcalico/calico:node/pkg/status). Not imitated: the class Routes, IPv6 peers.
 */
export async function reportStatus(p: Process): Promise<number> {
  const log = serviceLog(p, 'status-reporter')
  const kube = inClusterKube(p)
  const nodeName = p.env.NODENAME ?? p.hostname
  const running = new Map<string, { readonly spec: string; stop(): void }>()
  informer<CalicoNodeStatus>(
    p,
    kube,
    { type },
    {
      onChange: ({ type: change, object }) => {
        const { name } = object.metadata
        const spec = JSON.stringify(object.spec)
        const known = running.get(name)
        const wanted = change !== 'DELETED' && object.spec.node === nodeName
        if (wanted && known?.spec === spec) return
        known?.stop()
        running.delete(name)
        if (!wanted || object.spec.updatePeriodSeconds === 0) return
        const task = p.thread(`status ${name}`, (self) => report(self, kube.by(self), log, object))
        running.set(name, { spec, stop: () => task.stop() })
      },
    },
  )
  return p.task.wait<number>(() => undefined)
}

async function report(p: Process, kube: KubeClient, log: Log, asked: CalicoNodeStatus): Promise<void> {
  const { name } = asked.metadata
  const periodMs = 1000 * (asked.spec.updatePeriodSeconds ?? 10)
  for (;;) {
    try {
      const status = await currentStatus(p, asked.spec.classes ?? [])
      const now = await kube.get<CalicoNodeStatus>({ type, name })
      await kube.update(type, { ...now, status })
    } catch (error) {
      if (!(error instanceof KubeError || error instanceof KubeUnreachable)) throw error
      const says = 'Failed to update node status resource'
      log.warn('reporter.go 117', says, { error: raw(error.message), name })
    }
    await p.sleep(periodMs)
  }
}

async function currentStatus(p: Process, classes: readonly string[]): Promise<Record<string, unknown>> {
  return {
    lastUpdated: rfc3339(p.now()),
    ...(classes.includes('Agent') ? { agent: await agentStatus(p) } : {}),
    ...(classes.includes('BGP') ? { bgp: await bgpStatus(p) } : {}),
  }
}

const socket = '/var/run/calico/bird.ctl'

async function agentStatus(p: Process): Promise<Record<string, unknown>> {
  const answer = await askBird(p, socket, 'show status')
  if (!answer.ok) return { birdV4: { state: 'NotReady' } }
  const found = (pattern: RegExp): string => pattern.exec(answer.text)?.[1] ?? ''
  return {
    birdV4: {
      state: answer.text.includes('Daemon is up and running') ? 'Ready' : 'NotReady',
      version: found(/^BIRD (v\S+)$/m),
      routerID: found(/Router ID is (\S+)/),
      lastBootTime: found(/Last reboot on (.+)/),
      lastReconfigurationTime: found(/Last reconfiguration on (.+)/),
    },
  }
}

const peerTypes = { Mesh: 'NodeMesh', Node: 'NodePeer', Global: 'GlobalPeer' } as const

async function bgpStatus(p: Process): Promise<Record<string, unknown>> {
  const answer = await askBird(p, socket, 'show protocols')
  const peersV4 = answer.ok ? answer.text.split('\n').flatMap(peerOf) : []
  const established = peersV4.filter(({ state }) => state === 'Established').length
  return {
    numberEstablishedV4: established,
    numberNotEstablishedV4: peersV4.length - established,
    numberEstablishedV6: 0,
    numberNotEstablishedV6: 0,
    peersV4,
  }
}

function peerOf(line: string) {
  const [name = '', proto, , , since, state] = line.trim().split(/\s+/)
  const match = /^(Mesh|Node|Global)_(\d+_\d+_\d+_\d+)/.exec(name)
  if (proto !== 'BGP' || !match) return []
  const kind = peerTypes[match[1] as keyof typeof peerTypes] // one of the words of the pattern
  const peerIP = (match[2] ?? '').replaceAll('_', '.')
  return [{ peerIP, type: kind, state: state ?? 'Idle', since: since ?? '' }]
}
