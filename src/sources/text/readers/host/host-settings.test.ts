import { describe, expect, test } from 'vitest'
import { rows } from '#sources/text/readers/testing.ts'

const prompt = (command: string, ...lines: readonly string[]): string =>
  [`root@k8s-worker-03:~# ${command}`, ...lines].join('\n')

const node = 'k8s-worker-03'

describe('settings of a host', () => {
  test.each<[string, string, readonly object[]]>([
    [
      'sysctl',
      prompt('sysctl net.ipv4.conf.all.rp_filter', 'net.ipv4.conf.all.rp_filter = 1'),
      [{ of: 'sysctl', name: 'net.ipv4.conf.all.rp_filter', value: '1', node }],
    ],
    [
      'a file of sysctl.d says which',
      prompt('cat /etc/sysctl.d/90-x.conf', '# ours', 'net.ipv4.ip_forward=1'),
      [{ of: 'sysctl', in: '/etc/sysctl.d/90-x.conf', name: 'net.ipv4.ip_forward', value: '1', node }],
    ],
    [
      'grep before the line says which, too',
      '/etc/sysctl.d/90-x.conf:net.ipv4.conf.default.rp_filter = 2',
      [{ of: 'sysctl', in: '/etc/sysctl.d/90-x.conf', name: 'net.ipv4.conf.default.rp_filter', value: '2' }],
    ],
    [
      'sysctl --system',
      '* Applying /usr/lib/sysctl.d/50-x.conf ...\nnet.ipv4.conf.all.rp_filter = 2',
      [{ in: '/usr/lib/sysctl.d/50-x.conf', value: '2' }],
    ],
    [
      'cat of /proc/sys: one line is the value, the next is somebody’s',
      prompt('cat /proc/sys/net/ipv4/conf/eth1/forwarding', '0', '1'),
      [{ of: 'sysctl', name: 'net.ipv4.conf.eth1.forwarding', value: '0', node }],
    ],
    [
      'grep through /proc/sys',
      '/proc/sys/net/ipv4/conf/eth0/rp_filter:2',
      [{ of: 'sysctl', name: 'net.ipv4.conf.eth0.rp_filter', value: '2' }],
    ],
    [
      'a value, and in which pod it is so',
      'net.ipv4.ip_forward = 0 in the batch-runner pod',
      [{ of: 'sysctl', in: 'pod/batch-runner', name: 'net.ipv4.ip_forward', value: '0' }],
    ],
    [
      'inside a pod',
      '$ kubectl exec web-6d4cf56db6-abcde -- sysctl net.ipv4.ip_forward\nnet.ipv4.ip_forward = 0',
      [{ of: 'sysctl', in: 'pod/web-6d4cf56db6-abcde', value: '0' }],
    ],
    [
      'calico-node sees its host’s parameters',
      '$ kubectl exec -n kube-system calico-node-x7k2p -- sysctl net.ipv4.ip_forward\nnet.ipv4.ip_forward = 0',
      [{ of: 'sysctl', name: 'net.ipv4.ip_forward', value: '0' }],
    ],
    ['several numbers', 'net.ipv4.tcp_rmem = 4096 131072 6291456', [{ value: '4096 131072 6291456' }]],
  ])('sysctl: %s', (_, text, expected) => {
    expect(rows(text, 'settings')).toMatchObject(expected)
    expect(rows(text, 'settings')).toHaveLength(expected.length)
    if (!/pod|exec web|sysctl\.d/.test(text)) expect(rows(text, 'settings')[0]).not.toHaveProperty('in')
  })

  test.each<[string, string, readonly object[]]>([
    [
      'a drop-in, with the password left out and a list with blanks',
      prompt(
        'cat /etc/systemd/system/docker.service.d/proxy.conf',
        '[Service]',
        'Environment="HTTPS_PROXY=http://me:secret@proxy.corp:8080" "NO_PROXY=127.0.0.1, .corp"',
      ),
      [
        {
          in: '/etc/systemd/system/docker.service.d/proxy.conf',
          name: 'HTTPS_PROXY',
          value: 'http://proxy.corp:8080',
        },
        {
          in: '/etc/systemd/system/docker.service.d/proxy.conf',
          name: 'NO_PROXY',
          value: '127.0.0.1, .corp',
        },
      ],
    ],
    [
      'one line of a shell, in small letters',
      'export https_proxy=http://proxy.corp:8080',
      [{ name: 'https_proxy', value: 'http://proxy.corp:8080' }],
    ],
    [
      'a name above the lines is their file',
      '/etc/default/k3s:\nCONTAINERD_HTTPS_PROXY=http://proxy.corp:1\nCONTAINERD_NO_PROXY=',
      [
        { in: '/etc/default/k3s', name: 'CONTAINERD_HTTPS_PROXY', value: 'http://proxy.corp:1' },
        { in: '/etc/default/k3s', name: 'CONTAINERD_NO_PROXY', value: '' },
      ],
    ],
    [
      'what systemd tells of a unit',
      prompt(
        'systemctl show containerd -p Environment',
        'Environment=HTTP_PROXY=http://proxy.corp:1 NO_PROXY=.svc',
      ),
      [
        { in: 'containerd', name: 'HTTP_PROXY', node },
        { in: 'containerd', name: 'NO_PROXY', value: '.svc', node },
      ],
    ],
    [
      'grep',
      '/etc/environment:HTTP_PROXY="http://proxy.corp:1"',
      [{ in: '/etc/environment', value: 'http://proxy.corp:1' }],
    ],
    ['words about a proxy', 'We have no HTTP_PROXY set on that machine, as far as I know.', []],
  ])('proxy: %s', (_, text, expected) => {
    const found = rows(text, 'settings')
    expect(found).toMatchObject(expected.map((row) => ({ of: 'proxy', ...row })))
    expect(found).toHaveLength(expected.length)
  })

  test.each<[string, string, readonly object[]]>([
    [
      'a section above its key',
      '[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]\n  SystemdCgroup = false',
      [
        {
          of: 'runtime',
          in: 'plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options',
          name: 'SystemdCgroup',
          value: 'false',
        },
      ],
    ],
    ['a key alone', 'SystemdCgroup = true', [{ of: 'runtime', name: 'SystemdCgroup', value: 'true' }]],
    ['anybody’s key', 'verbose = true', []],
    [
      'CRI-O',
      '[crio.runtime]\ncgroup_manager = "cgroupfs"',
      [{ of: 'runtime', in: 'crio.runtime', name: 'cgroup_manager', value: 'cgroupfs' }],
    ],
    [
      'daemon.json, with the list on lines of its own',
      '{\n  "exec-opts": [\n    "native.cgroupdriver=systemd"\n  ],\n  "iptables": false\n}',
      [
        { of: 'runtime', name: 'iptables', value: 'false' },
        { of: 'runtime', name: 'native.cgroupdriver', value: 'systemd' },
      ],
    ],
    [
      'a cut line of crictl info',
      '"lastCNILoadStatus": "cni config load failed: failed to load CNI config file x",',
      [
        {
          of: 'runtime',
          name: 'lastCNILoadStatus',
          value: 'cni config load failed: failed to load CNI config file x',
        },
      ],
    ],
    [
      'docker info, asked for or not',
      ' Server Version: 20.10.99\n Storage Driver: overlay2\n Cgroup Driver: cgroupfs\n Plugins: x',
      [
        { of: 'runtime', in: 'docker info', name: 'Cgroup Driver', value: 'cgroupfs' },
        { of: 'runtime', in: 'docker info', name: 'Storage Driver', value: 'overlay2' },
      ],
    ],
    [
      'KubeletConfiguration, by path',
      'apiVersion: kubelet.config.k8s.io/v1beta1\ncgroupDriver: systemd\nlogging:\n  options:\n    json:\n      x: "1"\nkind: KubeletConfiguration\nmaxPods: 99',
      [
        { of: 'kubelet', name: 'cgroupDriver', value: 'systemd' },
        { of: 'kubelet', name: 'logging.options.json.x', value: '1' },
        { of: 'kubelet', name: 'maxPods', value: '99' },
      ],
    ],
    ['one key of it', 'cgroupDriver: cgroupfs', [{ of: 'kubelet', name: 'cgroupDriver', value: 'cgroupfs' }]],
    [
      'flags',
      'KUBELET_KUBEADM_ARGS="--cgroup-driver=systemd --node-ip 10.0.0.7"',
      [
        { of: 'kubelet', name: 'cgroup-driver', value: 'systemd' },
        { of: 'kubelet', name: 'node-ip', value: '10.0.0.7' },
      ],
    ],
    ['another program’s flags', '--advertise-address=10.0.0.1', []],
  ])('runtime and kubelet: %s', (_, text, expected) => {
    const byName = (a: object, b: object): number => JSON.stringify(a).localeCompare(JSON.stringify(b))
    expect(rows(text, 'settings').toSorted(byName)).toEqual([...expected].sort(byName))
  })

  test('crictl info, whole: conditions, the section a key stands in, and the error inside as a message', () => {
    const text = prompt(
      'crictl info',
      '{',
      '  "status": {',
      '    "conditions": [',
      '      {',
      '        "type": "NetworkReady",',
      '        "status": false,',
      '        "reason": "NetworkPluginNotReady",',
      '        "message": "Network plugin returns error: cni plugin not initialized"',
      '      }',
      '    ]',
      '  },',
      '  "config": {',
      '    "runtimes": {',
      '      "runc": { "options": { "SystemdCgroup": true } }',
      '    }',
      '  },',
      '  "golang": "go1.20"',
      '}',
    )
    expect(rows(text, 'settings')).toEqual([
      { of: 'runtime', name: 'SystemdCgroup', value: 'true', in: 'config.runtimes.runc.options', node },
      {
        of: 'runtime',
        name: 'NetworkReady.message',
        value: expect.stringContaining('not initialized'),
        node,
      },
      { of: 'runtime', name: 'NetworkReady.reason', value: 'NetworkPluginNotReady', node },
      { of: 'runtime', name: 'NetworkReady', value: 'false', node },
    ])
    expect(rows(text, 'messages')).toMatchObject([{ node, message: { id: 'cni/not-initialized' } }])
  })

  test.each<[string, string, readonly object[]]>([
    [
      'a line that only a hosts file has, and what stands below it',
      '127.0.0.1 localhost\n10.0.0.7 k8s-worker-07 w7',
      [
        { of: 'hosts', in: '/etc/hosts', name: 'k8s-worker-07', value: '10.0.0.7' },
        { of: 'hosts', in: '/etc/hosts', name: 'localhost', value: '127.0.0.1' },
        { of: 'hosts', in: '/etc/hosts', name: 'w7', value: '10.0.0.7' },
      ],
    ],
    ['an address and a name may be anything', '10.0.0.7 k8s-worker-07', []],
    [
      'a whole file without localhost says so',
      prompt('cat /etc/hosts', '10.0.0.7 k8s-worker-07', '', '# end'),
      [
        { of: 'hosts', in: '/etc/hosts', name: 'k8s-worker-07', value: '10.0.0.7', node },
        { of: 'hosts', in: '/etc/hosts', name: 'localhost', value: '', node },
      ],
    ],
    ['some of its lines do not', prompt('grep worker /etc/hosts', '10.0.0.7 k8s-worker-07'), []],
    [
      'resolv.conf',
      'nameserver 10.96.0.10\nsearch a.svc.example svc.example\noptions ndots:5',
      [
        { of: 'resolv.conf', in: '/etc/resolv.conf', name: 'nameserver', value: '10.96.0.10' },
        { of: 'resolv.conf', in: '/etc/resolv.conf', name: 'options', value: 'ndots:5' },
        { of: 'resolv.conf', in: '/etc/resolv.conf', name: 'search', value: 'a.svc.example svc.example' },
      ],
    ],
    ['a sentence that starts like it', 'search for the pod and delete it', []],
    [
      'a .network file on one line',
      '[Match] Name=* [Network] DHCP=yes',
      [
        { of: 'networkd', name: 'Match.Name', value: '*' },
        { of: 'networkd', name: 'Network.DHCP', value: 'yes' },
      ],
    ],
    [
      'a .network file',
      prompt(
        'cat /etc/systemd/network/10-all.network',
        '[Match]',
        'Name=en*',
        '',
        '[Network]',
        'DHCP = ipv4',
      ),
      [
        { of: 'networkd', in: '/etc/systemd/network/10-all.network', name: 'Match.Name', value: 'en*', node },
        {
          of: 'networkd',
          in: '/etc/systemd/network/10-all.network',
          name: 'Network.DHCP',
          value: 'ipv4',
          node,
        },
      ],
    ],
    [
      'NetworkManager, cut to one line',
      'unmanaged-devices=interface-name:cali*;interface-name:tunl*',
      [
        {
          of: 'NetworkManager',
          name: 'keyfile.unmanaged-devices',
          value: 'interface-name:cali*;interface-name:tunl*',
        },
      ],
    ],
    ['a unit’s file is none of them', '[Unit]\nDescription=x\n[Service]\nCPUQuota=20%', []],
    [
      'timedatectl',
      '               Local time: Wed 2026-01-07 06:30:00 UTC\nSystem clock synchronized: no\n              NTP service: active',
      [{ of: 'other', name: 'ntp-synchronized', value: 'no' }],
    ],
  ])('files: %s', (_, text, expected) => {
    expect(rows(text, 'settings')).toEqual(expected)
  })

  test('what runs on the host', () => {
    const text = `3f2a3f2a3f2a   calico/node:v3.20.9    "start_runit"   2 hours ago   Up 2 hours    k8s_calico-node_calico-node-x7k2p_kube-system_0b1e0b1e-aa_3
3f2a3f2a3f2b   calico/node:v3.19.9    "start_runit"   3 hours ago   Exited (1) 2 hours ago    k8s_calico-node_calico-node-x7k2p_kube-system_0b1e0b1e-aa_2
containerd containerd.io 1.6.99 1c90a442`
    expect(rows(text, 'versions')).toEqual([
      { of: 'calico/node', version: 'v3.20.9' },
      { of: 'containerd', version: '1.6.99' },
    ])
    expect(rows(text, 'pods')).toMatchObject([
      { namespace: 'kube-system', name: 'calico-node-x7k2p', restarts: 3 },
    ])
  })
})

describe('units', () => {
  test.each<[string, string, readonly object[]]>([
    [
      'systemctl status',
      prompt(
        'systemctl status firewalld',
        '● firewalld.service - firewalld - dynamic firewall daemon',
        '     Loaded: loaded (/lib/systemd/system/firewalld.service; disabled; vendor preset: enabled)',
        '     Active: active (running) since Wed 2026-01-07 06:00:00 UTC; 30min ago',
        '   Main PID: 812 (firewalld)',
      ),
      [{ node, unit: 'firewalld', active: 'active', sub: 'running', enabled: false }],
    ],
    [
      'its decisive line alone: the command names the unit',
      prompt('systemctl status kubelet.service', '   Active: activating (auto-restart) (Result: exit-code)'),
      [{ node, unit: 'kubelet', active: 'activating', sub: 'auto-restart' }],
    ],
    ['without a command nobody knows whose line it is', '   Active: failed (Result: exit-code)', []],
    [
      'is-active, several at once',
      prompt('systemctl is-active firewalld ufw', 'inactive', 'active'),
      [
        { node, unit: 'firewalld', active: 'inactive' },
        { node, unit: 'ufw', active: 'active' },
      ],
    ],
    [
      'list-units',
      '● kubelet.service    loaded failed failed   kubelet: The Kubernetes Node Agent',
      [{ unit: 'kubelet', active: 'failed', sub: 'failed' }],
    ],
    [
      'how often systemd started it',
      prompt(
        'systemctl show -p NRestarts -p ActiveState containerd',
        'NRestarts=12',
        'ActiveState=activating',
      ),
      [{ node, unit: 'containerd', active: 'activating', restarts: 12 }],
    ],
    [
      'a unit that is not installed',
      'Unit ufw.service could not be found.',
      [{ unit: 'ufw', active: 'inactive', enabled: false }],
    ],
  ])('%s', (_, text, expected) => {
    expect(rows(text, 'units')).toMatchObject(expected)
    expect(rows(text, 'units')).toHaveLength(expected.length)
  })
})

describe('mounts', () => {
  test.each<[string, string, readonly object[]]>([
    [
      'fstab, known by its device',
      'UUID=0a-1b /opt ext4 defaults,noexec 0 2',
      [
        {
          path: '/opt',
          device: 'UUID=0a-1b',
          fsType: 'ext4',
          options: ['defaults', 'noexec'],
          toldBy: 'fstab',
        },
      ],
    ],
    [
      'fstab, where only the file’s name tells',
      '# /etc/fstab\ntmpfs /run tmpfs rw,noexec 0 0',
      [{ path: '/run', options: ['rw', 'noexec'], toldBy: 'fstab' }],
    ],
    ['/proc/mounts', 'tmpfs /run tmpfs rw,nosuid,noexec 0 0', [{ path: '/run', toldBy: 'mounted' }]],
    [
      'mount',
      '/dev/vdb1 on /opt type xfs (rw,noexec,relatime)',
      [{ path: '/opt', options: ['rw', 'noexec', 'relatime'] }],
    ],
    [
      'findmnt',
      'TARGET       SOURCE          FSTYPE OPTIONS\n/opt/cni/bin /dev/vdb1[/cni] ext4   ro,relatime',
      [{ path: '/opt/cni/bin', device: '/dev/vdb1[/cni]', options: ['ro', 'relatime'], toldBy: 'mounted' }],
    ],
    ['df', '/dev/vda1        50G   48G  1.1G  98% /var', [{ path: '/var', usedPercent: 98, options: [] }]],
    [
      'a container’s own mounts',
      '$ kubectl exec web-6d4cf56db6-abcde -- df -h\noverlay 50G 48G 1.1G 98% /',
      [],
    ],
  ])('%s', (_, text, expected) => {
    expect(rows(text, 'mounts')).toMatchObject(expected)
    expect(rows(text, 'mounts')).toHaveLength(expected.length)
  })
})

describe('names of files', () => {
  test.each<[string, string, readonly string[]]>([
    [
      'below the command',
      prompt('ls /etc/cni/net.d', '05-x.conflist  10-calico.conflist  calico-kubeconfig'),
      [
        '/etc/cni/net.d/05-x.conflist',
        '/etc/cni/net.d/10-calico.conflist',
        '/etc/cni/net.d/calico-kubeconfig',
      ],
    ],
    ['a sentence below it', prompt('ls /etc/cni/net.d', 'there is nothing in it'), []],
    [
      'files that only that folder has',
      '05-x.conflist\n10-calico.conflist',
      ['/etc/cni/net.d/05-x.conflist', '/etc/cni/net.d/10-calico.conflist'],
    ],
    ['a path', '/opt/cni/bin/calico-ipam', ['/opt/cni/bin/calico-ipam']],
    ['a file among words', 'remove 10-calico.conflist', []],
  ])('%s', (_, text, paths) => {
    expect(rows(text, 'hostPaths')).toMatchObject(paths.map((path) => ({ path, exists: true })))
    expect(rows(text, 'hostPaths')).toHaveLength(paths.length)
  })
})
