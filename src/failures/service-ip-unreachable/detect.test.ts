import { describe, expect, test } from 'vitest'
import { factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/service-ip-unreachable/index.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const token = (error: string, address = '10.97.0.1:443') =>
  `2025-03-04 05:06:07.890 [ERROR][1] cni-installer/<nil> <nil>: Unable to create token for CNI kubeconfig error=Post "https://${address}/api/v1/namespaces/kube-system/serviceaccounts/calico-cni-plugin/token": dial tcp ${address}: ${error}`

describe('found', () => {
  test.each<[string, string, Verdict]>([
    ['the installer gets no token', token('i/o timeout'), 'likely'],
    ['a Service address of IPv6', token('i/o timeout', '[fd00:10:97::1]:443'), 'likely'],
    [
      'kube-controllers',
      '2025-03-04 05:06:07.890 [FATAL][1] kube-controllers/main.go 118: Failed to initialize Calico datastore error=Get "https://10.97.0.1:443/apis/crd.projectcalico.org/v1/clusterinformations/default": dial tcp 10.97.0.1:443: i/o timeout',
      'likely',
    ],
    ['it refuses', token('connect: connection refused'), 'possible'],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })
})

describe('near misses', () => {
  test.each<[string, string]>([
    ['a host rejects', token('connect: no route to host')],
    ['the kernel has no route', token('connect: network is unreachable')],
    ['the endpoint itself', token('i/o timeout', '10.3.0.2:6443')],
    ['another Service', 'dial tcp 10.97.0.10:53: i/o timeout'],
    [
      'kube-proxy does not run',
      `kube-proxy-q5r6s   0/1   CrashLoopBackOff   9   20m\n\n${token('i/o timeout')}`,
    ],
    [
      'a right is missing',
      '2025-03-04 05:06:07.890 [ERROR][1] cni-installer/<nil> <nil>: Unable to create token for CNI kubeconfig error=serviceaccounts "calico-cni-plugin" is forbidden',
    ],
  ])('%s', (_, text) => {
    expect(foundIn(text, mode)).toBe('not found')
  })
})

const to = (
  address: string,
  port: number,
  outcome: 'ok' | 'timed-out' | 'tls-failed',
  from: 'host' | 'pod' = 'host',
) => ({ node: 'w1', in: from, to: address, port, protocol: 'tcp' as const, outcome })
const services = [{ namespace: 'default', name: 'kubernetes', clusterIp: '10.97.0.1' }]
const retry = (node: string) => ({
  message: {
    id: 'startup/datastore-retry',
    params: {},
    inner: [{ id: 'dial/timeout', params: { address: '10.97.0.1', port: '443' } }],
  },
  node,
  count: 9,
})

describe('by tests', () => {
  test.each<[string, Table, string | undefined]>([
    [
      'the endpoint answers and the Service address does not',
      {
        services,
        messages: [retry('w1')],
        reachability: [to('10.3.0.2', 6443, 'tls-failed'), to('10.97.0.1', 443, 'timed-out')],
      },
      'confirmed',
    ],
    [
      'both fail: the way to the server',
      {
        services,
        messages: [retry('w1')],
        reachability: [to('10.3.0.2', 6443, 'timed-out'), to('10.97.0.1', 443, 'timed-out')],
      },
      'likely',
    ],
    [
      'the host gets through and the pod does not',
      { services, reachability: [to('10.97.0.1', 443, 'ok'), to('10.97.0.1', 443, 'timed-out', 'pod')] },
      'confirmed',
    ],
    [
      'both get through',
      { services, reachability: [to('10.97.0.1', 443, 'ok'), to('10.97.0.1', 443, 'ok', 'pod')] },
      undefined,
    ],
    ['every node says so', { services, messages: [retry('w1'), retry('w2')] }, undefined],
  ])('%s', (_, table, expected) => {
    expect(diagnose(factsOf(table), [mode]).causes[0]?.confidence).toBe(expected)
  })
})
