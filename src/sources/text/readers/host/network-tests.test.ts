import { describe, expect, test } from 'vitest'
import { parseTime } from '#base/clock.ts'
import { rows } from '#sources/text/readers/testing.ts'

const prompt = (command: string, ...lines: readonly string[]): string =>
  [`root@k8s-worker-03:~# ${command}`, ...lines].join('\n')
const exec = (command: string, ...lines: readonly string[]): string =>
  [`$ kubectl exec web-6d4cf56db6-abcde -- ${command}`, ...lines].join('\n')

describe('reachability', () => {
  test.each<[string, string, readonly object[]]>([
    [
      'nc of OpenBSD, with a label that says from where',
      'pod:   Connection to 10.1.2.3 443 port [tcp/https] succeeded!',
      [{ in: 'pod', to: '10.1.2.3', port: 443, protocol: 'tcp', outcome: 'ok' }],
    ],
    [
      'nc of OpenBSD, failed',
      'from the host: nc: connect to 10.1.2.3 port 179 (tcp) failed: No route to host',
      [{ in: 'host', to: '10.1.2.3', port: 179, outcome: 'no-route' }],
    ],
    [
      'a node’s name as the label',
      'k8s-worker-07: nc: connect to 10.1.2.3 port 4789 (udp) failed: Connection refused',
      [{ node: 'k8s-worker-07', in: 'host', protocol: 'udp', outcome: 'refused' }],
    ],
    [
      'nc of busybox, which is a pod’s',
      'nc: 10.1.2.3 (10.1.2.3:5473): Operation timed out',
      [{ in: 'pod', to: '10.1.2.3', port: 5473, outcome: 'timed-out' }],
    ],
    [
      'traditional nc',
      '(UNKNOWN) [10.1.2.3] 179 (bgp) : Connection timed out',
      [{ to: '10.1.2.3', port: 179, outcome: 'timed-out' }],
    ],
    [
      'ncat names no target',
      prompt('ncat -v 10.1.2.3 179', 'Ncat: Connection refused.'),
      [{ to: '10.1.2.3', port: 179, outcome: 'refused' }],
    ],
    [
      'telnet',
      prompt(
        'telnet 10.1.2.3 6443',
        'Trying 10.1.2.3...',
        'telnet: Unable to connect to remote host: Network is unreachable',
      ),
      [{ in: 'host', to: '10.1.2.3', port: 6443, outcome: 'unreachable' }],
    ],
    [
      'curl',
      'curl: (7) Failed to connect to 10.1.2.3 port 443: Connection refused',
      [{ to: '10.1.2.3', port: 443, protocol: 'tcp', outcome: 'refused' }],
    ],
    [
      'newer curl says only how long it took',
      "curl: (7) Failed to connect to 10.1.2.3 port 443 after 131072 ms: Couldn't connect to server",
      [{ to: '10.1.2.3', outcome: 'timed-out' }],
    ],
    [
      'curl -v through TLS: connected, then not trusted',
      prompt(
        'curl -v https://10.1.2.3:6443/healthz',
        '*   Trying 10.1.2.3:6443...',
        '* Connected to 10.1.2.3 (10.1.2.3) port 6443 (#0)',
        'curl: (60) SSL certificate problem: unable to get local issuer certificate',
      ),
      [
        { to: '10.1.2.3', port: 6443, protocol: 'http', outcome: 'tls-failed' },
        { to: '10.1.2.3', port: 6443, protocol: 'tcp', outcome: 'ok' },
      ],
    ],
    [
      'an answer is an answer, whatever it says',
      exec('wget -qO- http://10.1.2.3:8080/', 'wget: server returned error: HTTP/1.1 403 Forbidden'),
      [{ in: 'pod', to: '10.1.2.3', port: 8080, protocol: 'http', outcome: 'ok' }],
    ],
    [
      'GNU wget',
      'Connecting to 10.1.2.3:80... failed: No route to host.',
      [{ to: '10.1.2.3', port: 80, outcome: 'no-route' }],
    ],
    [
      'a name that nobody knows',
      'curl: (6) Could not resolve host: web.shop.svc',
      [{ to: 'web.shop.svc', protocol: 'dns', outcome: 'name-unknown' }],
    ],
    [
      'ping, whose size counts where it is not the usual one',
      exec(
        'ping -c 3 -s 1400 10.1.2.3',
        'PING 10.1.2.3 (10.1.2.3) 1400(1428) bytes of data.',
        '',
        '--- 10.1.2.3 ping statistics ---',
        '3 packets transmitted, 0 received, 100% packet loss, time 2040ms',
        'command terminated with exit code 1',
      ),
      [{ in: 'pod', to: '10.1.2.3', protocol: 'icmp', outcome: 'timed-out', bytes: 1400 }],
    ],
    [
      'busybox ping of the usual size',
      'PING 10.1.2.3 (10.1.2.3): 56 data bytes\n2 packets transmitted, 2 packets received, 0% packet loss',
      [{ in: 'pod', to: '10.1.2.3', protocol: 'icmp', outcome: 'ok' }],
    ],
    [
      'calico-node pings from its host; somebody on the way answers in the other’s place',
      '$ kubectl exec -n kube-system calico-node-x7k2p -- ping 10.1.2.3\nFrom 10.0.0.7 icmp_seq=1 Destination Host Unreachable\n2 packets transmitted, 0 received, +2 errors, 100% packet loss',
      [{ in: 'host', to: '10.1.2.3', outcome: 'no-route' }],
    ],
    [
      'no route at all',
      prompt('ping 10.1.2.3', 'ping: connect: Network is unreachable'),
      [{ to: '10.1.2.3', outcome: 'unreachable' }],
    ],
    [
      'nslookup of busybox',
      exec(
        'nslookup web.shop',
        'Server:    10.96.0.99',
        'Address 1: 10.96.0.99',
        '',
        "nslookup: can't resolve 'web.shop'",
      ),
      [{ in: 'pod', to: 'web.shop', protocol: 'dns', outcome: 'name-unknown' }],
    ],
    [
      'dig without an answer',
      prompt('dig @10.96.0.99 web.shop', ';; connection timed out; no servers could be reached'),
      [{ in: 'host', to: '10.96.0.99', protocol: 'dns', outcome: 'timed-out' }],
    ],
    [
      'told in words: two ends of one sentence',
      'curl to 10.1.2.3:443 from a pod hangs, ping 10.1.2.4 works.',
      [
        { in: 'host', to: '10.1.2.4', protocol: 'icmp', outcome: 'ok' },
        { in: 'pod', to: '10.1.2.3', port: 443, protocol: 'tcp', outcome: 'timed-out' },
      ],
    ],
    ['advice', 'Please check whether curl 10.1.2.3:443 works from the node.', []],
    ['words without an end', 'I ran ping 10.1.2.3 yesterday.', []],
  ])('%s', (_, text, expected) => {
    const found = rows(text, 'reachability')
    expect(found).toHaveLength(expected.length)
    expect(found).toEqual(expect.arrayContaining(expected.map((row) => expect.objectContaining(row))))
  })
})

describe('packets', () => {
  test.each<[string, string, readonly object[]]>([
    [
      'VXLAN whose checksum is wrong, by name',
      'w-c.26898 > w-a.4789: [bad udp cksum 0x1111 -> 0x2222!] VXLAN, flags [I] (0x08), vni 4096',
      [{ protocol: 'vxlan', source: 'w-c', destination: 'w-a', port: 4789, shows: 'bad-checksum' }],
    ],
    [
      'IP in IP on an interface',
      prompt(
        'tcpdump -ni eth0 proto 4',
        '10:00:00.123456 IP 10.0.0.7 > 10.0.0.8: IP 10.244.7.2 > 10.244.8.2: ICMP echo request, id 1, seq 1, length 64',
      ),
      [
        {
          node: 'k8s-worker-03',
          link: 'eth0',
          protocol: 'ipip',
          source: '10.0.0.7',
          destination: '10.0.0.8',
          shows: 'packet',
        },
      ],
    ],
    [
      'a capture that saw nothing, of the protocol that was asked for',
      prompt(
        "tcpdump -ni eth1 'ip proto 4'",
        'listening on eth1, link-type EN10MB (Ethernet)',
        '0 packets captured',
      ),
      [{ node: 'k8s-worker-03', link: 'eth1', protocol: 'ipip', shows: 'nothing' }],
    ],
    [
      'a capture of several protocols that saw nothing',
      prompt('tcpdump -ni eth1 proto 4 or port 179', '0 packets captured'),
      [],
    ],
    [
      'verbose: the protocol stands a line above',
      '10:00:00.123456 IP (tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto IPIP (4), length 104)\n    10.0.0.7 > 10.0.0.8: ip-proto-4 84',
      [{ protocol: 'ipip', source: '10.0.0.7', destination: '10.0.0.8' }],
    ],
    [
      'any interface',
      '10:00:00.123456 ens3  Out IP 10.0.0.7.41234 > 10.0.0.8.179: Flags [S], seq 1, win 64240, length 0',
      [{ link: 'ens3', protocol: 'bgp', port: 179, shows: 'packet' }],
    ],
    [
      'too big for the way',
      'IP 10.0.0.1 > 10.0.0.7: ICMP 10.0.0.8 unreachable - need to frag (mtu 1400), length 556',
      [{ protocol: 'icmp', source: '10.0.0.1', destination: '10.0.0.7', shows: 'too-big' }],
    ],
    [
      'turned away',
      '10:00:00.123456 IP 10.0.0.8 > 10.0.0.7: ICMP host 10.0.0.8 unreachable - admin prohibited filter, length 68',
      [{ protocol: 'icmp', shows: 'prohibited' }],
    ],
    [
      'with a date, though logs start with one',
      '2026-01-07 06:30:12.100000 IP 10.0.0.7.41234 > 10.0.0.8.5473: Flags [S], seq 1, length 0',
      [{ protocol: 'tcp', port: 5473 }],
    ],
    [
      'ARP',
      '10:00:00.123456 ARP, Request who-has 10.0.0.8 tell 10.0.0.7, length 28',
      [{ protocol: 'arp', source: '10.0.0.7', destination: '10.0.0.8' }],
    ],
    [
      'what ping hears of a router',
      exec('ping -s 1472 10.1.2.3', 'From 10.0.0.1 icmp_seq=1 Frag needed and DF set (mtu = 1400)'),
      [{ protocol: 'icmp', source: '10.0.0.1', destination: '10.1.2.3', shows: 'too-big' }],
    ],
    ['an arrow between words', 'calico-node > typha: it hangs', []],
  ])('%s', (_, text, expected) => {
    expect(rows(text, 'captures')).toMatchObject(expected)
    expect(rows(text, 'captures')).toHaveLength(expected.length)
  })
})

describe('neighbours of a VXLAN device', () => {
  test.each<[string, string, readonly object[]]>([
    [
      'of one device',
      prompt('bridge fdb show dev vxlan.calico', '66:01:02:03:04:05 dst 10.0.0.31 self permanent'),
      [{ of: 'other', in: 'fdb', name: '66:01:02:03:04:05', value: '10.0.0.31', node: 'k8s-worker-03' }],
    ],
    [
      'of all devices: those without a far end are left out',
      '33:33:00:00:00:01 dev ens3 self permanent\n66:01:02:03:04:05 dev vxlan.calico dst 10.0.0.31 self permanent',
      [{ name: '66:01:02:03:04:05', value: '10.0.0.31' }],
    ],
    [
      'another network’s device',
      prompt('bridge fdb show dev flannel.1', '66:01:02:03:04:05 dst 10.0.0.31 self permanent'),
      [],
    ],
    ['another network’s entry', '66:01:02:03:04:05 dev flannel.1 dst 10.0.0.31 self permanent', []],
    ['another list with hardware addresses', '66:01:02:03:04:05 brd ff:ff:ff:ff:ff:ff', []],
  ])('%s', (_, text, expected) => {
    const found = rows(text, 'settings').filter((row) => 'in' in row && row.in === 'fdb')
    expect(found).toMatchObject(expected)
    expect(found).toHaveLength(expected.length)
  })
})

describe('certificates', () => {
  const ends = parseTime('2026-01-02T03:04:05Z')
  test.each<[string, string, readonly object[]]>([
    [
      'openssl x509 -dates',
      prompt(
        'openssl x509 -noout -subject -dates -in /etc/pki/x.crt',
        'subject=CN = x',
        'notBefore=Jan  2 03:04:05 2025 GMT',
        'notAfter=Jan  2 03:04:05 2026 GMT',
      ),
      [{ of: '/etc/pki/x.crt', subject: 'CN = x', notAfterMs: ends }],
    ],
    [
      'openssl x509 -text',
      'Certificate:\n    Data:\n        Version: 3 (0x2)\n        Validity\n            Not Before: Jan  2 03:04:05 2025 GMT\n            Not After : Jan  2 03:04:05 2026 GMT\n        Subject: O = t, CN = typha-server\n            X509v3 Subject Alternative Name: \n                DNS:typha, IP Address:10.96.0.99',
      [{ of: 'O = t, CN = typha-server', notAfterMs: ends, names: ['typha', '10.96.0.99'] }],
    ],
    [
      'kubeadm certs check-expiration',
      'CERTIFICATE                EXPIRES                  RESIDUAL TIME   CERTIFICATE AUTHORITY   EXTERNALLY MANAGED\napiserver                  Jan 02, 2026 03:04 UTC   <invalid>       ca                      no',
      [{ of: 'apiserver', notAfterMs: parseTime('2026-01-02T03:04:00Z') }],
    ],
  ])('%s', (_, text, expected) => {
    expect(rows(text, 'certificates')).toMatchObject(expected)
    expect(rows(text, 'certificates')).toHaveLength(expected.length)
  })

  test('a server whose certificate is not trusted', () => {
    const text = prompt(
      'openssl s_client -connect 10.1.2.3:5473',
      'CONNECTED(00000003)',
      'verify error:num=10:certificate has expired',
    )
    expect(rows(text, 'reachability')).toMatchObject([{ to: '10.1.2.3', port: 5473, outcome: 'tls-failed' }])
  })
})

test('a heading names the host of the commands below it', () => {
  const text = '### k8s-worker-05\n$ sysctl net.ipv4.ip_forward\nnet.ipv4.ip_forward = 1'
  expect(rows(text, 'settings')).toMatchObject([{ node: 'k8s-worker-05' }])
})

test('what somebody writes behind a line is read as what they say', () => {
  const text = 'tcp   0   0 10.0.0.7:179   0.0.0.0:*   LISTEN   4711/gobgpd   # since the node was rebooted'
  expect(rows(text, 'listeners')).toMatchObject([{ program: 'gobgpd' }])
  expect(rows(text, 'remarks')).toMatchObject([{ says: 'node-was-rebooted' }])
})
