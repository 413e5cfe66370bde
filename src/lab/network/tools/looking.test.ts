import { beforeAll, describe, expect, test } from 'vitest'
import { Lab } from '#lab/lab.ts'

/** One lab for all: each test looks, and puts back what it changed. */
let lab: Lab
beforeAll(async () => {
  lab = await Lab.boot({ seed: 'looking', nodes: 3, encapsulation: 'vxlan' })
  await lab.advance(20_000)
})

const node = 'k8s-worker-01'
const shown = async (script: string): Promise<string> => {
  const { stdout, stderr } = await lab.run(node, ['bash', '-c', script])
  return stdout + stderr
}

describe('netstat', () => {
  test('names the process behind a port, to root only', async () => {
    expect(await shown('netstat -tlnp')).toMatch(
      /^tcp {8}0 {6}0 0\.0\.0\.0:179 +0\.0\.0\.0:\* +LISTEN +\d+\/bird +$/m,
    )
    expect(await shown('setpriv --reuid=10001 netstat -tlnp')).not.toContain('/bird')
  })

  test('a route of the kind blackhole has no device', async () => {
    expect(await shown('netstat -rn')).toMatch(/^10\.244\.\d+\.\d+ +0\.0\.0\.0 +255\.255\.255\.192 U .* \*$/m)
    expect(await shown('route -n')).toMatch(/^0\.0\.0\.0 {9}10\.0\.0\.1 {8}0\.0\.0\.0 {9}UG {4}0 .*eth0$/m)
  })

  test('an option that it does not know is refused', async () => {
    expect(await shown('netstat -Z; echo $?')).toBe("4\nnetstat: invalid option -- 'Z'\n")
  })
})

describe('openssl', () => {
  const own = '/var/lib/kubelet/pki/kubelet-client-current.pem'

  test('tells whose a certificate is, and from when until when it counts', async () => {
    expect(await shown(`openssl x509 -noout -subject -issuer -dates -in ${own}`)).toBe(
      `subject=O = system:nodes, CN = system:node:${node}
issuer=CN = kubernetes
notBefore=Jan  7 05:55:00 2026 GMT
notAfter=Jan  7 05:55:00 2027 GMT
`,
    )
    expect(await shown(`openssl x509 -checkend 86400 -noout -in ${own}; echo $?`)).toBe(
      'Certificate will not expire\n0\n',
    )
    expect(await shown(`openssl x509 -checkend 99999999 -noout < ${own}; echo $?`)).toBe(
      'Certificate will expire\n1\n',
    )
    expect(await shown(`openssl x509 -text -noout -in ${own} | grep -A2 Validity`)).toBe(
      '        Validity\n            Not Before: Jan  7 05:55:00 2026 GMT\n            Not After : Jan  7 05:55:00 2027 GMT\n',
    )
  })

  test('shows the names of a server’s, and the certificate itself unless told not to', async () => {
    const { stdout } = await lab.run('k8s-control-01', [
      ...['openssl', 'x509', '-in', '/etc/kubernetes/pki/apiserver.crt', '-ext', 'subjectAltName'],
    ])
    expect(stdout).toMatch(
      /^X509v3 Subject Alternative Name: \n {4}DNS:k8s-control-01, .*IP Address:10\.96\.0\.1, .*\n-----BEGIN CERTIFICATE-----\n/,
    )
    expect(await shown(`openssl x509 -noout -ext subjectAltName -in ${own}`)).toBe(
      'No extensions in certificate\n',
    )
  })

  test.each([
    [
      'x509 -in /none',
      'Could not open file or uri for loading certificate from /none: No such file or directory',
    ],
    ['x509 -in /etc/hostname', 'Could not read certificate from /etc/hostname'],
    ['x509 -nonsense', 'x509: Unknown option: nonsense'],
    ['x590', `Invalid command 'x590'; type "help" for a list.`],
    ['s_client -connect 10.0.0.11:6443', 'openssl: the lab does not imitate s_client'],
  ])('%s', async (words, says) => {
    const answer = await shown(`openssl ${words}; echo $?`)
    expect(answer).toContain(says)
    expect(answer).toMatch(/^1\n/)
  })
})

describe('nft', () => {
  test('shows a state of a connection by its name, and a rule that does nothing without a verdict', async () => {
    const rules = await shown('nft list table ip filter')
    expect(rules).toMatch(/ct state invalid counter packets 0 bytes 0 drop\n/)
    expect(rules).not.toContain('ct status dnat')
    expect(rules).toMatch(/\/\* Profile ksa\.\S+ ingress \*\/ counter packets 0 bytes 0\n/)
  })
})

describe('os-update', () => {
  test('asked how it is used, or for what it does not know, does nothing', async () => {
    expect(await shown('os-update --help; os-update now; echo $?; cat /var/log/dpkg.log')).not.toContain(
      'Setting up',
    )
    expect(await shown('os-update now; echo $?')).toBe(
      'Usage: os-update\n100\nE: Command line option "now" is not understood\n',
    )
  })
})

describe('getent', () => {
  test('asks /etc/hosts, then DNS, as programs do', async () => {
    const address = (await shown('dig +short registry.k8s.io')).trim()
    expect(await shown('getent hosts registry.k8s.io')).toBe(`${address.padEnd(15)} registry.k8s.io\n`)
    expect(await shown('getent ahosts registry.k8s.io')).toBe(
      `${address.padEnd(15)} STREAM registry.k8s.io\n${address.padEnd(15)} DGRAM  \n${address.padEnd(15)} RAW    \n`,
    )
    await shown('echo "10.9.9.9 registry.k8s.io mine" >>/etc/hosts')
    expect(await shown('getent hosts registry.k8s.io')).toBe('10.9.9.9        registry.k8s.io mine\n')
    await shown("sed -i '/mine/d' /etc/hosts")
  })

  test('answers with code 2 for whom nobody knows', async () => {
    expect(await shown('getent hosts nosuch.example; echo $?')).toBe('2\n')
    expect(await shown('getent passwd root nobody-here; echo $?')).toMatch(/^root:x:0:0:.*\n2\n$/)
  })
})

describe('bridge', () => {
  test('tells for each other node which machine its frames go to, and can be told otherwise', async () => {
    const [line = ''] = (await shown('bridge fdb show dev vxlan.calico')).split('\n')
    expect(line).toMatch(/^66(:[0-9a-f]{2}){5} dst 10\.0\.0\.\d+ self permanent$/)
    const mac = line.split(' ')[0]
    await shown(`bridge fdb replace ${mac} dev vxlan.calico dst 10.0.0.99`)
    expect(await shown('bridge fdb')).toContain(`${mac} dev vxlan.calico dst 10.0.0.99 self permanent\n`)
    await shown(`bridge fdb replace ${line.replace(' self permanent', '')} dev vxlan.calico`)
  })

  test('what is not there is named', async () => {
    expect(await shown('bridge fdb show dev nosuch')).toBe('Cannot find device "nosuch"\n')
    expect(await shown('bridge fdb del 66:00:00:00:00:99 dev vxlan.calico')).toBe(
      'RTNETLINK answers: No such file or directory\n',
    )
  })
})

describe('ethtool', () => {
  test('switches the checksum offload of the VXLAN device, and of no other', async () => {
    expect(await shown('ethtool -k vxlan.calico')).toContain('\ttx-checksum-ip-generic: off\n')
    expect(await shown('ethtool -K vxlan.calico tx-checksum-ip-generic on')).toMatch(/^Actual changes:\n/)
    expect(await shown('ethtool -k vxlan.calico')).toContain('\ttx-checksum-ip-generic: on\n')
    await shown('ethtool -K vxlan.calico tx off')
    expect(await shown('ethtool -K eth0 tx off')).toBe('Could not change any device features\n')
    expect(await shown('setpriv --reuid=10001 ethtool -K vxlan.calico tx on')).toContain('not permitted')
  })

  test('names drivers', async () => {
    expect(await shown('ethtool -i eth0 | head -1')).toBe('driver: virtio_net\n')
    expect(await shown('ethtool -i lo')).toBe('Cannot get driver information: Operation not supported\n')
    expect(await shown('ethtool -i nosuch')).toBe('Cannot get driver information: No such device\n')
  })
})

describe('arping', () => {
  test('hears the card of a neighbour, and nothing from an address that nobody has', async () => {
    expect(await shown('arping -c 1 -I eth0 10.0.0.22')).toMatch(
      /^ARPING 10\.0\.0\.22 from 10\.0\.0\.21 eth0\nUnicast reply from 10\.0\.0\.22 \[([0-9A-F]{2}:?){6}\] {2}0\.500ms\n/,
    )
    expect(await shown('arping -c 2 10.0.0.77; echo $?')).toContain('Received 0 response(s)\n1\n')
  })

  test('hears two machines that have one address', async () => {
    await lab.run('k8s-worker-02', ['ip', 'addr', 'add', '10.0.0.11/32', 'dev', 'eth0'])
    expect(await shown('arping -c 1 10.0.0.11')).toContain('Received 2 response(s)')
    await lab.run('k8s-worker-02', ['ip', 'addr', 'del', '10.0.0.11/32', 'dev', 'eth0'])
    expect(await shown('arping -c 1 10.0.0.11')).toContain('Received 1 response(s)')
  })
})

describe('conntrack', () => {
  test('has both directions of a conversation with a service, the second as this host rewrites it', async () => {
    expect(await shown('conntrack -L -p tcp --dport 443')).toMatch(
      /^tcp {6}6 431999 ESTABLISHED src=10\.0\.0\.21 dst=10\.96\.0\.1 sport=\d+ dport=443 src=10\.0\.0\.11 dst=10\.0\.0\.21 sport=6443 dport=\d+ \[ASSURED\] mark=0 use=1$/m,
    )
    expect(await shown('conntrack -L -d 10.96.0.99')).toBe(
      'conntrack v1.4.6 (conntrack-tools): 0 flow entries have been shown.\n',
    )
  })

  test('counts what it lists; only root may ask', async () => {
    const listed = (await shown('conntrack -L 2>/dev/null')).trim().split('\n').length
    expect(Number(await shown('conntrack -C'))).toBe(listed)
    expect(await shown('setpriv --reuid=10001 conntrack -L')).toContain('you must be root')
  })

  test('a deleted entry lets the rules decide anew', async () => {
    expect(await shown('conntrack -D -d 10.96.0.1')).toMatch(/[1-9]\d* flow entries have been deleted\.\n$/)
    expect(await shown('conntrack -D -d 10.96.0.99; echo $?')).toMatch(/^1\n.* 0 flow entries /)
    await lab.advance(120_000)
    expect(await shown('conntrack -L -d 10.96.0.1')).toContain('dst=10.96.0.1')
  })
})
