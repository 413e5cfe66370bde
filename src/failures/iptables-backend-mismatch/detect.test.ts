import { describe, expect, test } from 'vitest'
import { mode } from '#failures/iptables-backend-mismatch/index.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const log = '2025-03-04 05:06:07.890 [WARNING][77] felix/'

const bothSaves = `root@w1:~# iptables-legacy-save -t filter
*filter
:INPUT ACCEPT [0:0]
:cali-INPUT - [0:0]
-A INPUT -m comment --comment "cali:Cz_u1IQiXIMmKD4c" -j cali-INPUT
COMMIT
root@w1:~# iptables-nft-save -t mangle
*mangle
:PREROUTING ACCEPT [0:0]
:KUBE-KUBELET-CANARY - [0:0]
COMMIT`

/** Calico's rules in the new back-end, and how FORWARD ends in the old one (or in both). */
const ends = (legacy: string, nft = 'ACCEPT') => `root@w1:~# iptables-nft-save -t filter
*filter
:FORWARD ${nft} [0:0]
:cali-FORWARD - [0:0]
-A FORWARD -m comment --comment "cali:wUHhoiAYhphO9Mso" -j cali-FORWARD
COMMIT
root@w1:~# iptables-legacy-save -t filter
*filter
:FORWARD ${legacy} [0:0]
COMMIT

Pods on w1 cannot reach pods on other nodes.`

describe('found', () => {
  test.each<[string, string, Verdict]>([
    ['the back-end that Calico does not use drops by default', ends('DROP'), 'confirmed'],
    ['Calico in one, kubelet in the other', bothSaves, 'confirmed'],
    [
      'Felix says that its setting does not fit',
      `${log}feature_detect.go 301: Iptables backend specified does not match the detected backend, using specified backend detectedBackend="nft" specifiedBackend="legacy"`,
      'confirmed',
    ],
    [
      'a setting against the host’s iptables',
      'root@w1:~# iptables -V\niptables v1.8.7 (nf_tables)\n\n- name: FELIX_IPTABLESBACKEND\n  value: Legacy',
      'confirmed',
    ],
    [
      'Felix’s own log against the host’s iptables',
      `${log}feature_detect.go 200: Looked up iptables command backendMode="legacy" candidates=[]string{"iptables-legacy-save"} command="iptables-legacy-save" ipVersion=0x4 saveOrRestore="save"\n\nhost: iptables v1.8.5 (nf_tables)`,
      'confirmed',
    ],
    [
      'an image of the time before the new back-end',
      'host: iptables v1.8.2 (nf_tables); calico-node: iptables v1.6.2',
      'confirmed',
    ],
    [
      'told to use what the kernel has not',
      'iptablesBackend: NFT\n\niptables-nft-save: Could not fetch rule set generation id: Invalid argument',
      'confirmed',
    ],
    [
      'iptables’ own warning',
      '# Warning: iptables-legacy tables present, use iptables-legacy to see them',
      'likely',
    ],
    [
      'rules that Felix’s iptables cannot read',
      `${log}table.go 777: iptables-save failed because there are incompatible nft rules in the table. Remove the nft rules to continue. table="nat"`,
      'likely',
    ],
    [
      'what cured it',
      'DNS did not resolve in pods. We switched to iptables-legacy on all nodes and rebooted, which fixed it.',
      'likely',
    ],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })
})

test.each<[string, string]>([
  ['both accept by default', ends('ACCEPT')],
  ['the one that Calico uses drops by default: it accepts before', ends('ACCEPT', 'DROP')],
])('%s: that proves nothing', (_, text) => {
  expect(foundIn(text, mode)).toBe('not found')
})

describe('near misses', () => {
  test.each<[string, string]>([
    [
      'the version in brackets of an error',
      "iptables-nft-restore v1.8.4 (nf_tables): Couldn't load match `icmp6':No such file or directory",
    ],
    ['one back-end everywhere', 'iptables v1.8.7 (nf_tables)\n\niptablesBackend: NFT'],
    ['a setting without anything against it', 'iptablesBackend: Legacy'],
    [
      'the lock of iptables',
      'Another app is currently holding the xtables lock; still 4s 0us time ahead to have a chance to grab the lock...',
    ],
    [
      'firewalld’s rules in nftables beside Calico’s',
      `root@w1:~# iptables-legacy-save -t filter
*filter
:cali-INPUT - [0:0]
-A INPUT -j cali-INPUT
COMMIT
root@w1:~# nft list ruleset
table inet firewalld {
	chain filter_FORWARD {
		type filter hook forward priority 10; policy accept;
		reject with icmpx admin-prohibited
	}
}`,
    ],
    [
      'a person without rights',
      'iptables v1.8.7 (nf_tables): Could not fetch rule set generation id: Permission denied (you must be root)',
    ],
  ])('%s', (_, text) => {
    expect(foundIn(text, mode)).toBe('not found')
  })
})

test('one of the two sets of rules proves nothing', () => {
  const [legacy = ''] = bothSaves.split('root@w1:~# iptables-nft-save')
  expect(foundIn(legacy, mode)).toBe('not found')
})
