import { describe, expect, test } from 'vitest'
import type { FilterRuleRow } from '#cluster/relations.ts'
import { factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/host-firewall-manager-interferes/index.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const cross = 'Pods on different nodes cannot reach each other.'
const ufw =
  'Status: active\nLogging: on (low)\nDefault: deny (incoming), allow (outgoing), deny (routed)\nNew profiles: skip'
const firewalldTable = `table inet firewalld {
	chain filter_FORWARD {
		type filter hook forward priority filter + 10; policy accept;
		ct state established,related accept
		jump filter_FORWARD_POLICIES
		reject with icmpx admin-prohibited
	}
}`
const forward = (...lines: readonly string[]) =>
  `Chain FORWARD (policy ACCEPT 0 packets, 0 bytes)\nnum   pkts bytes target     prot opt in     out     source               destination\n${lines.join('\n')}`
const cali = '1    900  90K cali-FORWARD  all  --  *      *       0.0.0.0/0            0.0.0.0/0'
const reject = (position: number, packets = 77) =>
  `${position}    ${packets}  90K REJECT     all  --  *      *       0.0.0.0/0            0.0.0.0/0            reject-with icmp-host-prohibited`
const lastWord = (position: number) =>
  `${position}    90  90K ACCEPT     all  --  *      *       0.0.0.0/0            0.0.0.0/0            /* Policy explicitly accepted packet. */ mark match 0x10000/0x10000`
const controllers =
  '2025-03-04 05:06:07.890 [ERROR][1] main.go 250: Failed to reach apiserver error=Get "https://10.96.0.1:443/api": dial tcp 10.96.0.1:443: connect: no route to host'

describe('found', () => {
  test.each<[string, string, Verdict]>([
    [
      'firewalld runs, as somebody says, and programs are told “no route to host”',
      'Two of the workers have firewalld enabled.\n\nFailed to list *v1.Pod: Get "https://10.3.0.1:443/api/v1/pods": dial tcp 10.3.0.1:443: connect: no route to host',
      'likely',
    ],
    [
      'kube-controllers waits for the API while ufw runs',
      '2025-03-04 05:06:07.890 [INFO][1] main.go 107: Ensuring Calico datastore is initialized\n2025-03-04 05:06:17.891 [ERROR][1] client.go 295: Error getting cluster information config ClusterInformation="default" error=Get "https://10.3.0.1:443/apis/crd.projectcalico.org/v1/clusterinformations/default": context deadline exceeded\n\nThe firewall ufw is active on all of our hosts.',
      'likely',
    ],
    ['a REJECT before Calico’s last word', forward(cali, reject(2), lastWord(3)), 'confirmed'],
    ['firewalld’s own table', firewalldTable, 'confirmed'],
    [
      'the iptables service’s last rule',
      '-A FORWARD -j REJECT --reject-with icmp-host-prohibited',
      'confirmed',
    ],
    ['ufw denies what is routed, and pods fail', `${cross}\n${ufw}`, 'confirmed'],
    ['ufw denies what is routed', ufw, 'likely'],
    [
      'ufw wrote a packet of a pod down',
      'Mar 04 05:06:07 w1 kernel: [UFW BLOCK] IN=cali0ef24b1aa10 OUT=ens3 MAC=ee:ee SRC=10.60.1.7 DST=10.0.0.5 LEN=60 PROTO=TCP SPT=40000 DPT=443',
      'confirmed',
    ],
    [
      'firewalld wrote a forwarded packet down',
      'Mar 04 05:06:07 w1 kernel: FINAL_REJECT: IN=ens3 OUT=ens4 MAC=ee:ee SRC=10.60.1.7 DST=10.0.0.5 LEN=60 PROTO=TCP',
      'confirmed',
    ],
    [
      'a pod is refused at once',
      '$ kubectl exec web-6d4cf56db6-abcde -- nc -vz -w 3 10.60.2.9 80\nnc: connect to 10.60.2.9 port 80 (tcp) failed: No route to host',
      'likely',
    ],
    [
      'kube-controllers is refused at once',
      `$ kubectl logs -n kube-system calico-kube-controllers-5b9665f665-abcde\n${controllers}`,
      'likely',
    ],
    ['stopping it cured', 'systemctl stop firewalld   # pods work now', 'likely'],
    [
      'stopping it cured, and now it does not run',
      'systemctl stop firewalld   # pods work now\n# firewall-cmd --state\nnot running',
      'likely',
    ],
    [
      'a rule of nft in its table cured',
      'nft insert rule inet firewalld filter_FORWARD iifname "cali*" accept   # works',
      'likely',
    ],
    [
      'told in a sentence',
      'After we disabled firewalld on the nodes, pods reach the API server again.',
      'likely',
    ],
    [
      'it runs, and pods fail',
      `${cross}\n● firewalld.service - firewalld - dynamic firewall daemon\n     Active: active (running) since Tue 2025-03-04 05:00:00 UTC; 3 days ago`,
      'possible',
    ],
  ])('%s', (_, text, expected) => expect(foundIn(text, mode)).toBe(expected))
})

describe('near misses', () => {
  test.each<[string, string]>([
    [
      'firewalld runs, nobody complains of pods',
      '● firewalld.service - firewalld - dynamic firewall daemon\n     Active: active (running) since Tue 2025-03-04 05:00:00 UTC; 3 days ago',
    ],
    ['a REJECT behind Calico’s last word', forward(cali, lastWord(2), reject(3))],
    [
      'kube-proxy rejects Services without endpoints',
      '[9:540] -A KUBE-SERVICES -d 10.96.0.99/32 -p tcp -m comment --comment "shop/web has no endpoints" -m tcp --dport 80 -j REJECT --reject-with icmp-port-unreachable',
    ],
    ['firewalld drops invalid packets only', '-A FORWARD -m conntrack --ctstate INVALID -j DROP'],
    [
      'ufw allows what is routed',
      `${cross.replace('cannot', 'can')}\n${ufw.replace('deny (routed)', 'allow (routed)')}`,
    ],
    ['ufw does not run', 'Status: inactive'],
    [
      'calico-node itself is refused: another machine’s port',
      `$ kubectl logs -n kube-system calico-node-x7k2p -c calico-node\n${controllers}`,
    ],
    [
      'the policy drops, nobody’s rules are there',
      'Chain FORWARD (policy DROP 2187 packets, 131K bytes)\n pkts bytes target     prot opt in     out     source               destination',
    ],
    ['a remote firewall was changed', 'The firewall between the sites was changed last week.'],
  ])('%s', (_, text) => expect(foundIn(text, mode)).toBe('not found'))

  test.each<[string, string]>([
    ['it does not run', 'FirewallD is not running'],
    ['stopping it changed nothing', 'We stopped firewalld, no change.'],
    [
      'only BGP was down: a port',
      'calico/node is not ready: BIRD is not ready: BGP not established with 10.0.0.22\nsystemctl stop firewalld   # fixed it',
    ],
  ])('%s', (_, text) =>
    expect(foundIn(text.includes('BGP') ? text : `${cross}\n${text}`, mode)).not.toMatch(/likely|confirmed/),
  )
})

describe('from facts', () => {
  const rule = (more: Partial<FilterRuleRow>): FilterRuleRow => ({
    node: 'w1',
    backend: 'nft',
    family: 4,
    table: 'filter',
    chain: 'FORWARD',
    position: 4,
    target: 'REJECT',
    packets: 12,
    ...more,
  })
  test.each<[string, Table, string | undefined]>([
    ['it counts packets', { filterRules: [rule({})] }, 'confirmed'],
    ['it has refused nothing yet', { filterRules: [rule({ packets: 0 })] }, undefined],
    ['only of one interface', { filterRules: [rule({ inInterface: 'eth1' })] }, undefined],
    [
      'ufw’s rules stand in a FORWARD that drops',
      {
        filterRules: [rule({ target: 'ufw-before-forward', position: 2 })],
        filterChains: [
          {
            node: 'w1',
            backend: 'nft',
            family: 4,
            table: 'filter',
            chain: 'FORWARD',
            policy: 'DROP',
            packets: 9,
          },
        ],
        remarks: [{ says: 'same-node-works-cross-node-fails' }],
      },
      'likely',
    ],
    [
      'an answer “prohibited” while firewalld runs',
      {
        units: [{ node: 'w1', unit: 'firewalld', active: 'active' }],
        captures: [
          { node: 'w1', protocol: 'icmp', source: '10.0.0.5', destination: '10.60.1.7', shows: 'prohibited' },
        ],
        remarks: [{ says: 'same-node-works-cross-node-fails' }],
      },
      'confirmed',
    ],
  ])('%s', (_, table, expected) => {
    const facts = { ...factsOf(table), isComplaint: true }
    expect(diagnose(facts, [mode]).causes[0]?.confidence).toBe(expected)
  })
})
