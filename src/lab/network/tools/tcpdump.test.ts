import { beforeAll, describe, expect, test } from 'vitest'
import { Lab } from '#lab/lab.ts'
import { stackOf } from '#lab/network/stack-net.ts'

let lab: Lab
beforeAll(async () => {
  lab = await Lab.boot({ seed: 'tcpdump', nodes: 3, encapsulation: 'vxlan' })
  await lab.advance(20_000)
})

const on = async (node: string, script: string): Promise<string> => {
  const { stdout, stderr } = await lab.run(node, ['bash', '-c', script])
  return stdout + stderr
}
const shown = (script: string): Promise<string> => on('k8s-worker-01', script)

/** What a capture on a device prints while a command runs. */
const captured = async (filter: string, command: string): Promise<readonly string[]> =>
  (
    await shown(
      `tcpdump -nnt ${filter} >/tmp/out 2>/dev/null & sleep 0.1; ${command} >/dev/null 2>&1; sleep 4; kill $!; wait; cat /tmp/out`,
    )
  )
    .trim()
    .split('\n')

describe('what passes is printed', () => {
  test('an echo request and its answer', async () => {
    expect(await captured('-i eth0 icmp', 'ping -c 1 10.0.0.22')).toEqual([
      expect.stringMatching(/^IP 10\.0\.0\.21 > 10\.0\.0\.22: ICMP echo request, id \d+, seq 1, length 64$/),
      expect.stringMatching(/^IP 10\.0\.0\.22 > 10\.0\.0\.21: ICMP echo reply, id \d+, seq 1, length 64$/),
    ])
  })

  test('a connection from its handshake to its end', async () => {
    const flags = (
      await captured('-i eth0 host 10.0.0.11 and port 6443', 'curl -sk https://10.0.0.11:6443/healthz')
    )
      .map((line) => / Flags \[(\S+)\]/.exec(line)?.[1])
      .join(' ')
    expect(flags).toMatch(/^S S\. \. P\. .*F\. .*F\./)
  })

  test('a port that nobody listens on answers with RST', async () => {
    expect(await captured('-i eth0 tcp port 9', 'nc -z 10.0.0.22 9')).toEqual([
      expect.stringMatching(/ > 10\.0\.0\.22\.9: Flags \[S\], seq 0, win 64240, options \[.*\], length 0$/),
      expect.stringMatching(/^IP 10\.0\.0\.22\.9 > .* Flags \[R\.\], seq 0, ack 1, win 0, length 0$/),
    ])
  })

  test('an address that nobody has is asked for three times', async () => {
    expect(await captured('-i eth0 arp', 'ping -c 1 -W 1 10.0.0.99')).toEqual(
      Array(3).fill('ARP, Request who-has 10.0.0.99 tell 10.0.0.21, length 28'),
    )
  })

  test('in the tunnel the bare packet, on the wire the one that carries it', async () => {
    const other = '$(ip route | grep vxlan | head -1 | cut -d/ -f1)'
    expect((await captured('-i vxlan.calico', `ping -c 1 ${other}`))[0]).toMatch(
      /^IP 10\.244\.\d+\.\d+ > 10\.244\.\d+\.\d+: ICMP echo request/,
    )
    const wire = await captured('-i eth0 udp port 4789', `ping -c 1 ${other}`)
    expect(wire[0]).toMatch(
      /^IP 10\.0\.0\.21\.\d+ > 10\.0\.0\.\d+\.4789: VXLAN, flags \[I\] \(0x08\), vni 4096$/,
    )
    expect(wire[1]).toMatch(/^IP 10\.244\.\S+ > 10\.244\.\S+: ICMP echo request/)
  })

  test('what a rule drops on its way in has been seen on the device, and is not answered', async () => {
    await on('k8s-worker-02', 'iptables -I INPUT -p icmp -j DROP')
    await on('k8s-worker-02', 'tcpdump -nnti eth0 icmp >/tmp/seen 2>/dev/null & sleep 0.1')
    const sent = await captured('-i eth0 icmp', 'ping -c 1 -W 1 10.0.0.22')
    await on('k8s-worker-02', 'iptables -D INPUT -p icmp -j DROP; pkill tcpdump')
    expect(sent).toEqual([expect.stringContaining('ICMP echo request')])
    expect(`${sent[0]}\n`).toBe(await on('k8s-worker-02', 'cat /tmp/seen'))
  })
})

describe('what does not', () => {
  test('a look at the way sends nothing, and other devices are other devices', async () => {
    expect(await captured('-i eth0 icmp', '{ ping -c 1 127.0.0.1; ip route get 10.0.0.22; }')).toEqual([''])
  })

  test('a capture changes nothing: afterwards no packet is looked at', async () => {
    const { captures } = fabricOf(lab)
    await captured('-i any -c 2', 'ping -c 3 10.0.0.22')
    expect(fabricOf(lab).captures).toBe(captures)
    expect(captures).toBe(0)
  })
})

describe('what it refuses', () => {
  test.each([
    ['tcpdump -i eth9', 'tcpdump: eth9: No such device exists\n(SIOCGIFHWADDR: No such device)\n'],
    ['tcpdump -i eth0 host', "tcpdump: can't parse filter expression: syntax error\n"],
    ['tcpdump -i eth0 port 80 and', "tcpdump: can't parse filter expression: syntax error\n"],
    ['tcpdump -i eth0 "tcp[13] & 2 != 0"', "tcpdump: can't parse filter expression: syntax error\n"],
    [
      'setpriv --reuid=10001 tcpdump -i eth0',
      "tcpdump: eth0: You don't have permission to perform this capture on that device\n(socket: Operation not permitted)\n",
    ],
  ])('%s', async (line, text) => {
    expect(await shown(line)).toBe(text)
  })

  test('and says what it did at the end', async () => {
    expect(
      await shown('ping 10.0.0.22 >/dev/null & tcpdump -i eth0 -c 2 icmp 2>&1 >/dev/null; kill $!'),
    ).toBe(
      'tcpdump: verbose output suppressed, use -v[v]... for full protocol decode\nlistening on eth0, link-type EN10MB (Ethernet), snapshot length 262144 bytes\n\n2 packets captured\n2 packets received by filter\n0 packets dropped by kernel\n',
    )
  })
})

describe('traceroute', () => {
  test('names the node before the pod', async () => {
    const text = await on(
      'k8s-control-01',
      'traceroute -n $(ip route get $(ip route | grep vxlan | head -1 | cut -d/ -f1) | cut -d" " -f1)',
    )
    expect(text).toMatch(
      /^traceroute to 10\.244\.\S+ \(10\.244\.\S+\), 30 hops max, 60 byte packets\n 1 {2}10\.244\.\S+ {2}0\.\d{3} ms/,
    )
  })

  test.each([
    ['traceroute -n 10.0.0.22', / 1 {2}10\.0\.0\.22 {2}0\.500 ms {2}0\.500 ms {2}0\.500 ms\n$/],
    ['traceroute -I -q 1 10.0.0.22', / 1 {2}10\.0\.0\.22 \(10\.0\.0\.22\) {2}0\.500 ms\n$/],
    ['traceroute -n 10.0.0.99', / 1 {2}10\.0\.0\.21 {2}3000\.000 ms !H/],
    ['traceroute -n -m 2 -w 1 192.0.2.1', / 1 .*\n 2 {2}\* \* \*\n$|\* \* \*/],
    ['traceroute -n -T -p 179 10.0.0.22', / 1 {2}10\.0\.0\.22 /],
    ['setpriv --reuid=10001 traceroute -I 10.0.0.22', /Operation not permitted/],
  ])('%s', async (line, text) => {
    expect(await shown(line)).toMatch(text)
  })
})

const fabricOf = (running: Lab): { readonly captures: number } =>
  stackOf(running.machine('k8s-worker-01').net).fabric
