import { describe, expect, test } from 'vitest'
import { bpfOn, isBpfOff, isName } from '#cluster/bpf.ts'
import type { SettingRow } from '#cluster/relations.ts'
import { factsOf } from '#cluster/testing/facts.ts'

describe('bpfOn', () => {
  test.each<[string, readonly SettingRow[], boolean, boolean]>([
    ['not told', [], false, false],
    ['on the DaemonSet', [{ of: 'env', name: 'FELIX_BPFENABLED', value: 'true' }], true, false],
    ['in FelixConfiguration', [{ of: 'FelixConfiguration', name: 'bpfEnabled', value: 'true' }], true, false],
    [
      'by the operator',
      [{ of: 'Installation', name: 'calicoNetwork.linuxDataplane', value: 'BPF' }],
      true,
      false,
    ],
    ['off', [{ of: 'FelixConfiguration', name: 'bpfEnabled', value: 'false' }], false, true],
    [
      'iptables, by the operator',
      [{ of: 'Installation', name: 'calicoNetwork.linuxDataplane', value: 'Iptables' }],
      false,
      true,
    ],
  ])('%s', (_, settings, on, off) => {
    const facts = factsOf({ settings })
    expect(bpfOn(facts) !== undefined).toBe(on)
    expect(isBpfOff(facts)).toBe(off)
  })
})

test.each([
  ['api.shop.example', true],
  ['10.0.0.9', false],
  ['fd00::9', false],
  ['<from configMapKeyRef a/b>', false],
])('%s is a name: %s', (value, expected) => {
  expect(isName({ of: 'env', name: 'KUBERNETES_SERVICE_HOST', value })).toBe(expected)
})
