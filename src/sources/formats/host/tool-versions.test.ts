import { describe, expect, test } from 'vitest'
import { parseToolVersions } from '#sources/formats/host/tool-versions.ts'

describe('versions', () => {
  test.each([
    ['iptables v1.8.7 (nf_tables)', ['iptables v1.8.7 (nf_tables)']],
    ['ip6tables v1.6.1', ['iptables v1.6.1']],
    ['  * node: iptables v1.8.x (legacy)', ['iptables v1.8.x (legacy)']],
    [
      'host: iptables 1.8.2 (nf_tables); image: iptables v1.6.2',
      ['iptables v1.8.2 (nf_tables)', 'iptables v1.6.2'],
    ],
    ['ipset v7.15, protocol version: 7', ['ipset v7.15']],
    ['nftables v1.0.2 (Lester Gooch)', ['nftables v1.0.2']],
  ])('%s', (line, expected) => {
    expect(parseToolVersions(line)?.map(({ of, version }) => `${of} ${version}`)).toEqual(expected)
  })
})

describe('near misses', () => {
  test.each([
    "iptables v1.8.4 (legacy): Couldn't load match `set':No such file or directory",
    'ipset v7.11: Set cannot be destroyed: it is in use by a kernel component',
    'We moved from iptables 1.8.2 to 1.8.7 last week.',
    'iptables -L FORWARD -n',
    'coredns v1.11.1',
  ])('%s', (line) => {
    expect(parseToolVersions(line)).toBeUndefined()
  })
})
