import { describe, expect, test } from 'vitest'
import { factsOf } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/kernel-module-missing/index.ts'
import { node } from '#failures/testing/example-cluster.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const log = '2025-03-04 05:06:07.890 [WARNING][77] felix/table.go 1321: '
const refused = (words: string): string =>
  `${log}Failed to execute ip(6)tables-restore command error=exit status 2 errorOutput="${words}\\n\\nError occurred at line: 9\\n"`

describe('found', () => {
  test.each<[string, string, Verdict]>([
    [
      'a match that iptables cannot load, whatever the back-end in brackets',
      refused(
        "iptables-nft-restore v1.8.9 (nf_tables): Couldn't load match `addrtype':No such file or directory",
      ),
      'confirmed',
    ],
    [
      'a target that is an extension',
      refused("ip6tables-restore v1.8.4 (legacy): Couldn't load target `NFLOG':No such file"),
      'confirmed',
    ],
    [
      'a table of iptables',
      "iptables v1.6.1: can't initialize iptables table `raw': Table does not exist (do you need to insmod?)",
      'confirmed',
    ],
    [
      'a type of IP set',
      `${log}Bad return code from 'ipset list'. error=exit status 1 family="inet6" stderr="ipset v6.30: Kernel error received: Invalid argument\\n"`,
      'confirmed',
    ],
    [
      'modprobe on the host',
      'modprobe: FATAL: Module xt_set not found in directory /lib/modules/5.10.17-v8+',
      'confirmed',
    ],
    [
      'modules of another kernel, in dmesg',
      '[ 41.225012] ip_set_hash_ipport: disagrees about version of symbol ip_set_get_ip4_port',
      'confirmed',
    ],
    [
      'a device that the kernel does not know',
      '$ ip link add vxlan.calico type vxlan id 4096 dstport 4789 dev eth0\nRTNETLINK answers: Operation not supported',
      'confirmed',
    ],
    [
      'Felix’s VXLAN device on a kernel without VXLAN',
      '2025-03-04 05:06:07.890 [WARNING][77] felix/vxlan_mgr.go 411: Failed configure VXLAN tunnel device, retrying... error=failed to create vxlan interface: operation not supported',
      'confirmed',
    ],
    [
      'a kernel without policy routing',
      '2025-03-04 05:06:07.890 [ERROR][77] felix/route_rule.go 248: Failed to list routing rules, retrying... error=operation not supported ipVersion=4',
      'confirmed',
    ],
    [
      'checksystem, of a module that is never optional',
      'Checking kernel modules...\n                ip_set                  OK\n                xt_set                  FAIL\n',
      'likely',
    ],
    [
      'Python Felix’s call of iptables',
      "CalledProcessError: Command '['ip6tables-restore', '--noflush']' returned non-zero exit status 3",
      'likely',
    ],
    [
      'what cured it, in prose',
      'calico-node was not ready on our boards. Installing linux-modules-extra-raspi fixed it.',
      'likely',
    ],
    [
      'Felix’s crash while it makes the device',
      'panic: runtime error: invalid memory address or nil pointer dereference\ngithub.com/projectcalico/felix/dataplane/linux.(*vxlanManager).KeepVXLANDeviceInSync(0xc000)',
      'likely',
    ],
    [
      'a refusal whose reason was not shown',
      `${log}Failed to program iptables, will retry error=exit status 4 ipVersion=0x4 table="nat"`,
      'possible',
    ],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })
})

describe('near misses', () => {
  test.each<[string, string]>([
    [
      'an ipset that is too old for the sets of the kernel',
      'ipset v7.11: Kernel and userspace incompatible: settype hash:ip with revision 6 not supported by userspace.',
    ],
    [
      'a chain that is not there yet',
      "iptables v1.8.7 (nf_tables): Couldn't load target `KUBE-SERVICES':No such file or directory",
    ],
    [
      'a module that Calico does without',
      'modprobe: FATAL: Module nf_conntrack_proto_sctp not found in directory /lib/modules/6.1.0-13-amd64',
    ],
    [
      'optional modules in checksystem',
      'Checking kernel modules...\n                ipt_set                 FAIL\n                xt_u32                  FAIL\n',
    ],
    [
      'the module of WireGuard',
      'modprobe: FATAL: Module wireguard not found in directory /lib/modules/5.4.0-99-generic',
    ],
    ['a set that is in use', 'ipset v7.11: Set cannot be destroyed: it is in use by a kernel component'],
    [
      'the lock of iptables',
      'Another app is currently holding the xtables lock; waiting (1s) for it to exit...',
    ],
  ])('%s', (_, text) => {
    expect(foundIn(text, mode)).toBe('not found')
  })

  test('rules that are accepted in the end', () => {
    const text = `${log}Failed to program iptables, will retry error=exit status 4 table="nat"
2025-03-04 05:06:09.890 [WARNING][77] felix/table.go 999: Succeeded after retry. table="nat"`
    expect(foundIn(text, mode)).toBe('not found')
  })

  test('VXLAN is missing where no pool uses it', () => {
    const kernelModules = [{ node: 'w1', name: 'vxlan', loaded: false, error: 'not found' }]
    const pool = { name: 'p', cidr: '10.9.0.0/16', disabled: false }
    const found = (encapsulation: 'vxlan' | 'none') => {
      const facts = factsOf({ kernelModules, ipPools: [{ ...pool, encapsulation }] })
      const { causes, preventive } = diagnose(facts, [mode])
      return [...causes, ...preventive].length
    }
    expect(found('none')).toBe(0)
    expect(found('vxlan')).toBe(1)
  })
})

test('without the quoted reason it is possible only', () => {
  const lines = [
    `${log}Failed to program iptables, will retry error=exit status 2 table="raw"`,
    refused("iptables-restore v1.8.2 (legacy): Couldn't load match `rpfilter':No such file or directory"),
  ]
  expect(foundIn(lines.join('\n'), mode)).toBe('confirmed')
  expect(foundIn(lines[0] ?? '', mode)).toBe('possible')
})

test('while Felix waits for what it is to program, nothing asked for a module, and the node is not called clear', () => {
  const unknownAfter = (...ids: readonly string[]): number =>
    diagnose(
      factsOf(
        {
          nodes: [node('w1')],
          messages: ids.map((id) => ({ message: { id, params: {} }, node: 'w1', count: 1 })),
        },
        { complete: ['nodes', 'messages', 'kernelModules'] },
      ),
      [mode],
    ).unknown.length
  expect(unknownAfter()).toBe(0)
  expect(unknownAfter('felix/starting')).toBe(1)
  expect(unknownAfter('felix/starting', 'felix/in-sync')).toBe(0)
  expect(unknownAfter('install-cni/no-writeable-directory')).toBe(1)
})
