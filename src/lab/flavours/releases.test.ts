import { describe, expect, onTestFinished, test } from 'vitest'
import type { DaemonSet, Pod } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { operatorResources } from '#lab/calico/operator/definitions.ts'
import { Lab } from '#lab/lab.ts'
import type { LabOptions } from '#lab/options.ts'

const worker = 'k8s-worker-01'

async function booted(o: Omit<LabOptions, 'seed'>): Promise<Lab> {
  const lab = await Lab.boot({ seed: 'releases', nodes: 3, ...o })
  onTestFinished(() => lab.shutdown())
  return lab
}

async function calicoNode(lab: Lab): Promise<Pod> {
  const items = await lab.kube.list<Pod>({ type: resources.pods, labelSelector: 'k8s-app=calico-node' })
  const found = items.find(({ spec }) => spec.nodeName === worker)
  if (found === undefined) throw new Error(`no calico-node on ${worker}`)
  return found
}

/** A command in calico-node's container. */
const inside = async (lab: Lab, script: string): Promise<string> => {
  const command = `crictl exec $(crictl ps | grep ' calico-node ' | cut -c1-13) sh -c '${script}'`
  const { stdout, stderr } = await lab.run(worker, ['bash', '-c', command])
  return stdout + stderr
}

const log = async (lab: Lab): Promise<string> => {
  const script = `crictl logs $(crictl ps | grep ' calico-node ' | cut -c1-13)`
  const { stdout, stderr } = await lab.run(worker, ['bash', '-c', script])
  return stdout + stderr
}

describe('a cluster of another release', () => {
  test.each<readonly [string, 'plain' | 'operator', string, string[]]>([
    ['3.24.6', 'plain', 'Service bird', ['upgrade-ipam', 'install-cni', 'mount-bpffs']],
    ['3.26.4', 'operator', 'Service bird', ['install-cni']],
    ['3.31.6', 'plain', 'service bird', ['upgrade-ipam', 'install-cni', 'ebpf-bootstrap']],
    ['3.32.1', 'operator', 'service bird', ['install-cni']],
  ])('%s (%s) is well, says so, and speaks as that release', async (calico, flavour, says, inits) => {
    const lab = await booted({ calico, flavour })
    expect((await calicoNode(lab)).spec.initContainers?.map(({ name }) => name)).toEqual(inits)
    expect(await inside(lab, 'calico-node -v')).toBe(`v${calico}\n`)
    const found = await inside(lab, 'which ip lsmod iptables-nft-save nft ss ping ps')
    expect(found.match(/\/.*/g), 'what the image keeps').toEqual([
      ...['/usr/bin/ip', '/usr/sbin/lsmod', '/usr/bin/iptables-nft-save'],
      ...(calico >= '3.29' ? ['/usr/bin/nft'] : []),
    ])
    await inside(lab, 'sv down /etc/service/enabled/bird')
    await lab.advance(2_000)
    expect(await inside(lab, 'calico-node -bird-live')).toContain(
      `bird/confd is not live: ${says} is not running`,
    )
  })

  test('has the kinds and fields of that release', async () => {
    const lab = await booted({ calico: '3.26.4' })
    const asked = async (command: string): Promise<string> => {
      const { stdout, stderr } = await lab.run('k8s-control-01', command.split(' '))
      return stdout + stderr
    }
    expect(await asked('kubectl get tiers.crd.projectcalico.org')).toContain(
      'the server doesn\'t have a resource type "tiers"',
    )
    const peers = 'bgppeers.crd.projectcalico.org.spec'
    expect(await asked(`kubectl explain ${peers}.filters`)).toContain('FIELD: filters')
    expect(await asked(`kubectl explain ${peers}.nextHopMode`)).toContain(
      'field "nextHopMode" does not exist',
    )
  })

  test('the node is networked once Felix and BIRD are ready from 3.31 on', async () => {
    const lab = await booted({ calico: '3.31.6' })
    expect(await log(lab)).toMatch(/complete-startup\/startup\.go \d+: Calico started successfully/)
  })

  test('five small services are one process from 3.32 on', async () => {
    const lab = await booted({ calico: '3.32.1' })
    expect((await inside(lab, 'ls /etc/service/enabled')).split('\n').filter(Boolean)).toEqual([
      'bird',
      'bird6',
      'confd',
      'felix',
      'node-services',
    ])
  })
})

describe('without BIRD', () => {
  test.each(['plain', 'operator'] as const)('%s is well, and asks nobody for it', async (flavour) => {
    const lab = await booted({ flavour, backend: 'vxlan' })
    const { spec } = await calicoNode(lab)
    expect(JSON.stringify(spec.containers)).not.toContain('-bird-')
    expect(await log(lab)).toContain('CALICO_NETWORKING_BACKEND is vxlan - no need to run a BGP daemon')
    expect(await inside(lab, 'ls /etc/service/enabled')).not.toContain('bird')
  })
})

describe('the operator’s non-privileged mode', () => {
  const change = async (lab: Lab): Promise<void> => {
    await lab.kube.patch(
      { type: operatorResources.installations, name: 'default' },
      { type: 'merge', body: { spec: { nonPrivileged: 'Enabled' } } },
    )
  }

  test('calico-node starts as uid 10001 in folders that an init container made', async () => {
    const lab = await booted({ flavour: 'operator' })
    await change(lab)
    await lab.advance(20_000)
    await lab.untilWell(600_000)
    const { spec } = await calicoNode(lab)
    expect(spec.initContainers?.map(({ name }) => name)).toEqual(['hostpath-init', 'install-cni'])
    expect(spec.containers[0]?.securityContext?.runAsUser).toBe(10001)
    const { stdout } = await lab.run(worker, ['stat', '-c', '%u %a', '/var/lib/calico'])
    expect(stdout).toMatch(/^10001 /)
  })

  test('is refused from 3.30 on', async () => {
    const lab = await booted({ flavour: 'operator', calico: '3.30.7' })
    await change(lab)
    await lab.advance(20_000)
    const set = { type: resources.daemonSets, namespace: 'calico-system', name: 'calico-node' }
    const { spec } = await lab.kube.get<DaemonSet>(set)
    expect(spec.template.spec.initContainers?.map(({ name }) => name)).toEqual(['install-cni'])
  })
})
