import { describe, expect, test } from 'vitest'
import { seeded } from '#base/random.ts'
import { root } from '#lab/host/credentials.ts'
import { createMachine, type LabMachine } from '#lab/host/machine.ts'
import type { Capability, Credentials, Output, Program, Tree, TreeEntry } from '#lab/host/ports.ts'
import { Kernel } from '#lab/kernel/kernel.ts'
import { serveDns } from '#lab/network/dns.ts'
import { serveHttp } from '#lab/network/http.ts'
import { createNetwork, type Network } from '#lab/network/network.ts'
import type { NetStack } from '#lab/network/ports.ts'
import { lookingTools, networkTools, toolPrograms } from '#lab/network/tools.ts'

const server: Program = async (p) => {
  await serveHttp(p, { port: 8080 }, ({ path, method, from }) =>
    path === '/missing'
      ? { status: 404, body: 'no\n' }
      : { status: 200, body: `${method} ${path} from ${from}\n` },
  )
  await p.net.listen({ port: 8081 }, () => {}) // accepts and says nothing
  await p.net.listen({ port: 8082 }, (c) => c.close())
  await p.net.listen({ port: 8083 }, (c) => c.abort())
  await serveDns(p, { port: 53 }, (name) =>
    name === 'web.example'
      ? { rcode: 'NOERROR', addresses: ['10.0.0.22'] }
      : { rcode: 'NXDOMAIN', addresses: [] },
  )
  return p.task.wait<number>(() => undefined)
}

const tree: Tree = [
  { path: '/dev', kind: 'directory' },
  { path: '/dev/null', kind: 'file' },
  ...networkTools(),
  ...lookingTools(),
  ...['7.11', '7.19'].map(
    (version): TreeEntry => ({
      path: `/usr/bin/ipset-${version}`,
      kind: 'file',
      mode: 0o755,
      program: 'ipset',
      version,
    }),
  ),
  { path: '/usr/bin/server', kind: 'file', mode: 0o755, program: 'server' },
  { path: '/etc/resolv.conf', kind: 'file', text: 'search example\nnameserver 10.0.0.22\noptions ndots:5\n' },
  { path: '/etc/hosts', kind: 'file', text: '127.0.0.1 localhost\n10.0.0.22 b\n' },
]

interface Lab {
  readonly kernel: Kernel
  readonly network: Network
  readonly nets: Readonly<Record<'a' | 'b', NetStack>>
  sh(line: string, as?: Credentials, stdin?: string): Promise<Output>
}

async function lab({ kernelRelease = '5.15.0' }: { readonly kernelRelease?: string } = {}): Promise<Lab> {
  const kernel = new Kernel({ seed: 1, startMs: Date.parse('2026-01-07T06:30:00Z') })
  const network = createNetwork({ kernel, random: seeded(1) })
  const machine = (name: string, address: string): LabMachine => {
    const made = createMachine({
      kernel,
      name,
      programs: { ...toolPrograms, server },
      tree,
      kernelRelease,
      createStack: () => {
        const stack = network.stack(name)
        network.attach(stack, {
          machine: name,
          address,
          prefixLength: 24,
          mac: `0e:00:00:00:00:${address.slice(-2)}`,
        })
        return stack
      },
      createNetns: (netns) => network.netns(netns),
    })
    made.boot({ kernelMs: 0, userspaceMs: 0 })
    return made
  }
  const [a, b] = [machine('a', '10.0.0.21'), machine('b', '10.0.0.22')]
  await kernel.advanceTo(kernel.nowMs + 1000)
  await b.start(['server'], { as: root })
  await kernel.advanceTo(kernel.nowMs + 1000)
  return {
    kernel,
    network,
    nets: { a: a.net, b: b.net },
    sh: async (line, as = root, stdin = '') => {
      let [stdout, stderr] = ['', '']
      const child = await a.start(line.split(' '), {
        as,
        stdin,
        stdout: { write: (text) => (stdout += text) },
        stderr: { write: (text) => (stderr += text) },
      })
      let code: number | undefined
      child.onExit((status) => {
        code = status.code
      })
      await kernel.runUntil(() => code !== undefined, kernel.nowMs + 3_600_000)
      return { code: code ?? -1, stdout, stderr }
    },
  }
}

describe('curl', () => {
  test.each([
    ['curl http://10.0.0.22:8080/x', 0, 'GET /x from 10.0.0.21\n', ''],
    ['curl -s b:8080', 0, 'GET / from 10.0.0.21\n', ''],
    ['curl -s -o /dev/null -w %{http_code} http://web:8080/missing', 0, '404', ''],
    ['curl -sf http://b:8080/missing', 22, '', ''],
    ['curl -sI http://b:8080/', 0, 'HTTP/1.1 200 OK\r\nContent-Length: 22\r\n\r\n', ''],
    [
      'curl -s -o /nosuch/x b:8080',
      23,
      '',
      'Warning: Failed to open the file /nosuch/x: No such file or directory\n',
    ],
    ['curl -X POST -d hello b:8080/p', 0, 'POST /p from 10.0.0.21\n', ''],
    [
      'curl http://b:9',
      7,
      '',
      "curl: (7) Failed to connect to b port 9 after 0 ms: Couldn't connect to server\n",
    ],
    ['curl -m 5 http://10.244.1.5:8080', 28, '', 'curl: (28) Connection timed out after 5000 milliseconds\n'],
    [
      'curl --connect-timeout 5 http://10.244.1.5:8080',
      28,
      '',
      'curl: (28) Failed to connect to 10.244.1.5 port 8080 after 5000 ms: Timeout was reached\n',
    ],
    ['curl -s http://10.244.1.5:8080', 28, '', ''],
    [
      'curl -sS http://10.0.0.99',
      7,
      '',
      "curl: (7) Failed to connect to 10.0.0.99 port 80 after 3000 ms: Couldn't connect to server\n",
    ],
    [
      'curl -m 2 http://b:8081/',
      28,
      '',
      'curl: (28) Operation timed out after 2000 milliseconds with 0 bytes received\n',
    ],
    ['curl http://b:8082/', 52, '', 'curl: (52) Empty reply from server\n'],
    ['curl http://b:8083/', 56, '', 'curl: (56) Recv failure: Connection reset by peer\n'],
    ['curl http://nosuch', 6, '', 'curl: (6) Could not resolve host: nosuch\n'],
    ['curl -s -w %{http_code} http://b:9', 7, '000', ''],
    [
      'curl --nonsense x',
      2,
      '',
      "curl: option --nonsense: is unknown\ncurl: try 'curl --help' or 'curl --manual' for more information\n",
    ],
  ])('%s', async (line, code, stdout, stderr) => {
    expect(await (await lab()).sh(line)).toEqual({ code, stdout, stderr })
  })
})

describe('ping', () => {
  test('answers with times and a summary', async () => {
    const { stdout, code } = await (await lab()).sh('ping -c 2 b')
    expect(code).toBe(0)
    expect(stdout).toBe(`PING b (10.0.0.22) 56(84) bytes of data.
64 bytes from 10.0.0.22: icmp_seq=1 ttl=64 time=0.500 ms
64 bytes from 10.0.0.22: icmp_seq=2 ttl=64 time=0.500 ms

--- b ping statistics ---
2 packets transmitted, 2 received, 0% packet loss, time 1000ms
rtt min/avg/max/mdev = 0.500/0.500/0.500/0.000 ms
`)
  })

  test.each([
    ['ping -c 1 -W 1 10.244.1.5', 1, '1 packets transmitted, 0 received, 100% packet loss, time 0ms'],
    ['ping -c 3 10.0.0.99', 1, 'From 10.0.0.21 icmp_seq=3 Destination Host Unreachable'],
    ['ping -c 3 10.0.0.99', 1, '3 packets transmitted, 0 received, +3 errors, 100% packet loss, time 2000ms'],
    ['ping -c 1 -s 1473 -M do b', 1, 'ping: local error: message too long, mtu=1500'],
    ['ping -c 1 -s 1472 -M do b', 0, '1480 bytes from 10.0.0.22'],
  ])('%s', async (line, code, says) => {
    const result = await (await lab()).sh(line)
    expect(result.code).toBe(code)
    expect(result.stdout).toContain(says)
  })

  test('is refused without the capability to send raw packets', async () => {
    const { code, stderr } = await (await lab()).sh('ping -c 1 b', capable([]))
    expect(code).not.toBe(0)
    expect(stderr).toContain('Operation not permitted')
  })
})

/** A user whose processes hold these capabilities, and none beyond. */
const capable = (capabilities: readonly Capability[]): Credentials => ({
  uid: 10001,
  euid: 10001,
  gid: 0,
  groups: [],
  effective: new Set(capabilities),
  bounding: new Set(['NET_RAW', ...capabilities]),
  ambient: new Set(capabilities),
  noNewPrivileges: true,
})

describe('ip', () => {
  test('shows, adds, replaces and removes routes as iproute2 does', async () => {
    const { sh } = await lab()
    const steps: [string, number, string][] = [
      [
        'ip route',
        0,
        'default via 10.0.0.1 dev eth0 proto static \n10.0.0.0/24 dev eth0 proto kernel scope link src 10.0.0.21 \n',
      ],
      ['ip route add 10.244.2.0/26 via 10.0.0.22', 0, ''],
      ['ip r add blackhole 10.244.1.0/26 proto bird', 0, ''],
      ['ip route show 10.244.2.0/26', 0, '10.244.2.0/26 via 10.0.0.22 dev eth0 \n'],
      ['ip route show proto bird', 0, 'blackhole 10.244.1.0/26 \n'],
      ['ip route get 10.244.2.5', 0, '10.244.2.5 via 10.0.0.22 dev eth0 src 10.0.0.21 uid 0 \n    cache \n'],
      ['ip route get 10.244.1.5', 2, 'RTNETLINK answers: Invalid argument\n'],
      ['ip route add 10.244.2.0/26 via 10.0.0.22', 2, 'RTNETLINK answers: File exists\n'],
      ['ip route add 10.3.0.0/16 via 10.77.0.1', 2, 'Error: Nexthop has invalid gateway.\n'],
      ['ip route add 10.3.0.0/16 dev nosuch', 1, 'Cannot find device "nosuch"\n'],
      ['ip route del 10.244.2.0/26', 0, ''],
      ['ip route del 10.244.2.0/26', 2, 'RTNETLINK answers: No such process\n'],
      ['ip foo', 1, 'Object "foo" is unknown, try "ip help".\n'],
      [
        'ip -br -4 addr',
        0,
        'lo               UNKNOWN        127.0.0.1/8 \neth0             UP             10.0.0.21/24 \n',
      ],
      ['ip neigh', 0, '10.0.0.1 dev eth0 lladdr 0e:5f:00:00:00:01 REACHABLE\n'],
    ]
    for (const [line, code, text] of steps) {
      const { stdout, stderr, ...status } = await sh(line)
      expect({ line, ...status, text: stdout + stderr }).toEqual({ line, code, text })
    }
  })

  test('shows links and addresses, and what a dead port does to them', async () => {
    const { sh, network } = await lab()
    const text = `2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc fq_codel state UP group default qlen 1000
    link/ether 0e:00:00:00:00:21 brd ff:ff:ff:ff:ff:ff
    inet 10.0.0.21/24 brd 10.0.0.255 scope global eth0
       valid_lft forever preferred_lft forever
`
    expect((await sh('ip addr show eth0')).stdout).toBe(text)
    network.underlay.port('a').up = false
    expect((await sh('ip -br link show eth0')).stdout).toBe(
      'eth0             DOWN           0e:00:00:00:00:21 <NO-CARRIER,BROADCAST,MULTICAST,UP> \n',
    )
    expect((await sh('ip route show default')).stdout).toBe(
      'default via 10.0.0.1 dev eth0 proto static linkdown \n',
    )
  })

  test('needs NET_ADMIN to change, not to look', async () => {
    const { sh } = await lab()
    expect((await sh('ip route', capable([]))).code).toBe(0)
    expect(await sh('ip route del default', capable([]))).toMatchObject({
      code: 2,
      stderr: 'RTNETLINK answers: Operation not permitted\n',
    })
    expect((await sh('ip route del default', capable(['NET_ADMIN']))).code).toBe(0)
    expect((await sh('ip route get 8.8.8.8')).stderr).toBe('RTNETLINK answers: Network is unreachable\n')
  })
})

describe('other tools', () => {
  test.each([
    ['nc -zv b 8080', 0, 'Connection to b 8080 port [tcp/*] succeeded!\n'],
    [
      'nc -zv -w 2 10.244.1.5 80',
      1,
      'nc: connect to 10.244.1.5 port 80 (tcp) timed out: Operation now in progress\n',
    ],
    ['nc -zv 10.0.0.22 9', 1, 'nc: connect to 10.0.0.22 port 9 (tcp) failed: Connection refused\n'],
    ['wget -qO- http://b:8080/w', 0, 'GET /w from 10.0.0.21\n'],
    ['wget -q -T 2 -t 1 -O- http://10.244.1.5', 4, ''],
    ['dig +short web.example', 0, '10.0.0.22\n'],
    [
      'nslookup web',
      0,
      'Server:\t\t10.0.0.22\nAddress:\t10.0.0.22#53\n\nName:\tweb.example\nAddress: 10.0.0.22\n\n',
    ],
    [
      'nslookup nosuch.example',
      1,
      "Server:\t\t10.0.0.22\nAddress:\t10.0.0.22#53\n\n** server can't find nosuch.example: NXDOMAIN\n\n",
    ],
  ])('%s', async (line, code, text) => {
    const { stdout, stderr, ...status } = await (await lab()).sh(line)
    expect({ ...status, text: stdout + stderr }).toEqual({ code, text })
  })

  test('iptables-save renders rules as the real one does', async () => {
    const { sh, nets } = await lab()
    await nets.a.filter.restore({
      INPUT: [{ match: {}, target: { kind: 'jump', chain: 'cali-INPUT' }, comment: 'cali:Cz_u1IQiXIMmKD4c' }],
      'cali-INPUT': [
        {
          match: { in: 'cali+' },
          target: { kind: 'goto', chain: 'cali-wl-to-host' },
          comment: 'cali:x\nConfigured action',
        },
        { match: { state: 'established' }, target: { kind: 'accept' } },
        { match: { protocol: 'tcp', port: 179, source: '!10.0.0.0/24' }, target: { kind: 'drop' } },
      ],
    })
    const { stdout } = await sh('iptables-save -t filter')
    const stamp = 'Wed Jan  7 06:30:02 2026'
    expect(stdout).toBe(`# Generated by iptables-save v1.8.7 on ${stamp}
*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:cali-INPUT - [0:0]
:cali-wl-to-host - [0:0]
-A INPUT -m comment --comment "cali:Cz_u1IQiXIMmKD4c" -j cali-INPUT
-A cali-INPUT -i cali+ -m comment --comment "cali:x" -m comment --comment "Configured action" -g cali-wl-to-host
-A cali-INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A cali-INPUT ! -s 10.0.0.0/24 -p tcp -m tcp --dport 179 -j DROP
COMMIT
# Completed on ${stamp}
`)
    expect((await sh('iptables-save', capable([]))).code).toBe(4)
  })

  test('iptables tells how many packets met a rule', async () => {
    const { sh } = await lab()
    await sh('iptables -A OUTPUT -d 10.0.0.22 -p icmp -j ACCEPT')
    await sh('ping -c 3 10.0.0.22')
    expect(
      (await sh('iptables -L OUTPUT -nv')).stdout,
    ).toContain(`Chain OUTPUT (policy ACCEPT 0 packets, 0 bytes)
 pkts bytes target     prot opt in     out     source               destination         
    3   252 ACCEPT     icmp --  *      *       0.0.0.0/0            10.0.0.22           
`)
    expect((await sh('iptables-save -c -t filter')).stdout).toContain(
      '\n[3:252] -A OUTPUT -d 10.0.0.22/32 -p icmp -j ACCEPT\n',
    )
    expect((await sh('iptables -L OUTPUT -nvx -Z')).stdout).toContain(`
    pkts      bytes target     prot opt in     out     source               destination         
       3      252 ACCEPT`)
    expect((await sh('iptables -L OUTPUT -nv')).stdout).toContain('\n    0     0 ACCEPT')
    await sh('iptables -D OUTPUT 1')
  })

  test('iptables adds, lists and removes a rule that works', async () => {
    const { sh } = await lab()
    const rule = 'OUTPUT -p tcp -d 10.0.0.22 --dport 8080 -j DROP'
    expect((await sh(`iptables -I ${rule}`)).code).toBe(0)
    expect((await sh('curl -sS -m 1 http://b:8080/')).stderr).toBe(
      'curl: (28) Connection timed out after 1000 milliseconds\n',
    )
    expect((await sh('iptables -S OUTPUT')).stdout).toBe(
      '-P OUTPUT ACCEPT\n-A OUTPUT -d 10.0.0.22/32 -p tcp -m tcp --dport 8080 -j DROP\n',
    )
    expect((await sh('iptables -L OUTPUT -n')).stdout).toBe(`Chain OUTPUT (policy ACCEPT)
target     prot opt source               destination         
DROP       tcp  --  0.0.0.0/0            10.0.0.22            tcp dpt:8080
`)
    expect((await sh(`iptables -D ${rule}`)).code).toBe(0)
    expect(await sh(`iptables -D ${rule}`)).toMatchObject({
      code: 1,
      stderr: 'iptables: Bad rule (does a matching rule exist in that chain?).\n',
    })
    expect((await sh('curl -s http://b:8080/')).code).toBe(0)
    expect((await sh('iptables -L nosuch')).code).toBe(1)
    expect((await sh('iptables -A OUTPUT -d 10.0.0.999 -j DROP')).code).toBe(2)
  })

  test('iptables-restore of what iptables-save wrote changes nothing; a bad line changes nothing either', async () => {
    const { sh } = await lab()
    await sh('iptables -A INPUT -p tcp --dport 22 -j ACCEPT')
    await sh('iptables -P FORWARD DROP')
    const { stdout } = await sh('iptables-save')
    expect(await sh('iptables-restore', root, stdout)).toMatchObject({ code: 0, stderr: '' })
    expect((await sh('iptables-save')).stdout).toBe(stdout)
    const bad = '*filter\n:INPUT ACCEPT [0:0]\n-A INPUT --nonsense\nCOMMIT\n'
    expect(await sh('iptables-restore', root, bad)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Error occurred at: line 3\n'),
    })
    expect((await sh('iptables-save')).stdout).toBe(stdout)
  })

  test.each([
    [
      'a member twice',
      ['ipset add x 10.0.0.1', 'ipset add x 10.0.0.1'],
      "Element cannot be added to the set: it's already added",
    ],
    [
      'a set that a rule uses',
      ['iptables -A INPUT -m set --match-set x src -j DROP', 'ipset destroy x'],
      'Set cannot be destroyed: it is in use by a kernel component',
    ],
    ['a set that is not there', ['ipset list y'], 'The set with the given name does not exist'],
    [
      'the same set again',
      ['ipset create x hash:ip'],
      'Set cannot be created: set with the same name already exists',
    ],
  ])('ipset refuses %s', async (_, lines, says) => {
    const { sh } = await lab()
    await sh('ipset create x hash:net')
    let stderr = ''
    for (const line of lines) stderr = (await sh(line)).stderr
    expect(stderr).toBe(`ipset v7.15: ${says}\n`)
  })

  describe('a set that a newer ipset made', () => {
    const says =
      'ipset v7.11: Kernel and userspace incompatible: settype hash:ip with revision 6 not supported by userspace.\n'

    test.each([
      ['6.8.0', 'list x', { code: 1, stdout: '', stderr: says }],
      ['6.8.0', 'save x', { code: 1, stdout: '', stderr: says }],
      ['6.8.0', 'add x 10.0.0.1', { code: 1, stderr: says }],
      ['6.8.0', 'list -n', { code: 0, stdout: 'x\n' }],
      ['6.8.0', 'destroy x', { code: 0, stderr: '' }],
      ['5.15.0', 'list x', { code: 0, stdout: expect.stringContaining('Type: hash:ip\nRevision: 5\n') }],
    ])('on kernel %s, asked by an older one: %s', async (kernelRelease, line, answer) => {
      const { sh } = await lab({ kernelRelease })
      await sh('ipset-7.19 create x hash:ip')
      expect(await sh(`ipset-7.11 ${line}`)).toMatchObject(answer)
    })

    test('gives its name to one that is as old as who reads it', async () => {
      const { sh } = await lab({ kernelRelease: '6.8.0' })
      await sh('ipset-7.19 create x hash:ip')
      await sh('iptables -A INPUT -m set --match-set x src -j DROP')
      await sh('ipset-7.11 create y hash:ip')
      await sh('ipset-7.11 add y 10.0.0.9')
      expect(await sh('ipset-7.11 swap x y')).toMatchObject({ code: 0, stderr: '' })
      expect((await sh('ipset-7.11 list x')).stdout).toContain(
        'References: 1\nNumber of entries: 1\nMembers:\n10.0.0.9\n',
      )
      expect((await sh('ipset-7.11 list y')).stderr).toBe(says)
      await sh('ipset-7.11 create z hash:net')
      expect((await sh('ipset-7.11 swap x z')).stderr).toBe(
        'ipset v7.11: The sets cannot be swapped: their type does not match\n',
      )
    })
  })

  test('ss lists who listens and who talks', async () => {
    const { sh, nets } = await lab()
    await nets.a.listen({ port: 10250 }, () => {})
    await nets.a.listen({ address: '127.0.0.1', port: 9099 }, () => {})
    expect(
      (await sh('ss -tln')).stdout,
    ).toBe(`State  Recv-Q Send-Q Local Address:Port  Peer Address:PortProcess
LISTEN 0      4096         0.0.0.0:10250      0.0.0.0:*   
LISTEN 0      4096       127.0.0.1:9099       0.0.0.0:*   
`)
  })
})
