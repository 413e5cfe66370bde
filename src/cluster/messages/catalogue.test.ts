import { describe, expect, test } from 'vitest'
import { catalogue, entryOf, mayHoldMessage, recognise, recogniseAll } from '#cluster/messages/catalogue.ts'

const node = 'k8s-worker-03'
const uid = '0b1e5c1c-6a52-4f8f-9b6d-2f3b0c4d5e6f'

describe('recognise', () => {
  test.each<[string, string, Record<string, string>]>([
    // BIRD
    [
      'bird: Cannot create control socket /var/run/calico/bird.ctl: Permission denied',
      'bird/cannot-create-control-socket',
      { path: '/var/run/calico/bird.ctl', error: 'Permission denied' },
    ],
    [
      'bird: Cannot create control socket /var/run/calico/bird.ctl: No such file or directory',
      'bird/cannot-create-control-socket',
      { path: '/var/run/calico/bird.ctl', error: 'No such file or directory' },
    ],
    ['bird: Started', 'bird/started', {}],
    ['bird: Graceful restart done', 'bird/graceful-restart-done', {}],
    ['bird: Reconfigured', 'bird/reconfigured', {}],
    ['bird: Mesh_10_0_0_22: Reconfigured', 'bird/protocol-reconfigured', { protocol: 'Mesh_10_0_0_22' }],
    [
      'bird: Mesh_10_0_0_22: State changed to up',
      'bird/state-changed',
      { protocol: 'Mesh_10_0_0_22', state: 'up' },
    ],
    [
      'bird: Mesh_10_0_0_22: Error: Bad peer AS: 64513',
      'bird/session-error',
      { protocol: 'Mesh_10_0_0_22', error: 'Bad peer AS: 64513' },
    ],
    [
      'bird: Mesh_10_0_0_22: Received: Administrative shutdown',
      'bird/session-received',
      { protocol: 'Mesh_10_0_0_22', error: 'Administrative shutdown' },
    ],
    [
      'bird: BGP: Socket error: bind: Address already in use',
      'bird/listen-failed',
      { call: 'bind', error: 'Address already in use' },
    ],
    [
      'bird: Mesh_10_0_0_22: Socket error: bind: Address in use',
      'bird/peer-socket-error',
      { protocol: 'Mesh_10_0_0_22', call: 'bind', error: 'Address in use' },
    ],
    [
      'bird: BGP: Unexpected connect from unknown address 10.0.0.5 (port 45321)',
      'bird/unexpected-connect',
      { address: '10.0.0.5' },
    ],
    [
      'bird: Unable to open configuration file /etc/calico/confd/config/bird.cfg: No such file or directory',
      'bird/config-unreadable',
      { path: '/etc/calico/confd/config/bird.cfg', error: 'No such file or directory' },
    ],
    [
      'bird: /etc/calico/confd/config/bird.cfg:12:4 syntax error, unexpected CF_SYM_UNDEFINED',
      'bird/config-error',
      {
        path: '/etc/calico/confd/config/bird.cfg',
        line: '12',
        column: '4',
        error: 'syntax error, unexpected CF_SYM_UNDEFINED',
      },
    ],
    ['bird: Netlink: Network is unreachable', 'bird/netlink-error', { error: 'Network is unreachable' }],
    [
      'bird: KRT: Received route 169.254.1.1/32 with strange next-hop 10.16.0.45',
      'bird/strange-next-hop',
      { route: '169.254.1.1/32', nextHop: '10.16.0.45' },
    ],
    ['bird: I/O loop cycle took 5123 ms for 4 events', 'bird/io-loop-slow', { ms: '5123', events: '4' }],
    ['bird: I found another BIRD running.', 'bird/another-running', {}],
    [
      'Unable to connect to server control socket (/var/run/calico/bird.ctl): Permission denied',
      'birdcl/unable-to-connect',
      { path: '/var/run/calico/bird.ctl', error: 'Permission denied' },
    ],
    // probes, of both spellings
    [
      'calico/node is not ready: bird/confd is not live: Service bird is not running. Output << down: /etc/service/enabled/bird: 1s, normally up, want up >>',
      'health/bird-not-running',
      { service: 'bird', output: 'down: /etc/service/enabled/bird: 1s, normally up, want up' },
    ],
    [
      'calico/node is not ready: bird/confd is not live: service confd is not running. Output << down: /etc/service/enabled/confd: 0s >>',
      'health/bird-not-running',
      { service: 'confd', output: 'down: /etc/service/enabled/confd: 0s' },
    ],
    [
      'calico/node is not ready: bird/confd is not live: exit status 1',
      'health/service-not-live',
      { service: 'bird/confd', error: 'exit status 1' },
    ],
    [
      'calico/node is not ready: BIRD is not ready: BGP not established with 10.0.0.2,10.0.0.3',
      'health/bgp-not-established',
      { peers: '10.0.0.2,10.0.0.3' },
    ],
    [
      'calico/node is not ready: BIRD is not ready: BGP not established with 10.0.0.1.port.1790',
      'health/bgp-not-established',
      { peers: '10.0.0.1.port.1790' },
    ],
    [
      'calico/node is not ready: BIRD is not ready: Failed to stat() nodename file: stat /var/lib/calico/nodename: no such file or directory',
      'health/nodename-missing',
      { path: '/var/lib/calico/nodename', error: 'no such file or directory' },
    ],
    [
      'calico/node is not ready: BIRD is not ready: error querying BIRD: unable to connect to BIRDv4 socket: dial unix /var/run/bird/bird.ctl: connect: no such file or directory',
      'health/bird-socket-unreachable',
      { service: 'BIRDv4', path: '/var/run/bird/bird.ctl', error: 'no such file or directory' },
    ],
    [
      'calico/node is not ready: felix is not ready: readiness probe reporting 503',
      'health/felix-not-ready',
      { error: 'readiness probe reporting 503' },
    ],
    ['liveness probe reporting 503', 'health/probe-status', { probe: 'liveness', status: '503' }],
    [
      'calico/node is not ready: bad response from bird: Unable to connect to server control socket (/var/run/calico/bird.ctl): Permission denied',
      'health/birdcl-bad-response',
      {
        service: 'bird',
        output: 'Unable to connect to server control socket (/var/run/calico/bird.ctl): Permission denied',
      },
    ],
    [
      'Readiness probe failed: panic: runtime error: invalid memory address or nil pointer dereference\n[signal SIGSEGV: segmentation violation]',
      'health/panic',
      { error: 'invalid memory address or nil pointer dereference' },
    ],
    ['panic: assignment to entry in nil map', 'go/panic', { error: 'assignment to entry in nil map' }],
    ['fatal error: concurrent map writes', 'go/fatal-error', { error: 'concurrent map writes' }],
    // kubelet
    [
      'Container calico-node failed liveness probe, will be restarted',
      'kubelet/liveness-failed-restart',
      { container: 'calico-node' },
    ],
    [
      `Back-off restarting failed container calico-node in pod calico-node-x7k2p_kube-system(${uid})`,
      'kubelet/back-off-restarting',
      { container: 'calico-node', pod: 'calico-node-x7k2p', namespace: 'kube-system' },
    ],
    [
      `back-off 2m40s restarting failed container=calico-node pod=calico-node-x7k2p_kube-system(${uid})`,
      'kubelet/back-off-restarting',
      { delay: '2m40s', container: 'calico-node', pod: 'calico-node-x7k2p', namespace: 'kube-system' },
    ],
    ['Back-off restarting failed container', 'kubelet/back-off-restarting', {}],
    ['Kubelet stopped posting node status.', 'kubelet/stopped-posting-status', {}],
    [`Node ${node} status is now: NodeNotReady`, 'kubelet/node-status', { node, status: 'NodeNotReady' }],
    [`Node ${node} has been rebooted, boot id: ${uid}`, 'kubelet/rebooted', { node, bootId: uid }],
    [
      'container runtime is down, PLEG is not healthy: pleg was last seen active 3m5s ago; threshold is 3m0s',
      'kubelet/runtime-down',
      {},
    ],
    ['Calico is shutting down on this node', 'node/calico-is-down', {}],
    // start-up, CNI, others
    [
      "Calico node 'node-03' is already using the IPv4 address 172.18.0.1.",
      'startup/address-in-use',
      { other: 'node-03', family: 'IPv4', address: '172.18.0.1' },
    ],
    [
      'Using autodetected IPv4 address on interface br-0123456789ab: 172.18.0.1/16',
      'startup/address-autodetected',
      { family: 'IPv4', interface: 'br-0123456789ab', address: '172.18.0.1/16' },
    ],
    [
      'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "d9f4": plugin type="calico" failed (add): stat /var/lib/calico/nodename: no such file or directory: check that the calico/node container is running and has mounted /var/lib/calico/',
      'cni/nodename-missing',
      { path: '/var/lib/calico/nodename', error: 'no such file or directory' },
    ],
    [
      'error getting ClusterInformation: connection is unauthorized: clusterinformations.crd.projectcalico.org "default" is forbidden: User "system:serviceaccount:kube-system:calico-cni-plugin" cannot get resource "clusterinformations" in API group "crd.projectcalico.org" at the cluster scope',
      'cni/forbidden',
      {
        error:
          'clusterinformations.crd.projectcalico.org "default" is forbidden: User "system:serviceaccount:kube-system:calico-cni-plugin" cannot get resource "clusterinformations" in API group "crd.projectcalico.org" at the cluster scope',
      },
    ],
    [
      "Can't read password for BGPPeer peer-1 error=no data available for secret bgp-secrets",
      'confd/password-unreadable',
      { peer: 'peer-1', error: 'no data available for secret bgp-secrets' },
    ],
    [
      "Failed to resolve user 'calico': No such process",
      'tmpfiles/user-unknown',
      { user: 'calico', error: 'No such process' },
    ],
    [
      'Failed to initialize BIRD: could not load existing routes — permission denied on /var/run/calico.',
      'hearsay/bird-denied',
      { error: 'could not load existing routes — permission denied', path: '/var/run/calico' },
    ],
  ])('%s', (text, id, params) => {
    const found = recognise(text)
    expect({ id: found?.id, params: found?.params }).toEqual({ id, params })
  })

  test.each([
    ['an application started', 'Started container web'],
    ['another program’s start', 'nginx: Started'],
    ['a healthy probe', 'calico/node is ready'],
    ['a word in a sentence', 'the session with the peer was established'],
    ['BIRD’s word without its prefix', 'Reconfigured'],
    ['a pod that is being deleted', 'web-6d4cf56db6-abcde  1/1  Terminating  0  5m'],
    ['kubelet that posts', 'kubelet is posting its status to somebody'],
    ['an unrelated permission', 'open /data/db: permission denied'],
  ])('near miss: %s', (_, text) => {
    expect(recognise(text)).toBeUndefined()
  })

  test('of texts that quote each other the innermost comes first, and all are told', () => {
    const text =
      'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "d9f4": plugin type="calico" failed (add): error getting ClusterInformation: Get "https://10.96.0.1:443/apis/crd.projectcalico.org/v1/clusterinformations/default": dial tcp 10.96.0.1:443: i/o timeout'
    const inside = [
      'cni/api-unreachable',
      'dial/timeout',
      'runtime/cni-plugin-failed',
      'containerd/sandbox-network-failed',
      'kubelet/sandbox-create-failed',
    ]
    const found = recogniseAll(text)
    expect(found.map(({ id }) => id).filter((id) => inside.includes(id))).toEqual(inside)
    expect(found.find(({ id }) => id === 'dial/timeout')?.params).toEqual({
      address: '10.96.0.1',
      port: '443',
      error: 'i/o timeout',
    })
  })

  test('a message is found in any line of a text', () => {
    expect(recognise('something else\nbird: Started\nand more')?.id).toBe('bird/started')
  })

  test('a very long line is looked at around its literal', () => {
    const text = `${'x'.repeat(200_000)} bird: Cannot create control socket /run/b.ctl: Permission denied`
    expect(recognise(text)?.id).toBe('bird/cannot-create-control-socket')
  })
})

describe('entries', () => {
  test('have names of their own, with a program before the slash', () => {
    const ids = catalogue.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const id of ids) expect(id).toMatch(/^[a-z-]+\/[a-z0-9-]+$/)
  })

  test('say where their words come from and what they mean', () => {
    for (const { id, source, means } of catalogue) {
      expect(source, id).toMatch(/[\w./-]+:[\w./-]+|incident review/)
      expect(means.length, id).toBeGreaterThanOrEqual(10)
    }
  })

  test('can be looked up', () => {
    expect(entryOf('bird/started')?.means).toBe('BIRD is up')
    expect(entryOf('bird/no-such-thing')).toBeUndefined()
  })

  test('have literals in lower case, so that the index finds them', () => {
    for (const { id, literal } of catalogue) {
      expect(literal, id).toBe(literal.toLowerCase())
      expect(mayHoldMessage(`… ${literal.toUpperCase()} …`), id).toBe(true)
    }
  })

  // A repeat inside a repeat, or two open repeats that can match the same text, cost more than linear time.
  test('have no pattern that can take exponential time', () => {
    for (const { id, pattern } of catalogue) {
      const source = pattern.source.replace(/\\./g, '_').replace(/\[[^\]]*\]/g, 'c')
      expect(source, id).not.toMatch(/\([^()]*[*+][^()]*\)[*+]/)
    }
  })
})
