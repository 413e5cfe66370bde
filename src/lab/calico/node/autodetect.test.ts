import { describe, expect, test } from 'vitest'
import type { Node } from '#lab/api/objects.ts'
import type { Log } from '#lab/calico/log.ts'
import { autodetect } from '#lab/calico/node/autodetect.ts'
import { Exit } from '#lab/calico/node/exit.ts'
import type { Process } from '#lab/host/ports.ts'

/** A host with two interfaces; the default route leaves by the first. */
const host = {
  net: {
    links: () => ['lo', 'eth0', 'eth1', 'cali1'].map((name) => ({ name, up: true })),
    addresses: () => [
      { link: 'eth0', address: '10.0.0.21', prefixLength: 24 },
      { link: 'eth1', address: '192.168.9.4', prefixLength: 16 },
    ],
    routes: () => [
      { destination: '0.0.0.0/0', kind: 'unicast', via: '10.0.0.1', dev: 'eth0' },
      { destination: '10.0.0.0/24', kind: 'unicast', dev: 'eth0', source: '10.0.0.21' },
      { destination: '192.168.0.0/16', kind: 'unicast', dev: 'eth1', source: '192.168.9.4' },
      { destination: '172.16.0.0/12', kind: 'blackhole' },
    ],
  },
} as unknown as Process // as much of a process as autodetection asks

const node = (address: string): Node =>
  ({ status: { addresses: [{ type: 'InternalIP', address }] } }) as unknown as Node // as much as is read

function detected(method: string, asked?: Node) {
  const lines: string[] = []
  const write = (_: string, text: string): void => void lines.push(text)
  const log: Log = { info: write, warn: write, error: write, fatal: write, panic: write }
  return { address: autodetect(host, log, method, asked), lines }
}

describe('autodetection', () => {
  test.each([
    ['first-found', '192.168.9.4/16'],
    ['interface=eth0', '10.0.0.21/24'],
    ['skip-interface=eth1', '10.0.0.21/24'],
    ['cidr=10.0.0.0/8', '10.0.0.21/24'],
    ['can-reach=8.8.8.8', '10.0.0.21/24'],
    ['can-reach=192.168.1.1', '192.168.9.4/16'],
    ['interface=bond.*', undefined],
    ['cidr=172.20.0.0/16', undefined],
  ])('%s', (method, address) => {
    expect(detected(method).address).toBe(address)
  })

  test.each([
    ['10.0.0.21', '10.0.0.21/24', 'Including CIDR information from host interface.'],
    ['10.0.0.99', undefined, 'Unable to find matching host interface for IP 10.0.0.99'],
  ])('kubernetes-internal-ip of a node whose address is %s', (internal, address, says) => {
    const found = detected('kubernetes-internal-ip', node(internal))
    expect(found.address).toBe(address)
    expect(found.lines).toContain(says)
  })

  test('kubernetes-internal-ip without a node', () => {
    expect(detected('kubernetes-internal-ip').lines).toEqual([
      "Cannot use method 'kubernetes-internal-ip' when not running on a Kubernetes cluster",
    ])
  })

  test('a method that there is not ends the program', () => {
    expect(() => detected('guess')).toThrow(Exit)
  })
})
