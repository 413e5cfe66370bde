import { expect, test } from 'vitest'
import { isCalicoProgram } from '#cluster/calico-programs.ts'

test.each([
  ['calico-node', true],
  ['/usr/local/bin/node-driver-registrar', true],
  ['iptables-nft-re', true],
  ['iptables-nft-restore', true],
  ['/usr/sbin/nft', true],
  ['nginx', false],
  ['iptables-exporter', false],
  ['', false],
])('%s: %s', (path, expected) => {
  expect(isCalicoProgram(path)).toBe(expected)
})
