import { describe, expect, test } from 'vitest'
import { factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'
import { mode } from '#failures/typha-port-5473-blocked/index.ts'

const at = '2025-03-04 05:06:07.890'
const timeout = `${at} [WARNING][77] felix/sync_client.go 169: Failed to connect to typha endpoint 10.3.0.7:5473.  Will try another if available... error=dial tcp 10.3.0.7:5473: i/o timeout`
const gaveUp = `${at} [FATAL][77] felix/daemon.go 447: Failed to connect to Typha, giving up after timeout`
const typha =
  'NAME                            READY   STATUS    RESTARTS   AGE   IP         NODE\ncalico-typha-6c5b7d9f44-k2j4h   1/1     Running   0          9d    10.3.0.7   w1\n'
const nc =
  'root@w2:~# nc -vz -w 3 10.3.0.7 5473\nnc: connect to 10.3.0.7 port 5473 (tcp) timed out: Operation now in progress\n'
const wireguard =
  'apiVersion: projectcalico.org/v3\nkind: FelixConfiguration\nmetadata:\n  name: default\nspec:\n  wireguardEnabled: true\n'

describe('found', () => {
  test.each<[string, string, Verdict]>([
    ['a test from the host fails where a Typha is ready', `${typha}\n${nc}`, 'confirmed'],
    [
      'by curl, beside the log',
      `${timeout}\n\n${typha}\nroot@w2:~# curl -v telnet://10.3.0.7:5473\ncurl: (28) Failed to connect to 10.3.0.7 port 5473 after 5000 ms: Timeout was reached\n`,
      'confirmed',
    ],
    [
      'a rule drops it while connections get lost',
      `root@w2:~# iptables-save -c\n*filter\n:INPUT ACCEPT [0:0]\n[37:2220] -A INPUT -p tcp -m tcp --dport 5473 -j DROP\nCOMMIT\n\n${timeout}`,
      'confirmed',
    ],
    ['connections get lost in silence: Typha’s host may be gone as well', timeout, 'possible'],
    ['a device in between says no', timeout.replace('i/o timeout', 'connect: no route to host'), 'likely'],
    [
      'in the words of an older confd',
      `${at} [FATAL][60] confd/startsyncerclient.go 48: Failed to connect to Typha error=dial tcp 10.3.0.7:5473: connect: connection timed out`,
      'possible',
    ],
    ['the test alone', nc, 'likely'],
    ['opening it cured it', 'After we opened 5473/tcp on the firewall everything works.', 'likely'],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })
})

describe('near misses', () => {
  test.each<[string, string, Verdict]>([
    [
      'refused: a host answers, nobody listens',
      timeout.replace('i/o timeout', 'connect: connection refused'),
      'not found',
    ],
    [
      'x509: TCP works',
      timeout.replace('dial tcp 10.3.0.7:5473: i/o timeout', 'x509: certificate signed by unknown authority'),
      'not found',
    ],
    ['the same lines with WireGuard on', `${timeout}\n\n${wireguard}`, 'not found'],
    ['a test fails with WireGuard on', `${typha}\n${nc}\n${wireguard}`, 'likely'],
    [
      'the port answers',
      `${timeout}\n\nroot@w2:~# nc -vz -w 3 10.3.0.7 5473\nConnection to 10.3.0.7 5473 port [tcp/*] succeeded!\n`,
      'not found',
    ],
    [
      'no Typha is ready',
      `${timeout}\n\n${typha.replace('1/1     Running', '0/1     Pending')}`,
      'not found',
    ],
    [
      'kube-proxy refuses for a Service without endpoints',
      'root@w2:~# iptables-save -c\n*filter\n:KUBE-SERVICES - [0:0]\n[37:2220] -A KUBE-SERVICES -d 10.99.38.10/32 -p tcp -m comment --comment "calico-system/calico-typha:calico-typha has no endpoints" -m tcp --dport 5473 -j REJECT --reject-with icmp-port-unreachable\nCOMMIT\n',
      'not found',
    ],
    ['a test of another port fails', nc.replaceAll('5473', '6443'), 'not found'],
    [
      'a rule drops another port',
      'root@w2:~# iptables-save -c\n*filter\n:INPUT ACCEPT [0:0]\n[37:2220] -A INPUT -p tcp -m tcp --dport 5474 -j DROP\nCOMMIT\n',
      'not found',
    ],
    ['no reason is told', gaveUp, 'not found'],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })

  test('a rule for others, after an exception for the nodes, is none', () => {
    const rules =
      'root@w2:~# iptables-save -c\n*filter\n:INPUT ACCEPT [0:0]\n[9:540] -A INPUT -s 10.3.0.0/16 -p tcp -m tcp --dport 5473 -j ACCEPT\n[37:2220] -A INPUT -p tcp -m tcp --dport 5473 -j DROP\nCOMMIT\n'
    expect(foundIn(rules, mode)).toBe('not found')
  })
})

describe('by facts', () => {
  const lost = (node: string) => ({
    message: {
      id: 'felix/typha-connect-failed',
      params: {},
      inner: [{ id: 'dial/timeout', params: { address: '10.3.0.7', port: '5473' } }],
    },
    node,
    count: 3,
  })
  const pod = (name: string, node: string, ready: boolean) => ({
    namespace: 'calico-system',
    name,
    node,
    ready,
    containers: [],
    component: name.startsWith('calico-typha') ? ('calico-typha' as const) : ('calico-node' as const),
  })
  const cloud = (portMin: number, portMax: number) => ({
    kind: 'security-group' as const,
    group: 'nodes',
    direction: 'inbound' as const,
    protocol: 'tcp',
    portMin,
    portMax,
  })
  const test5473 = (outcome: 'timed-out' | 'ok', port = 5473) => ({
    node: 'w2',
    in: 'host' as const,
    to: '10.3.0.7',
    port,
    protocol: 'tcp' as const,
    outcome,
  })
  const ready = { ...pod('calico-typha-a', 'w1', true), ip: '10.3.0.7' }
  test.each<[string, Table, string | undefined]>([
    [
      'only the nodes without a Typha suffer',
      {
        messages: [lost('w2')],
        pods: [ready, pod('calico-node-a', 'w1', true), pod('calico-node-b', 'w2', false)],
      },
      'likely',
    ],
    [
      'a security group lets 179 in, and not this port',
      { messages: [lost('w2')], cloudRules: [cloud(179, 179)] },
      'likely',
    ],
    [
      'the host answers on no other port either',
      {
        pods: [ready],
        messages: [lost('w2')],
        reachability: [test5473('timed-out'), test5473('timed-out', 10250)],
      },
      'likely',
    ],
    [
      'the test fails, and only this port',
      { pods: [ready], messages: [lost('w2')], reachability: [test5473('timed-out'), test5473('ok', 10250)] },
      'confirmed',
    ],
  ])('%s', (_, table, expected) => {
    expect(diagnose(factsOf(table), [mode]).causes[0]?.confidence).toBe(expected)
  })
})
