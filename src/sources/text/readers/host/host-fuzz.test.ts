import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { place, type Scope, type Source } from '#sources/text/reader.ts'
import { hostFirstReaders, hostReaders } from '#sources/text/readers/host/index.ts'

const readers = [...hostFirstReaders, ...hostReaders]

/** One line of every format, and starts of formats that go on over several. */
const pieces: readonly string[] = [
  'tcp   LISTEN 0  4096  *:9099  *:*  users:(("calico-node",pid=70,fd=9))',
  'tcp        0      0 10.0.0.7:179   0.0.0.0:*   LISTEN   1/gobgpd',
  'Module                  Size  Used by',
  'ip_set  53248  2 xt_set,ip_set_hash_net',
  'modprobe: FATAL: Module xt_set not found in directory /lib/modules/5',
  '                xt_set                                       FAIL',
  '# CONFIG_IP_SET is not set',
  'Linux h 5.4.0-99-aws #47 SMP x86_64 GNU/Linux',
  'net.ipv4.ip_forward = 0 in the web pod',
  '● a.service - b',
  '     Active: active (running) since',
  'NRestarts=3',
  'UUID=0 /opt ext4 defaults,noexec 0 2',
  '/dev/a on /opt type xfs (rw,noexec)',
  'Environment="HTTP_PROXY=http://a:b@c:1" "NO_PROXY=a, b"',
  '[plugins."x".y]',
  'SystemdCgroup = false',
  '{',
  '"lastCNILoadStatus": "cni config load failed: failed to load CNI config file x: cni plugin not initialized"',
  '"status": {"conditions": [{"type": "NetworkReady", "status": false',
  'kind: KubeletConfiguration',
  '--cgroup-driver=systemd',
  ' Cgroup Driver: cgroupfs',
  '[Match]',
  'Name=*',
  '127.0.0.1 localhost a b',
  'nameserver 10.0.0.1',
  'pod: nc: 10.1.2.3 (10.1.2.3:443): Operation timed out',
  'PING 10.1.2.3 (10.1.2.3) 1400(1428) bytes of data.',
  '3 packets transmitted, 0 received, 100% packet loss',
  'curl: (7) Failed to connect to 10.1.2.3 port 443 after 9 ms: x',
  ';; ->>HEADER<<- opcode: QUERY, status: NXDOMAIN, id: 1',
  '10:00:00.123456 IP (tos 0x0, proto IPIP (4), length 104)',
  '    10.0.0.1 > 10.0.0.2: IP 10.244.1.2 > 10.244.2.3: ICMP echo request',
  'Certificate:',
  '            Not After : Jan  2 03:04:05 2026 GMT',
  'notAfter=Jan  2 03:04:05 2026 GMT',
  'System clock synchronized: no',
  '10-calico.conflist  calico-kubeconfig',
  '/etc/fstab:',
  'curl to 10.1.2.3:443 from a pod hangs, ping 10.1.2.4 works',
]

const commands = [
  undefined,
  'cat /etc/hosts',
  'cat /proc/sys/net/ipv4/ip_forward',
  'ping -s 1400 10.1.2.3',
  'curl -v https://10.1.2.3:6443',
  'systemctl is-active a b',
  'systemctl show a',
  'ls /etc/cni/net.d',
  'docker info',
  'crictl info',
  'dig @10.1.2.3 x',
  'openssl s_client -connect 10.1.2.3:443',
  'cat /etc/containerd/config.toml',
]

function scopeOf(command: string | undefined): Scope {
  const path = command === undefined ? undefined : /\s(?<path>\/\S+)$/.exec(command)?.groups?.path
  return { ...(command !== undefined && { command }), ...(path !== undefined && { path }) }
}

/** Reads as the scanner does, and checks what every reader promises. */
function readAll(text: string, scope: Scope): void {
  const source: Source = {
    name: 'fuzz',
    lines: text.split('\n').map((line, at) => ({ text: line, number: at + 1 })),
    atMs: 0,
  }
  for (const reader of readers)
    for (let at = 0; at < source.lines.length; ) {
      const taken = reader.read(source, at, scope)
      expect(taken === undefined || (taken.lines >= 1 && at + taken.lines <= source.lines.length)).toBe(true)
      at += taken?.lines ?? 1
    }
  expect(place(source, 0, scope).source).toBe('fuzz, line 1')
}

const scopes = fc.constantFrom(...commands).map(scopeOf)

describe('whatever stands there, no reader of a host’s programs throws', () => {
  test('characters that the formats are made of', () => {
    const letters = fc.constantFrom(
      ...'  \n:-=[]{}()"\'#/0179.,aNx>%@*',
      'proxy',
      'HTTP_PROXY=',
      'IP ',
      ' > ',
      'pod: ',
      '10.1.2.3',
    )
    fc.assert(
      fc.property(fc.array(letters, { maxLength: 120 }), scopes, (parts, scope) =>
        readAll(parts.join(''), scope),
      ),
      { numRuns: 300 },
    )
  })

  test('lines of the formats, mixed and cut', () => {
    const cut = fc.tuple(fc.constantFrom(...pieces), fc.nat(60), fc.nat(60)).map(([piece, from, length]) => {
      const start = from > 40 ? 0 : from
      return piece.slice(start, start + (length > 40 ? piece.length : length))
    })
    fc.assert(
      fc.property(fc.array(cut, { maxLength: 12 }), scopes, (lines, scope) =>
        readAll(lines.join('\n'), scope),
      ),
      { numRuns: 300 },
    )
  })
})

describe('twice the text costs twice the work', () => {
  afterEach(() => {
    vi.restoreAllMocks()
  })

  /** How often a pattern was tried: lines are short, so each try is cheap. */
  function triesOf(read: () => void): number {
    let tries = 0
    const exec = RegExp.prototype.exec
    vi.spyOn(RegExp.prototype, 'exec').mockImplementation(function (this: RegExp, text: string) {
      tries++
      return exec.call(this, text)
    })
    read()
    vi.restoreAllMocks()
    return tries
  }

  test.each(pieces)('lines: %j', (piece) => {
    const repeated = (times: number): string => Array.from({ length: times }, () => piece).join('\n')
    const once = triesOf(() => readAll(repeated(100), {}))
    const twice = triesOf(() => readAll(repeated(200), {}))
    expect(twice / once).toBeLessThan(2.2)
  })

  test.each([
    'a',
    ' ',
    '-',
    '=',
    '"',
    '\\"',
    '[',
    '{',
    '10.',
    ':',
    'a ',
    ' > ',
    'a=',
    '--a ',
    '_PROXY=',
    '{"a":',
    ' #',
  ])('the longest line, of %j', (piece) => {
    const started = performance.now()
    for (const command of commands) readAll(piece.repeat(Math.floor(4096 / piece.length)), scopeOf(command))
    expect(performance.now() - started).toBeLessThan(2000)
  })
})
