import { expect, test } from 'vitest'
import { failed, ok, type Result } from '#base/result.ts'
import type { PodRow } from '#cluster/relations.ts'
import { factsOf } from '#cluster/testing/facts.ts'
import type { ApiTrouble, ExecOutput } from '#sources/live/api.ts'
import { commandsFor } from '#sources/live/commands.ts'
import type { LiveContext } from '#sources/live/context.ts'
import { kubeProxyPodOf } from '#sources/live/deep/container-shell.ts'
import { readThroughContainers } from '#sources/live/deep/from-container-host.ts'

const node = 'k8s-worker-03'
const about = { kind: 'node', name: node } as const
/** Nothing else of them is used. */
const pod = { namespace: 'kube-system', name: 'calico-node-x7k2p', node } as PodRow
const proxy = { namespace: 'kube-system', name: 'kube-proxy-9fz4c', node } as PodRow

const answers: Readonly<Record<string, string>> = {
  'ls -l /host/etc/cni/net.d':
    'total 4\n-rw-r--r-- 1 root root 292 Jan  7 06:00 05-cilium.conflist\n-rw-r--r-- 1 root root 714 Jan  7 06:00 10-calico.conflist\n',
  true: '',
  'ip route': '10.0.0.0/24 dev eth0 proto kernel scope link src 10.0.0.23\n',
  'iptables-nft-save -c': '*filter\n:FORWARD ACCEPT [0:0]\n[3:180] -A FORWARD -j cali-FORWARD\nCOMMIT\n',
  'iptables-legacy-save -c': '*filter\n:FORWARD DROP [7:420]\nCOMMIT\n',
}

type Answer = Result<ExecOutput, ApiTrouble>

async function read(exec: (line: string, container: string) => Answer, o: { proxy?: PodRow } = {}) {
  const asked: string[] = []
  const context = {
    api: {
      exec: async ({ argv, container }: { readonly argv: readonly string[]; readonly container: string }) => {
        asked.push(`${container}: ${argv.join(' ')}`)
        return exec(argv.join(' '), container)
      },
    },
    commands: commandsFor({ context: 'prod' }),
    call: {},
  } as unknown as LiveContext
  const { rows, covered } = await readThroughContainers(context, { node, pod, proxy: o.proxy, nowMs: 0 })
  return { asked, rows, covered, of: (relation: string) => rows.filter((row) => row.relation === relation) }
}

const notThere: Answer = failed({
  kind: 'server-error',
  status: 500,
  says: 'exec: "lsmod": executable file not found in $PATH',
})

const answered = (line: string): Answer => {
  if (line.startsWith('grep . '))
    return ok({
      stdout: '/proc/sys/net/netfilter/nf_conntrack_max:8\n/proc/sys/net/netfilter/nf_conntrack_count:8\n',
      stderr: 'grep: /proc/sys/net/ipv4/nothing: No such file or directory\n',
      code: 2,
    })
  const stdout = answers[line]
  return stdout === undefined ? notThere : ok({ stdout, stderr: '', code: 0 })
}

test('the host’s network, filters and parameters are read, with the command that a person would type', async () => {
  const { of, covered } = await read(answered)
  expect(of('routes')).toMatchObject([
    {
      row: { node, in: 'host', destination: '10.0.0.0/24' },
      from: {
        source: `${node}, seen from pod kube-system/calico-node-x7k2p, line 2`,
        command: 'kubectl --context prod exec -n kube-system calico-node-x7k2p -c calico-node -- ip route',
      },
    },
  ])
  expect(of('filterChains').map(({ row }) => row)).toMatchObject([
    { chain: 'FORWARD', backend: 'nft', policy: 'ACCEPT' },
    { chain: 'FORWARD', backend: 'legacy', policy: 'DROP', packets: 7 },
  ])
  expect(of('settings').map(({ row }) => row)).toEqual([
    { of: 'sysctl', name: 'net.netfilter.nf_conntrack_count', value: '8', node },
    { of: 'sysctl', name: 'net.netfilter.nf_conntrack_max', value: '8', node },
  ])
  expect(covered).toContainEqual({ relation: 'routes', coverage: { kind: 'complete' }, about })
})

test('a folder of the host that calico-node has mounted elsewhere is the host’s own', async () => {
  const { of } = await read(answered)
  expect(of('hostPaths').map(({ row }) => row)).toMatchObject([
    { node, path: '/etc/cni/net.d/05-cilium.conflist', exists: true },
    { node, path: '/etc/cni/net.d/10-calico.conflist', exists: true },
  ])
  expect(of('hostPaths')[0]?.from.command).toContain('-- ls -l /host/etc/cni/net.d')
})

test('a program that the image does not have proves nothing, and costs the others nothing', async () => {
  const { covered } = await read(answered)
  expect(covered.map(({ relation }) => relation)).toEqual(['routes', 'filterChains', 'filterRules'])
})

test('where exec is forbidden it is asked once, and everything that it would have told is not allowed', async () => {
  const forbidden: ApiTrouble = { kind: 'forbidden', status: 403, says: 'cannot create resource "pods/exec"' }
  const { asked, rows, covered } = await read(() => failed(forbidden), { proxy })
  expect(asked).toEqual(['calico-node: true'])
  expect(rows).toEqual([])
  expect(covered).toEqual(
    ['routes', 'links', 'filterChains', 'filterRules', 'kernelModules'].map((relation) => ({
      relation,
      coverage: { kind: 'missing', why: 'forbidden', says: forbidden.says },
      about,
    })),
  )
})

test('where calico-node does not run, kube-proxy shows the filters and parameters', async () => {
  const down: ApiTrouble = { kind: 'not-running', says: 'container not found ("calico-node")' }
  const { asked, of, covered } = await read(
    (line, container) => (container === 'calico-node' ? failed(down) : answered(line)),
    { proxy },
  )
  expect(asked.filter((line) => line.startsWith('calico-node'))).toEqual(['calico-node: true'])
  expect(of('filterChains')).toHaveLength(2)
  expect(of('settings')[0]?.from.command).toMatch(
    /^kubectl --context prod exec -n kube-system kube-proxy-9fz4c -c kube-proxy -- grep /,
  )
  expect(covered).toContainEqual({ relation: 'filterRules', coverage: { kind: 'complete' }, about })
  expect(covered).toContainEqual({
    relation: 'routes',
    coverage: { kind: 'missing', why: 'not-running', says: down.says },
    about,
  })
})

test('where calico-node is not root and may not see the filters, kube-proxy does', async () => {
  const refused = { stdout: '', stderr: 'iptables-nft-save: Permission denied (you must be root)\n', code: 4 }
  const { of, covered } = await read(
    (line, container) =>
      container === 'calico-node' && line.startsWith('iptables') ? ok(refused) : answered(line),
    { proxy },
  )
  expect(of('routes')).toHaveLength(1)
  expect(of('filterChains').map(({ row }) => row)).toMatchObject([{ backend: 'nft' }, { backend: 'legacy' }])
  expect(covered).toContainEqual({ relation: 'filterChains', coverage: { kind: 'complete' }, about })
})

test('only a kube-proxy that is let see its host is asked', () => {
  const container = { name: 'kube-proxy', init: false, state: 'running', privileged: true } as const
  const its = { ...proxy, hostNetwork: true, containers: [container] }
  const found = (row: PodRow) => kubeProxyPodOf(factsOf({ pods: [row] }), node)?.name
  expect(found(its)).toBe('kube-proxy-9fz4c')
  expect(found({ ...its, node: 'k8s-worker-04' })).toBeUndefined()
  expect(found({ ...its, hostNetwork: false })).toBeUndefined()
  expect(found({ ...its, containers: [{ ...container, privileged: false }] })).toBeUndefined()
  expect(found({ ...its, containers: [{ ...container, state: 'waiting' }] })).toBeUndefined()
})

test('nothing that is run there changes anything', async () => {
  const { asked } = await read(answered, { proxy })
  for (const line of asked)
    expect(line).toMatch(
      /^[\w-]+: (?:true|ip (?:-d )?(?:route|addr)|iptables-\w+-save -c|lsmod|ls -l \/host\/etc\/cni\/net.d|grep \. \/proc\/sys\/.*)$/,
    )
})
