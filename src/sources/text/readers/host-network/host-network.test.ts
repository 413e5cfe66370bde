import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { clusterSubject, nodeSubject } from '#cluster/subjects.ts'
import type { Scope } from '#sources/text/reader.ts'
import { ipObject, namespaceIn } from '#sources/text/readers/host-network/command.ts'
import { commandOf } from '#sources/text/readers/host-network/filters.ts'
import { hostNetworkReaders } from '#sources/text/readers/host-network/index.ts'
import { formats, read, rows } from '#sources/text/readers/testing.ts'

describe('what a command tells', () => {
  test.each([
    ['ip a', 'address'],
    ['ip -d -4 addr show dev eth0', 'address'],
    ['sudo /sbin/ip address', 'address'],
    ['ip l', 'link'],
    ['ip -6 r', 'route'],
    ['ip ru', 'rule'],
    ["ssh worker-1 'ip -br a'", 'address'],
    ['kubectl exec web-5d4f -- ip route', 'route'],
    ['ip a; ip route', undefined],
    ['cat /etc/ip', undefined],
  ])('%s asks for %s', (command, object) => expect(ipObject(command)?.object).toBe(object))

  test.each([
    ['ip a', 'host'],
    ['kubectl exec -it web-5d4f6 -- ip a', 'pod'],
    ['kubectl exec -n kube-system calico-node-x7k2p -- ip a', 'host'],
    ['kubectl exec -n kube-system ds/kube-proxy -- ip a', 'host'],
    ['kubectl debug node/worker-1 -it --image=busybox -- ip a', 'host'],
    ['docker exec 3f ip a', 'pod'],
    ['crictl exec 3f ip a', 'pod'],
    ['ip netns exec cni-12 ip a', 'pod'],
    ['nsenter -t 4312 -n ip a', 'pod'],
    ['nsenter -t 1 -m -n ip a', 'host'],
  ])('%s looks at the network of a %s', (command, where) => expect(namespaceIn(command)).toBe(where))

  test.each([
    ['iptables -t nat -vnL', { family: 4, table: 'nat' }],
    ['iptables -nL FORWARD', { family: 4, table: 'filter', chain: 'FORWARD' }],
    ['ip6tables-legacy-save -c', { family: 6, backend: 'legacy' }],
    ['sudo iptables-nft -S', { family: 4, backend: 'nft', table: 'filter' }],
    [
      'nft list chain inet firewalld filter_INPUT',
      { family: 'inet', table: 'firewalld', chain: 'filter_INPUT' },
    ],
    ['nft list table filter', { family: 4, table: 'filter' }],
    ['nft list ruleset', {}],
  ])('%s', (command, expected) => expect(commandOf(command)).toEqual(expected))
})

describe('in a paste', () => {
  test.each([
    ['ip -br a', 'tunl0@NONE   DOWN', 'links'],
    ['ufw status', 'Status: inactive', 'units'],
    ['firewall-cmd --state', 'running', 'units'],
    ['ethtool -k ens3 | grep generic', 'generic-receive-offload: on', 'settings'],
    ['iptables -t mangle -nL INPUT', 'DROP  tcp  --  anywhere  anywhere', 'filterRules'],
    ['networkctl status tunl0', 'Network File: n/a\nState: routable (unmanaged)', 'managedLinks'],
  ] as const)('under the command alone: %s', (command, output, relation) => {
    expect(rows(`${command}\n${output}`, relation)).toHaveLength(1)
    expect(rows(output, relation)).not.toEqual(rows(`${command}\n${output}`, relation))
  })

  test('interfaces of a node, all of them', () => {
    const text = `root@k8s-worker-05:~# ip addr
1: lo: <LOOPBACK,UP,LOWER_UP> mtu 16436 qdisc noqueue state UNKNOWN group default qlen 500
    inet 127.0.0.1/8 scope host lo
4: tunl0@NONE: <NOARP> mtu 1480 qdisc noop state DOWN group default qlen 500
    link/ipip 0.0.0.0 brd 0.0.0.0
root@k8s-worker-05:~# uptime`
    const { facts, pieces } = read(text)
    expect(pieces).toMatchObject([
      { format: 'network interfaces', about: nodeSubject('k8s-worker-05'), facts: 2 },
    ])
    expect(facts.rows('links')).toMatchObject([
      { node: 'k8s-worker-05', in: 'host', name: 'lo' },
      { name: 'tunl0', state: 'DOWN', kind: 'ipip', addresses: [] },
    ])
    expect(facts.coverage('links', nodeSubject('k8s-worker-05'))).toEqual({ kind: 'complete' })
  })

  test.each([
    ['a pipe', 'ip addr | head -1', ''],
    ['one device', 'ip addr show dev lo', ''],
    ['a cut', 'ip addr', '\n...'],
    ['another namespace', 'kubectl exec web-7f6d9 -- ip addr', ''],
  ])('not all of them: %s', (_, command, more) => {
    const text = `root@k8s-worker-05:~# ${command}\n1: lo: <LOOPBACK,UP> mtu 65536 qdisc noqueue state UNKNOWN${more}`
    expect(read(text).facts.coverage('links', nodeSubject('k8s-worker-05'))).toEqual({ kind: 'partial' })
  })

  test('what somebody says is missing makes the listing whole, of the machine that nobody named', () => {
    const text = '1: lo: <LOOPBACK,UP> mtu 65536\n2: ens3: <UP> mtu 1500\n(no tunl0)'
    expect(read(text).facts.coverage('links', clusterSubject)).toEqual({ kind: 'complete' })
    expect(read(text).facts.coverage('links')).toEqual({ kind: 'partial' })
  })

  test.each([
    ['through a pod', '$ kubectl exec -n shop web-7f6d9 -- ip route\ndefault via 10.1.0.1 dev eth0'],
    [
      'by the gateway that the plugin gives',
      'default via 169.254.1.1 dev eth0\n169.254.1.1 dev eth0 scope link',
    ],
  ])('routes of a pod, known %s', (_, text) => {
    for (const row of rows(text, 'routes')) expect(row).toMatchObject({ in: 'pod' })
    expect(rows(text, 'routes')).not.toEqual([])
  })

  test('filters: chains, rules and the warning about the other back-end', () => {
    const text = `[root@node-12 ~]# iptables-save -c
# Generated by iptables-save v1.8.8 on Tue Jun  4 11:00:00 2024
*filter
:FORWARD DROP [77:4620]
[5:300] -A FORWARD -j cali-FORWARD
COMMIT
# Completed on Tue Jun  4 11:00:00 2024
# Warning: iptables-legacy tables present, use iptables-legacy-save to see them`
    const { facts, pieces } = read(text)
    expect(formats(pieces)).toEqual(['iptables-save'])
    expect(facts.rows('filterChains')).toMatchObject([
      { node: 'node-12', backend: 'nft', policy: 'DROP', packets: 77 },
    ])
    expect(facts.rows('filterRules')).toMatchObject([
      { node: 'node-12', backend: 'nft', target: 'cali-FORWARD', packets: 5 },
    ])
    expect(facts.rows('messages')).toMatchObject([
      { node: 'node-12', message: { id: 'iptables/legacy-tables' } },
    ])
  })

  test('a pod’s own filters are not the node’s', () => {
    expect(
      rows('$ kubectl exec -n shop web-7f6d9 -c istio -- iptables -S\n-P FORWARD DROP', 'filterChains'),
    ).toEqual([])
  })

  test('settings of devices and front ends', () => {
    const text = `root@k8s-worker-05:~# ethtool -k vxlan.calico
Features for vxlan.calico:
tx-checksum-ip-generic: on
root@k8s-worker-05:~# ufw status
Status: inactive
root@k8s-worker-05:~# ip rule
0:      from all lookup local
99:     from all fwmark 0x4/0x4 lookup 7`
    const { facts } = read(text)
    expect(facts.rows('settings')).toMatchObject([
      {
        of: 'ethtool',
        in: 'vxlan.calico',
        name: 'tx-checksum-ip-generic',
        value: 'on',
        node: 'k8s-worker-05',
      },
      { of: 'other', in: 'ip rule', name: '99' },
    ])
    expect(facts.rows('units')).toMatchObject([{ node: 'k8s-worker-05', unit: 'ufw', active: 'inactive' }])
  })

  test('network managers', () => {
    const text = `# networkctl status cali9f01
       Link File: n/a
    Network File: /run/systemd/network/5-all.network
           State: degraded (configuring)`
    expect(rows(text, 'managedLinks')).toMatchObject([{ link: 'cali9f01', managed: true }])
  })
})

describe('nothing of others is taken', () => {
  const ours = (text: string) => {
    const lines = text.split('\n').map((line, index) => ({ text: line, number: index + 1 }))
    const source = { name: 'paste', lines, atMs: 0 }
    const scope: Scope = {}
    return lines.flatMap(({ text: line }, at) =>
      hostNetworkReaders.some((reader) => reader.read(source, at, scope) !== undefined) ? [line] : [],
    )
  }

  test.each([
    [
      'logs',
      'bird: Mesh_10_0_0_21: State changed to up\n2026-01-07 06:30:12.100 [INFO][9] felix/table.go 1: Chain FORWARD table="filter"',
    ],
    [
      'YAML',
      'spec:\n  ports:\n  - port: 179\n    protocol: TCP\n  interfaces: eth0\nmtu: 1440\nblockSize: 26\nenabled: on',
    ],
    [
      'tables of kubectl',
      'NAME   READY   STATUS   RESTARTS   AGE\nweb-1   1/1   Running   0   3d\nkube-dns   ClusterIP   10.96.0.10   <none>   53/UDP   3d\nnode-1   Ready   <none>   3d   v1.29.1   10.0.0.4',
    ],
    [
      'a describe',
      'Name:               k8s-worker-03\nStatus:             Active\nAddresses:\n  InternalIP:  10.0.0.23\nType: ClusterIP\n    State:          Running',
    ],
    ['calicoctl', '| 10.0.0.2     | node-to-node mesh | up    | 10:51:40 | Established |\nIPv4 BGP status'],
    ['tmpfiles.d', 'd /run/calico 0755 10001 0 -\n# /etc/tmpfiles.d/calico.conf'],
    [
      'listings',
      'drwxr-xr-x 2 root root 40 Jan  7 06:30 calico\n  File: /run/calico\nAccess: (0600/drw-------)  Uid: (10001/ UNKNOWN)   Gid: (    0/    root)',
    ],
    ['processes', '/proc/70/status:Name:\tbird\n  UID   GID COMMAND\n    0     0 /usr/bin/containerd'],
    [
      'listeners',
      'tcp   LISTEN 0  8  0.0.0.0:179  0.0.0.0:*  users:(("bird",pid=9,fd=7))\ntcp        0      0 0.0.0.0:179             0.0.0.0:*               LISTEN      812/bird',
    ],
    ['neighbours', '10.0.0.4 dev eth0 lladdr 02:00:00:00:00:01 REACHABLE'],
    [
      'pings',
      '64 bytes from 10.0.0.4: icmp_seq=1 ttl=64 time=0.3 ms\nPING 10.0.0.4 (10.0.0.4) 56(84) bytes of data.',
    ],
    ['captures', '10:51:40.123456 IP 10.0.0.4.4789 > 10.0.0.5.4789: VXLAN, flags [I] (0x08), vni 4096'],
    [
      'typed commands',
      'iptables -P FORWARD ACCEPT\nnft add rule inet firewalld filter_FWD ct state new accept\nethtool -K eth0 tx off\nip route add blackhole 10.0.0.0/26',
    ],
    [
      'sentences',
      'After the reboot: eth0 is up, tunl0 has no address.\nThe default policy is DROP, so set it to ACCEPT.\nChain of events (as far as we know): the node was drained.',
    ],
    [
      'bird.cfg',
      'router id 10.0.0.4;\nprotocol static {\n   route 10.244.1.0/26 blackhole;\n}\n  local 10.0.0.4 as 64512;\n  neighbor 10.0.0.5 as 64512;',
    ],
    ['a manifest of networkd', '[Match]\nName=cali*\n[Link]\nUnmanaged=yes'],
  ])('%s', (_, text) => expect(ours(text)).toEqual([]))
})

describe('whatever comes', () => {
  const pieces = [
    '2: eth0: <BROADCAST,MULTICAST,UP> mtu 1500 qdisc mq state UP group default\\',
    '    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff',
    '    inet 10.0.0.4/24 scope global eth0',
    'tunl0@NONE UNKNOWN 10.64.0.1/32',
    'eth0: flags=4163<UP>  mtu 1500',
    'eth0      Link encap:Ethernet  HWaddr 02:AA:00:00:00:01',
    '10.1.0.0/26 via 10.0.0.5 dev tunl0 proto bird onlink',
    '        nexthop via 10.0.0.8 dev e0 weight 1',
    '10.1.0.0 10.0.0.5 255.255.255.192 UG 0 0 0 tunl0',
    '# Generated by iptables-save v1.8.8 on Tue',
    '*filter',
    ':FORWARD DROP [1:60]',
    '[5:300] -A FORWARD -m comment --comment "a \\" b" ! -s 10.0.0.0/8 -j DROP',
    'Chain FORWARD (policy DROP 1 packets, 60 bytes)',
    '5 300 DROP all -- eth0 * 0.0.0.0/0 0.0.0.0/0 /* x */ tcp dpt:179',
    'table inet firewalld { chain filter_FORWARD {',
    'ip saddr { 10.0.0.1,',
    '10.0.0.2 } tcp dport 179 drop',
    'set a { elements = { 10.0.0.1,',
    '}',
    'eth0 ethernet connected System eth0',
    'GENERAL.DEVICE:   eth0',
    '● 4: cali1',
    'Network File: /etc/x.network',
    'Features for eth0:',
    'tx-checksum-ipv4: on',
    'Status: active',
    'public (active)',
    '  target: default',
    'Name: a',
    'Type: hash:ip',
    'interface: wg0',
    '  endpoint: 10.0.0.8:51820',
    '...',
    '',
  ]
  const line = fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 40 }))
  const cut = fc
    .tuple(line, fc.nat(60), fc.string({ maxLength: 4 }))
    .map(([text, at, more]) => text.slice(0, at) + more + text.slice(at + more.length))

  test('every reader takes at least one line and never one beyond the end', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(line, cut), { minLength: 1, maxLength: 30 }),
        fc.constantFrom(undefined, 'ip a', 'ip -br l', 'ufw status', 'nft list chain ip a b'),
        (texts, command) => {
          const source = {
            name: 'fuzz',
            lines: texts.map((text, index) => ({ text, number: index + 1 })),
            atMs: 0,
          }
          for (let at = 0; at < texts.length; at++)
            for (const reader of hostNetworkReaders) {
              const taken = reader.read(source, at, command === undefined ? {} : { command })
              if (taken === undefined) continue
              expect(taken.lines).toBeGreaterThan(0)
              expect(at + taken.lines).toBeLessThanOrEqual(texts.length)
            }
        },
      ),
      { numRuns: 400 },
    )
  })

  test.each(pieces.filter((piece) => piece !== ''))('twice the lines cost twice the looks: %s', (piece) => {
    const looks = (times: number): number => {
      let count = 0
      const one = { text: piece, number: 1 }
      const lines = new Proxy(
        Array.from({ length: times }, () => one),
        {
          get: (target, key, receiver) => {
            if (typeof key === 'string' && /^\d+$/.test(key)) count++
            return Reflect.get(target, key, receiver) as unknown
          },
        },
      )
      const source = { name: 'long', lines, atMs: 0 }
      for (let at = 0; at < times; ) {
        const taken = hostNetworkReaders
          .map((reader) => reader.read(source, at, {}))
          .find((one) => one !== undefined)
        at += taken?.lines ?? 1
      }
      return count
    }
    expect(looks(400) / looks(200)).toBeLessThan(2.3)
  })
})
