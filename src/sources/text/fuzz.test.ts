import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { recogniseAll } from '#cluster/messages/catalogue.ts'
import { readAnything, repeated, workOf } from '#sources/text/testing/read-anything.ts'

/** One piece of every format that has a reader. */
const evidence: readonly string[] = [
  'Name:               k8s-worker-03\nRoles:              <none>\nTaints:             a:NoExecute\nConditions:\n  Type   Status   LastHeartbeatTime   LastTransitionTime   Reason   Message\n  Ready  Unknown   Thu, 07 Oct 2021 00:34:33 -0500   Thu, 07 Oct 2021 00:39:42 -0500   NodeStatusUnknown   Kubelet stopped posting node status.\nEvents:\n  Normal  NodeReady  51m (x2 over 52m)  kubelet  Node k8s-worker-03 status is now: NodeReady',
  'Name:  calico-node-x7k2p\nNamespace:  kube-system\nNode:  k8s-worker-03/10.0.0.23\nContainers:\n  calico-node:\n    State:          Waiting\n      Reason:       CrashLoopBackOff\n    Last State:     Terminated\n      Exit Code:    137\n    Ready:          False\n    Restart Count:  7\nConditions:\n  Ready   False',
  'Warning  Unhealthy  112s (x201 over 73m)  kubelet  (combined from similar events): Readiness probe failed: calico/node is not ready: BIRD is not ready: BGP not established with 10.94.227.28,10.94.227.48',
  'kube-system   calico-node-x7k2p   0/1   CrashLoopBackOff   7 (2m4s ago)  52m   10.0.0.23   k8s-worker-03   <none>   <none>',
  '31m   Warning   Unhealthy   pod/calico-node-x7k2p   Readiness probe failed: x',
  '| 10.0.0.3     | node-to-node mesh | start | 10:51:28 | Active Socket: Host is         |\n|              |                   |       |          | unreachable                    |',
  'name     proto    table    state  since       info\nMesh_10_0_0_2 BGP      master   start  10:51:28    Active        Socket: Connection refused',
  'root@k8s-worker-03:~# ls -ld /run/calico\ndrw------- 2 10001 root 40 Jan  7 06:30 /run/calico',
  '/etc/tmpfiles.d/calico.conf:d /run/calico 0600 10001 0',
  '2026-01-07 06:30:12.100 [WARNING][9] startup/startup.go 757: Calico node \'node-03\' is already using the IPv4 address 172.18.0.1. error="x \\"y"',
  'bird: Cannot create control socket /var/run/calico/bird.ctl: Permission denied',
  'Jan  7 06:51:10 k8s-worker-03 kubelet[812]: E0107 06:51:10.000000     812 kubelet_node_status.go:549] "Error updating node status, will retry" err="x"',
  'time="2026-01-07T06:30:00Z" level=error msg="failed to setup network for sandbox \\"d9\\": cni plugin not initialized" error="a=b"',
  '{"level":"error","ts":1767767400.5,"logger":"c","msg":"m","error":"dial tcp 10.96.0.1:443: i/o timeout"}',
  'apiVersion: v1\nkind: Node\nmetadata:\n  name: n\nstatus:\n  conditions:\n  - type: Ready\n    status: "Unknown"\n    reason: NodeStatusUnknown',
  '{\n  "kind": "Pod",\n  "metadata": { "name": "p" },\n  "status": { "phase": "Running" }\n}',
  '/proc/70/status:Name:\tbird\n/proc/70/status:Uid:\t10001\t10001\t10001\t10001\n/proc/70/status:Gid:\t0\t0\t0\t0',
  'Pods on k8s-worker-03 can reach each other but cannot reach pods on other nodes after the node was rebooted.',
  'NAME     CIDR           NAT    IPIPMODE   VXLANMODE   DISABLED\npool-a   10.61.0.0/16   true   Always     Never       false',
  'NAME           ENDPOINTS   AGE\ncalico-typha   <none>      9m',
  '+----------+---------------+-----------+------------+\n| GROUPING | CIDR | IPS TOTAL | IPS IN USE |\n| Block    | 10.61.4.64/26 | 64 | 3 (5%) |',
  'Name:  one\nAPI Version:  x/v1\nKind:  GlobalNetworkPolicy\nSpec:\n  Egress:\n    Action:  Allow\n    Action:  Deny\n  Types:\n    Egress',
  '    Last State:     Terminated\n      Reason:       Error\n      Exit Code:    139',
  'ID      Direction   IP version   Protocol   Remote\nr006-a  inbound     ipv4         all        0.0.0.0/0',
  ...caseTexts(),
]

/** Real evidence, where the shared collection of cases is at hand. */
function caseTexts(): readonly string[] {
  const path = resolve(import.meta.dirname, '../../../../shared/cases/cases.jsonl')
  if (!existsSync(path)) return []
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => {
      const { evidence } = JSON.parse(line) as { evidence: readonly { text: string }[] } // our own collection's form
      return evidence.map((piece) => piece.text)
    })
}

/** Evidence that was cut, glued, wrapped, repeated and written into. */
const mutated = fc
  .record({
    pieces: fc.array(fc.constantFrom(...evidence), { minLength: 1, maxLength: 4 }),
    glue: fc.constantFrom('\n', '\n\n', ' ', '', '\n> ', '\n```\n'),
    cuts: fc.array(fc.tuple(fc.nat(), fc.nat(40), fc.string({ maxLength: 6, unit: 'binary' })), {
      maxLength: 6,
    }),
    wrapAt: fc.option(fc.integer({ min: 10, max: 120 })),
  })
  .map(({ pieces, glue, cuts, wrapAt }) => {
    let text = pieces.join(glue)
    for (const [at, length, inserted] of cuts) {
      const start = at % Math.max(1, text.length)
      text = text.slice(0, start) + inserted + text.slice(start + length)
    }
    return wrapAt === null ? text : text.replace(new RegExp(`([^\\n]{${wrapAt}})`, 'g'), '$1\n')
  })

describe('whatever is pasted, it is read or refused', () => {
  test('any text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 400 }), readAnything), { numRuns: 300 })
  })

  test('any text of the characters that formats are made of', () => {
    const letters = fc.constantFrom(...' \n\n:-|{}[]"\'`#$>0/1.,=@aNRx\t')
    fc.assert(
      fc.property(fc.array(letters, { maxLength: 200 }), (parts) => readAnything(parts.join(''))),
      { numRuns: 500 },
    )
  })

  test('mutated evidence', () => {
    fc.assert(fc.property(mutated, readAnything), { numRuns: 500 })
  })
})

describe('twice the text costs twice the work', () => {
  afterEach(() => {
    vi.restoreAllMocks()
  })

  test.each([
    ...evidence.slice(0, 18),
    // Starts of formats that never go on, and things that look like the inside of one.
    '{',
    '{\n"a":',
    '[',
    'kind: x\na',
    'Name:  x',
    'Name:  x\n  y',
    'Name:  x\nID:  y',
    'ID:  kube-x',
    'Containers:',
    'Containers:\n  web:\n    Image:  x',
    '  calico-node:\n    Image:  x:1',
    'Environment:',
    '{\n"SecurityGroups":',
    '| IP Pool  | 10.61.0.0/16 |',
    'Found 1 IPAM blocks.',
    'NAME   READY   STATUS   EXTRA\na 1 b',
    'ID  Direction  Protocol  Remote',
    'Mesh_10_0_0_2 BGP      master   start  10:51:28    Active\n  BGP state:  Active',
    '10.1.7.9 node-to-node mesh start 12:33:20 Connect',
    '----  ----',
    'NAME   READY',
    '# a comment',
    '# /etc/tmpfiles.d/a.conf',
    'total 0',
    'drwxr-xr-x 2 root root 40 Jan  7 06:30 calico',
    '+----------+',
    '| x |',
    'Name:\tbird',
    'UID COMMAND',
    'Warning  ',
    'bird: ',
    '2026-01-07 06:30:12.100 [INFO][9] a/b.go 1: x',
    'a `quoted piece of output that is long` b',
    'env:\n- name: IP\n      value: autodetect',
    'mtu: 1400\nipipMode: Always',
    'cidr: 10.52.0.0/16',
    '"mtu": 1400,',
    '{"cniVersion": "1.0.0", "plugins": [',
    'filter f {\n  if (net ~ 10.52.0.0/16) then {',
    '/calico/bgp/v1/global/as_num',
    '(((',
  ])('lines: %j', (piece) => {
    const once = workOf(() => readAnything(repeated(piece, 150)))
    const twice = workOf(() => readAnything(repeated(piece, 300)))
    expect(twice / once).toBeLessThan(2.3)
  })

  test.each([
    'a',
    ' ·',
    'a-',
    '=',
    'a=',
    '{',
    '"',
    '`',
    'bird: ',
    'Warning ',
    '10.',
    '\\"',
    '[x] ',
    'Service ',
  ])('one long line of %j', (piece) => {
    const once = workOf(() => readAnything(piece.repeat(4000)))
    const twice = workOf(() => readAnything(piece.repeat(8000)))
    expect(twice / once).toBeLessThan(2.3)
  })

  test('recognition: lines that hold every literal at once', () => {
    const line = evidence.join(' ').replaceAll('\n', ' ').slice(0, 20_000)
    const once = workOf(() => recogniseAll(line.repeat(2)))
    const twice = workOf(() => recogniseAll(line.repeat(4)))
    expect(twice / once).toBeLessThan(2.3)
  })
})
