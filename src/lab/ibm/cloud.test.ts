import { describe, expect, onTestFinished, test } from 'vitest'
import type { DaemonSet, Node, Service } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { told } from '#lab/ibm/testing/told.ts'
import { labKubectl } from '#lab/kubectl/lab-kubectl.ts'
import { Lab } from '#lab/lab.ts'
import { nodesCutOff } from '#lab/readiness.ts'

async function booted(): Promise<Lab> {
  const lab = await Lab.boot({ seed: 'cloud', flavour: 'iks-classic', nodes: 3 })
  onTestFinished(() => lab.shutdown())
  return lab
}

const minutes = 60_000

/** `10.176.48.68 normal Ready`, one of each worker. */
async function states(lab: Lab): Promise<readonly string[]> {
  const workers = JSON.parse(await told(lab, 'ks worker ls --cluster shop --output json')) as readonly {
    readonly networkInformation: { readonly privateIP: string }
    readonly lifecycle: { readonly actualState: string; readonly message: string }
  }[]
  return workers.map(
    ({ networkInformation, lifecycle }) =>
      `${networkInformation.privateIP} ${lifecycle.actualState} ${lifecycle.message}`,
  )
}

const nodeOf = (lab: Lab, name: string) => lab.kube.get<Node>({ type: resources.nodes, name })

test('the cluster’s administrator, whom the provider names, may do everything', async () => {
  const lab = await booted()
  expect(await labKubectl(lab, "auth can-i '*' '*' -A")).toMatchObject({ stdout: 'yes\n', code: 0 })
})

test('a cluster without the operator has no issues of the operator', async () => {
  const lab = await booted()
  expect(await told(lab, 'ks cluster health issues --cluster shop')).toBe('OK\nNo issues were found.\n')
})

test('a worker pool tells its zones, and how its workers are spread', async () => {
  const lab = await booted()
  expect(await told(lab, 'ks worker-pool ls --cluster shop')).toMatch(
    /^default +\S+ +b3c\.4x16\.encrypted +3 *$/m,
  )
  const pool = await told(lab, 'ks worker-pool get --cluster shop --worker-pool default')
  expect(pool).toMatch(/^Workers per zone: +1$/m)
  expect(pool).toMatch(/^dal10 +1 +2234945 +2234947 *$/m)
  await told(lab, 'ks worker rm --cluster shop --worker 10.184.58.4')
  await lab.advance(30 * minutes)
  expect(
    JSON.parse(await told(lab, 'ks worker-pool get -c shop --worker-pool default --output json')),
  ).toMatchObject({
    isBalanced: false,
    zones: [{ workerCount: 1 }, { workerCount: 0 }, { workerCount: 1 }],
  })
})

describe('workers', () => {
  test('are listed as a table, by every name of the command', async () => {
    const lab = await booted()
    const listed = await told(lab, 'ks worker ls --cluster shop')
    expect(listed.split('\n').slice(0, 3)).toEqual([
      'OK',
      expect.stringMatching(/^ID +Public IP +Private IP +Machine Type +State +Status +Zone +Version +$/),
      expect.stringMatching(
        /^kube-\w{20}-shop-default-000001a3 +198\.51\.100\.4 +10\.176\.48\.68 .* normal +Ready +dal10 +1\.28\.15_1570 *$/,
      ),
    ])
    for (const line of ['oc workers -c shop', 'ic ks worker list --cluster=shop'])
      expect(await told(lab, line)).toBe(listed)
  })

  test('that do not report are critical, and only they', async () => {
    const lab = await booted()
    await lab.exec('10.184.58.4', 'systemctl stop kubelet')
    expect(await states(lab)).not.toContainEqual(expect.stringContaining('critical'))
    await lab.advance(2 * minutes)
    expect(await states(lab)).toEqual([
      '10.176.48.68 normal Ready',
      '10.184.58.4 critical Unknown',
      '10.208.16.132 normal Ready',
    ])
  })

  test('are unknown while the master does not answer', async () => {
    const lab = await booted()
    await lab.exec('master', 'systemctl stop kube-apiserver')
    expect((await states(lab))[0]).toBe('10.176.48.68 unknown Unknown')
  })

  test('are reloaded with a new disk, under the same name and address', async () => {
    const lab = await booted()
    const worker = '10.184.58.4'
    await lab.exec(worker, 'touch /root/mine; rm /usr/bin/kubelet')
    const { bootID } = (await nodeOf(lab, worker)).status.nodeInfo as { readonly bootID?: string }
    await told(lab, `ks worker reload --worker ${worker} -f`)
    await lab.advance(9 * minutes)
    expect(await states(lab)).toContain(`${worker} reloading Infrastructure operation: OS Reload`)
    expect((await nodeOf(lab, worker)).spec?.unschedulable).toBe(true)
    await lab.advance(2 * minutes)
    expect(await states(lab)).toContain(`${worker} deploying Starting worker deployment`)
    expect(nodesCutOff(lab)).toEqual([worker]) // its new machine has never been on
    await lab.advance(9 * minutes)
    expect(await states(lab)).toContain(`${worker} normal Ready`)
    const { spec, status } = await nodeOf(lab, worker)
    expect(spec?.unschedulable).toBeUndefined()
    expect((status.nodeInfo as { readonly bootID?: string }).bootID).not.toBe(bootID)
    expect((await lab.run(worker, ['ls', '/root/mine'])).code).not.toBe(0)
    await lab.untilWell(5 * minutes)
  })

  test('are replaced by another one with another address', async () => {
    const lab = await booted()
    await told(lab, 'ks worker replace --cluster shop --worker 10.184.58.4')
    await lab.advance(25 * minutes)
    expect(lab.nodes).toEqual(['10.176.48.68', '10.208.16.132', '10.184.58.10'])
    expect(await states(lab)).toContain('10.184.58.10 normal Ready')
    expect((await nodeOf(lab, '10.184.58.10')).metadata.labels).toMatchObject({
      'ibm-cloud.kubernetes.io/zone': 'dal12',
      privateVLAN: '2263901',
    })
  })

  test('that never report again have failed to deploy', async () => {
    const lab = await booted()
    await lab.exec('10.184.58.4', 'shutdown -h now')
    for (const link of ['eth0', 'eth1'])
      await lab.changeUnderlay({ op: 'port', machine: '10.184.58.4', link, up: false })
    await told(lab, 'ks worker reload --worker 10.184.58.4')
    await lab.advance(60 * minutes)
    expect(await states(lab)).toContainEqual(
      expect.stringMatching(/^10\.184\.58\.4 reloading_failed Worker unable to talk to IBM Cloud/),
    )
  })

  test('that are worked on take no second order', async () => {
    const lab = await booted()
    await told(lab, 'ks worker reload --worker 10.184.58.4')
    await lab.advance(1 * minutes)
    expect(await lab.cloud(['ks', 'worker', 'rm', '-c', 'shop', '-w', '10.184.58.4'])).toEqual({
      code: 1,
      stdout: '',
      stderr: 'FAILED\nThe backend service is currently updating and cannot create or modify resources\n\n',
    })
  })
})

describe('a refresh of the master', () => {
  const nodeSet = { type: resources.daemonSets, namespace: 'kube-system', name: 'calico-node' }
  const status = async (lab: Lab): Promise<string> =>
    /Master Status: +(\w+)/.exec(await told(lab, 'ks cluster get --cluster shop'))?.[1] ?? ''

  test('brings back what the provider keeps, in its own time, and leaves the rest', async () => {
    const lab = await booted()
    await lab.kube.delete(nodeSet)
    await told(lab, 'ks cluster-refresh --cluster shop')
    expect(await status(lab)).toBe('Refresh')
    await lab.advance(10 * minutes)
    await expect(lab.kube.get(nodeSet)).rejects.toThrow('not found')
    await lab.advance(36 * minutes)
    expect(await status(lab)).toBe('Ready')
    await lab.untilWell(5 * minutes)
  })

  test('puts right what was changed, and rolls nothing that was not', async () => {
    const lab = await booted()
    const policy = {
      type: {
        group: 'crd.projectcalico.org',
        version: 'v1',
        resource: 'globalnetworkpolicies',
        namespaced: false,
      },
      name: 'default.allow-all-outbound',
    }
    const { generation } = (await lab.kube.get<DaemonSet>(nodeSet)).metadata
    // Two ports with one number: merged by their key, the second would take the place of the first.
    const names = { type: resources.services, namespace: 'kube-system', name: 'kube-dns' }
    const { spec } = await lab.kube.get<Service>(names)
    await lab.kube.patch(policy, { type: 'merge', body: { spec: { egress: [{ action: 'Deny' }] } } })
    await told(lab, 'ks cluster master refresh --cluster shop')
    await lab.advance(46 * minutes)
    expect(await lab.kube.get(policy)).toMatchObject({ spec: { egress: [{ action: 'Allow' }] } })
    expect((await lab.kube.get<DaemonSet>(nodeSet)).metadata.generation).toBe(generation)
    expect((await lab.kube.get<Service>(names)).spec).toEqual(spec)
  })
})

describe('VLAN spanning', () => {
  test('that is disabled sets the zones apart after some minutes', async () => {
    const lab = await booted()
    const reaches = async (): Promise<boolean> =>
      (await lab.run('10.176.48.68', ['ping', '-c1', '-W1', '10.184.58.4'])).code === 0
    await told(lab, 'ks vlan spanning disable')
    expect(await reaches()).toBe(true)
    await lab.advance(15 * minutes)
    expect(await reaches()).toBe(false)
    await told(lab, 'account update --service-endpoint-enable true')
    await lab.advance(15 * minutes)
    expect(await reaches()).toBe(true)
  })
})

test('what it does not understand it refuses', async () => {
  const lab = await booted()
  const refusals = [
    [['ks', 'frobnicate'], "'ks frobnicate' is not a registered command"],
    [['ks', 'worker', 'ls'], 'Required flag "cluster" not set'],
    [['ks', 'worker', 'ls', '-c', 'mine'], 'The specified cluster could not be found.'],
    [['ks', 'worker', 'get', '-c', 'shop', '-w', 'x'], 'worker node could not be found'],
    [['ks', 'worker', 'ls', '-c', 'shop', '--foo'], 'Incorrect Usage: flag provided but not defined: -foo'],
  ] as const
  expect(await told(lab, 'help ks worker')).toMatch(/^USAGE:\n(?: {2}ibmcloud ks worker.*\n)+$/)
  expect(await told(lab, 'ks worker get --help')).toBe(
    'USAGE:\n  ibmcloud ks worker get --cluster CLUSTER --worker WORKER\n',
  )
  for (const [argv, says] of refusals) {
    const { code, stderr } = await lab.cloud(argv)
    expect([code, stderr]).toEqual([1, expect.stringContaining(says)])
  }
})

test('what the provider did is in the history', async () => {
  const lab = await booted()
  await told(lab, 'ks worker replace --cluster shop --worker 10.184.58.4')
  await lab.advance(25 * minutes)
  const fork = await lab.fork()
  onTestFinished(() => fork.shutdown())
  expect(fork.nodes).toEqual(lab.nodes)
  expect(await states(fork)).toEqual(await states(lab))
})

test('who runs a cluster alone has no provider', async () => {
  const lab = Lab.powerOn({ seed: 'cloud', flavour: 'plain', nodes: 2 })
  onTestFinished(() => lab.shutdown())
  await expect(lab.cloud(['ks', 'cluster', 'ls'])).rejects.toThrow('no cloud provider')
})

describe('an update of the master to 1.29', () => {
  test('brings the operator, which takes over node by node, and takes the provider’s password along', async () => {
    const lab = await booted()
    await told(lab, 'ks cluster master update --cluster shop --version 1.29 -f')
    expect(await told(lab, 'ks cluster get --cluster shop')).toMatch(
      /Master Status: +Version update in progress/,
    )
    await lab.advance(45 * minutes)
    expect(await told(lab, 'ks cluster get --cluster shop')).toMatch(/Version: +1\.29\.15_1570/)
    expect(await told(lab, 'ks worker ls --cluster shop')).toContain('1.28.15_1570*')
    const sets = await lab.kube.list<DaemonSet>({ type: resources.daemonSets })
    const calico = sets.filter(({ metadata }) => metadata.name === 'calico-node')
    expect(calico.map(({ metadata, status }) => `${metadata.namespace} ${status.numberReady}`)).toEqual([
      'calico-system 3',
    ])
    const nodes = await lab.kube.list<Node>({ type: resources.nodes })
    expect(nodes.flatMap(({ metadata }) => Object.keys(metadata.labels ?? {}))).not.toContain(
      'projectcalico.org/operator-node-migration',
    )
    await lab.untilWell(10 * minutes)
  })

  test.each<[string, string]>([
    ['two at once', '1.30'],
    ['backwards', '1.27'],
  ])('not by steps other than one: %s', async (_, version) => {
    const lab = await booted()
    const { code, stderr } = await lab.cloud(
      `ks cluster master update --cluster shop --version ${version}`.split(' '),
    )
    expect(code).toBe(1)
    expect(stderr).toContain('The cluster can be updated to version 1.29 only')
  })
})

describe('the gateway appliance', () => {
  test('forwards what its rules let through, once the private VLANs are routed through it', async () => {
    const lab = await booted()
    const [a = '', b = ''] = lab.nodes
    const hops = async (): Promise<string> => (await lab.run(a, ['ping', '-c', '1', '-W', '1', b])).stdout
    const route = (method: string) =>
      told(lab, `sl call-api SoftLayer_Network_Gateway ${method} --init 182034`)
    await lab.exec('gateway', 'iptables -A FORWARD -p icmp -j DROP')
    expect(await hops()).toContain(' 0% packet loss')
    await route('unbypassAllVlans')
    expect(await hops()).toContain(' 100% packet loss')
    await lab.exec('gateway', 'iptables -F FORWARD')
    expect(await hops()).toContain(' 0% packet loss')
    await route('bypassAllVlans')
    await lab.exec('gateway', 'iptables -P FORWARD DROP')
    expect(await hops()).toContain(' 0% packet loss')
  })
})
