import { describe, expect, test } from 'vitest'
import type { FelixConfiguration, Node } from '#lab/api/objects.ts'
import { felixConfig, resourceConfig } from '#lab/calico/felix/config.ts'
import { Dataplane } from '#lab/calico/felix/dataplane.ts'
import { IpSets } from '#lab/calico/felix/ip-sets.ts'
import { FelixPanic } from '#lab/calico/felix/panic.ts'
import { FelixTables } from '#lab/calico/felix/tables.ts'
import type { TunnelInputs } from '#lab/calico/felix/tunnels.ts'
import { WantedChains } from '#lab/calico/felix/wanted-chains.ts'
import { calicoLog } from '#lab/calico/log.ts'
import { releaseOf } from '#lab/calico/release.ts'
import { Errno, type ErrnoCode, type Process } from '#lab/host/ports.ts'
import { bed } from '#lab/network/test-bed.ts'

/** A Felix's view of a kernel that refuses its first `times` writes. */
function refusing(code: ErrnoCode, { times, path }: { readonly times: number; readonly path?: string }) {
  const { a } = bed()
  let left = times
  const refuse = (): void => {
    if (left-- > 0) throw new Errno(code, path)
  }
  const table = (name: 'raw' | 'mangle' | 'nat' | 'filter') => ({
    chains: () => a[name].chains(),
    restore: async (chains: Parameters<typeof a.filter.restore>[0]) => {
      refuse()
      return a[name].restore(chains)
    },
  })
  const net = {
    raw: table('raw'),
    mangle: table('mangle'),
    nat: table('nat'),
    filter: table('filter'),
    legacy: a.legacy,
    setMembers: async (...set: Parameters<typeof a.setMembers>) => {
      refuse()
      return a.setMembers(...set)
    },
    swapSets: (name: string, other: string) => a.swapSets(name, other),
    removeSet: (name: string) => a.removeSet(name),
    sets: () => a.sets(),
    setKind: (name: string) => a.setKind(name),
    links: () => a.links(),
    hasLink: (name: string) => a.hasLink(name),
    addresses: () => a.addresses(),
    apply: (changes: Parameters<typeof a.apply>[0]) => a.apply(changes),
  } as unknown as Process['net'] // all that is asked of it here
  const lines: string[] = []
  let sleptMs = 0
  const p = {
    net,
    version: '3.29.3',
    now: () => 0,
    sleep: async (ms: number) => {
      sleptMs += ms
    },
  }
  const log = calicoLog({ now: () => 0, pid: 9, stdout: { write: (text) => lines.push(text) } }, 'felix')
  return { p, log, net: a, said: () => lines.join(''), slept: () => sleptMs }
}

const chains = {
  raw: new WantedChains(),
  mangle: new WantedChains(),
  nat: new WantedChains(),
  filter: new WantedChains({ 'cali-INPUT': [{ match: {}, target: { kind: 'accept' } }] }),
}
const { config } = felixConfig([])

describe('tables that are refused', () => {
  test('for a moment are written after all', async () => {
    const { p, log, net, said, slept } = refusing('ENOENT', { times: 3 })
    await new FelixTables(p, log, config).apply(chains)
    expect(net.filter.chains()['cali-INPUT']).toHaveLength(1)
    expect(said()).toContain('Failed to program iptables, will retry')
    expect(said()).not.toContain('[PANIC]')
    expect(slept()).toBe(1 + 2 + 4)
  })

  test('for good make Felix panic after ten tries', async () => {
    const { p, log, said, slept } = refusing('ENOENT', { times: 99, path: 'xt_set' })
    await expect(new FelixTables(p, log, config).apply(chains)).rejects.toBeInstanceOf(FelixPanic)
    expect(said()).toContain("Couldn't load match `set':No such file or directory")
    expect(said()).toMatch(
      /\[PANIC\]\[9\] felix\/table\.go \d+: Failed to program iptables, giving up after retries/,
    )
    expect(slept()).toBe(511)
  })

  test('for want of a capability say so', async () => {
    const { p, log, said } = refusing('EPERM', { times: 99 })
    await expect(new FelixTables(p, log, config).apply(chains)).rejects.toBeInstanceOf(FelixPanic)
    expect(said()).toContain('Permission denied (you must be root)')
  })
})

describe('sets that are refused', () => {
  test('for good make Felix panic', async () => {
    const { p, log, said } = refusing('EINVAL', { times: 99 })
    const sets = new IpSets(p, log, releaseOf('3.29.3'))
    await expect(sets.update({ 'cali40s:x': ['10.0.0.1'] })).rejects.toBeInstanceOf(FelixPanic)
    expect(said()).toContain('Kernel error received: set type not supported')
    expect(said()).toContain(
      '[PANIC][9] felix/ipsets.go 379: Failed to update IP sets after multiple retries.',
    )
    expect(sets.counts).toEqual({ calls: 10, errors: 10 })
  })

  test.each([
    ['tunl0', { ipip: true, vxlan: false }],
    ['vxlan.calico', { ipip: false, vxlan: true }],
  ])('do not keep Felix from making %s', async (name, encapsulation) => {
    const { p, log, net } = refusing('EINVAL', { times: 99 })
    const dataplane = new Dataplane(p as Process, log, config)
    const annotations = {
      'projectcalico.org/IPv4Address': '10.0.0.21/24',
      'projectcalico.org/IPv4VXLANTunnelAddr': '10.244.0.1',
    }
    const tunnels: TunnelInputs = {
      node: 'a',
      config,
      encapsulation,
      mtu: { ipip: 1480, vxlan: 1450 },
      // A cast: Felix reads no more of a Node than this.
      nodes: [{ metadata: { name: 'a', annotations } } as unknown as Node],
      blocks: [],
      pools: [],
    }
    const desired = { tables: chains, sets: { 'cali40s:x': ['10.0.0.1'] }, workloads: [], tunnels }
    await expect(dataplane.apply(desired, { resync: false })).rejects.toBeInstanceOf(FelixPanic)
    expect(net.links()).toMatchObject([{ name: 'lo' }, { name: 'eth0' }, { name, up: true }])
  })

  test('are not touched when they are right already', async () => {
    const { p, log, net } = refusing('EINVAL', { times: 0 })
    await net.setMembers('cali40s:x', ['10.0.0.1'])
    const sets = new IpSets(p, log, releaseOf('3.29.3'))
    await sets.update({ 'cali40s:x': ['10.0.0.1'] })
    expect(sets.counts.calls).toBe(0)
  })
})

describe('sets that the ipset of the image cannot read', () => {
  const newer = { version: '7.19', type: 'hash:ip' } as const
  const bed = (release: string) => {
    const { p, log, net, said } = refusing('EINVAL', { times: 0 })
    net.hostKernel = { release: '6.8.0-52-generic', says: () => {} }
    return { net, said, sets: new IpSets(p, log, releaseOf(release)) }
  }

  test.each([
    ['3.26.4', 'ipset list'],
    ['3.29.3', 'ipset list cali40this-host'],
  ])('make Felix %s panic when they are its own', async (release, command) => {
    const { net, said, sets } = bed(release)
    await net.setMembers('cali40this-host', ['10.0.0.21'], newer)
    await expect(sets.update({ 'cali40this-host': ['10.0.0.21'] })).rejects.toBeInstanceOf(FelixPanic)
    expect(said()).toContain(`Bad return code from '${command}'.`)
    expect(said()).toContain('settype hash:ip with revision 6 not supported by userspace.')
    expect(said().match(/Retrying after an ipsets update failure/g)).toHaveLength(9)
  })

  test.each([
    ['3.26.4', true],
    ['3.29.3', false],
  ])('make Felix %s panic when they are of others: %s', async (release, panics) => {
    const { net, said, sets } = bed(release)
    await net.setMembers('blocklist', ['10.0.0.9'], newer)
    const update = sets.update({ 'cali40this-host': ['10.0.0.21'] })
    if (panics) await expect(update).rejects.toBeInstanceOf(FelixPanic)
    else {
      await update
      expect(said()).toBe('')
    }
  })

  test('are made anew by 3.32, under the name that rules have for them', async () => {
    const { net, said, sets } = bed('3.32.0')
    await net.setMembers('cali40this-host', ['10.0.0.9'], newer)
    await sets.update({ 'cali40this-host': ['10.0.0.21'] })
    expect(net.sets()).toEqual({ 'cali40this-host': ['10.0.0.21'] })
    expect(net.setKind('cali40this-host')).toEqual({ type: 'hash:ip', revision: 5 })
    expect(said()).toContain('will try recreating it')
  })
})

describe('what somebody else did to the tables', () => {
  test('is noticed, told, and put right; rules of others stay', async () => {
    const { p, log, net, said } = refusing('EIO', { times: 0 })
    const tables = new FelixTables(p, log, config)
    await tables.apply(chains)
    const foreign = { match: { in: 'eth0' }, target: { kind: 'accept' } } as const
    await net.filter.restore({ 'cali-INPUT': [], INPUT: [foreign] })
    await tables.apply(chains)
    expect(said()).toContain('Detected out-of-sync Calico chain, marking for resync chainName="cali-INPUT"')
    expect(said()).toContain('Detected out-of-sync inserts, marking for resync chainName="INPUT"')
    expect(net.filter.chains()['cali-INPUT']).toHaveLength(1)
    expect(net.filter.chains().INPUT?.map(({ target }) => target)).toEqual([
      { kind: 'jump', chain: 'cali-INPUT' },
      { kind: 'accept' },
    ])
  })

  test('is put behind in insert mode and before in append mode', async () => {
    const foreign = { match: { in: 'eth0' }, target: { kind: 'accept' } } as const
    for (const [mode, first] of [
      ['insert', 'jump'],
      ['append', 'accept'],
    ] as const) {
      const { p, log, net } = refusing('EIO', { times: 0 })
      await net.filter.restore({ INPUT: [foreign] })
      await new FelixTables(p, log, felixConfig([['x', { chaininsertmode: mode }]]).config).apply(chains)
      expect(net.filter.chains().INPUT?.[0]?.target.kind).toBe(first)
    }
  })
})

test('of its own rules in the kernel’s chains Felix keeps those that it wants now', async () => {
  const { p, log, net } = refusing('EIO', { times: 0 })
  const ends = async (iptablesfilterallowaction: string): Promise<readonly string[]> => {
    const { config: own } = felixConfig([['x', { iptablesfilterallowaction }]])
    await new FelixTables(p, log, own).apply(chains)
    return (net.filter.chains().FORWARD ?? []).map(({ target }) => target.kind)
  }
  await net.filter.restore({ FORWARD: [{ match: {}, target: { kind: 'none' }, comment: 'cali is no hash' }] })
  expect(await ends('Accept')).toEqual(['jump', 'none', 'accept', 'mark'])
  expect(await ends('Return')).toEqual(['jump', 'none', 'return', 'mark'])
})

describe('the back-end', () => {
  test.each<readonly [string, string, boolean]>([
    ['auto', 'auto', false],
    ['that of the host', 'nft', false],
    ['the other one', 'legacy', true],
  ])('%s', async (_, iptablesbackend, isOld) => {
    const { p, log, net, said } = refusing('EIO', { times: 0 })
    await net.filter.restore({ 'cali-FORWARD': [{ match: {}, target: { kind: 'drop' } }] })
    await new FelixTables(p, log, felixConfig([['x', { iptablesbackend }]]).config).apply(chains)
    expect(Object.keys(net.legacy.filter.chains()).includes('cali-INPUT')).toBe(isOld)
    // What was there before in the one that is not used any more stays.
    expect(Object.keys(net.filter.chains()).includes('cali-FORWARD')).toBe(isOld)
    expect(said().includes('does not match the detected backend')).toBe(isOld)
  })
})

describe('the configuration', () => {
  test('takes the strongest source, and the default for what cannot be read', () => {
    const { config: read, bad } = felixConfig([
      ['datastore (global)', { vxlanport: '4790', iptablesbackend: 'nft', chaininsertmode: 'sideways' }],
      ['datastore (per-host)', { vxlanport: '4791' }],
      [
        'environment variable',
        { vxlanport: '4792', failsafeinboundhostports: 'tcp:22,udp:10.0.0.0/8:68,2380' },
      ],
    ])
    expect(read.vxlanPort).toBe(4792)
    expect(read.iptablesBackend).toBe('nft')
    expect(read.chainInsertMode).toBe('insert')
    expect(read.failsafeInbound).toEqual([
      { protocol: 'tcp', port: 22 },
      { protocol: 'udp', port: 68, net: '10.0.0.0/8' },
      { protocol: 'tcp', port: 2380 },
    ])
    const none = resourceConfig({ spec: { failsafeInboundHostPorts: [] } } as unknown as FelixConfiguration)
    expect(felixConfig([['datastore (global)', none]]).config.failsafeInbound).toEqual([])
    expect(bad).toEqual([{ name: 'ChainInsertMode', value: 'sideways', source: 'datastore (global)' }])
  })
})
