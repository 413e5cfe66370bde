import { expect, test } from 'vitest'
import { allowance, forwardings } from '#cluster/ip-forwarding.ts'
import type { SettingRow } from '#cluster/relations.ts'
import { factsOf } from '#cluster/testing/facts.ts'

const sysctl = (name: string, value: string, more: Partial<SettingRow> = {}): SettingRow => ({
  of: 'sysctl',
  name,
  value,
  ...more,
})

test.each<[SettingRow, readonly string[]]>([
  [sysctl('net.ipv4.ip_forward', '0'), ['host off']],
  [sysctl('net.ipv4.ip_forward', '1'), ['host on']],
  [sysctl('net.ipv4.ip_forward', '0', { in: 'pod/vpn' }), ['pod off']],
  [sysctl('net.ipv4.ip_forward', '0', { in: '/etc/sysctl.d/9.conf' }), ['file off']],
  [sysctl('net.ipv4.conf.all.forwarding', '0'), ['host off']],
  [sysctl('net.ipv4.conf.default.forwarding', '0'), []],
  [sysctl('net.ipv6.conf.all.forwarding', '0'), []],
  [sysctl('net.ipv4.conf.cali0a1b2c3d4e5.forwarding', '0'), ['host off']],
])('%j', (row, expected) => {
  const found = forwardings(factsOf({ settings: [row] })).map(
    (one) => `${one.where} ${one.isOn ? 'on' : 'off'}`,
  )
  expect(found).toEqual(expected)
})

test.each<[SettingRow | undefined, boolean | undefined]>([
  [undefined, undefined],
  [{ of: 'cni', name: 'container_settings.allow_ip_forwarding', value: 'true' }, true],
  [{ of: 'cni', name: 'container_settings.allow_ip_forwarding', value: 'false' }, false],
  [{ of: 'Installation', name: 'calicoNetwork.containerIPForwarding', value: 'Enabled' }, true],
  [{ of: 'Installation', name: 'calicoNetwork.containerIPForwarding', value: 'Disabled' }, false],
])('%j', (row, expected) => {
  expect(allowance(factsOf({ settings: row === undefined ? [] : [row] }))?.isAllowed).toBe(expected)
})
