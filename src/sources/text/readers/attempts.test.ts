import { describe, expect, test } from 'vitest'
import { rows } from '#sources/text/readers/testing.ts'

describe('commands that change something', () => {
  test.each<[string, object]>([
    ['iptables -P FORWARD ACCEPT', { act: 'forward-accept' }],
    ['sudo iptables -I INPUT -p tcp --dport 179 -j ACCEPT', { act: 'open-port', after: '179/tcp' }],
    ['iptables -A INPUT -p 4 -j ACCEPT', { act: 'open-port', after: 'protocol 4' }],
    ['iptables -F', { act: 'flush-rules' }],
    ['nft flush ruleset', { act: 'flush-rules' }],
    ['nft insert rule inet filter forward accept', { act: 'allow-in-firewall' }],
    ['firewall-cmd --permanent --add-port=4789/udp', { act: 'open-port', after: '4789/udp' }],
    ['firewall-cmd --zone=trusted --add-interface=tunl0', { act: 'allow-in-firewall', after: 'tunl0' }],
    ['ufw allow 5473/tcp', { act: 'open-port', after: '5473/tcp' }],
    ['ufw disable', { act: 'stop-firewall' }],
    ['systemctl disable --now firewalld.service', { act: 'stop-firewall' }],
    ['systemctl restart containerd', { act: 'restart-runtime' }],
    ['service kubelet restart', { act: 'restart-kubelet' }],
    ['ethtool -K eth0 tx off', { act: 'disable-checksum-offload', after: 'eth0' }],
    ['ethtool -K eth0 gro off', { act: 'set-setting' }],
    ['ip link del dev flannel.1', { act: 'delete-device', after: 'flannel.1' }],
    ['ip link set eth1 mtu 1400', { act: 'change-mtu', after: '1400' }],
    ['kubectl -n kube-system delete pod calico-node-7hs2k', { act: 'delete-calico-pod' }],
    ['kubectl delete pods -n calico-system -l k8s-app=calico-node', { act: 'delete-calico-pod' }],
    ['kubectl rollout restart -n kube-system ds/calico-node', { act: 'restart-calico-node' }],
    ['calicoctl delete node old-7', { act: 'delete-node-entry', after: 'old-7' }],
    [
      'kubectl set env -n kube-system ds/calico-node IP_AUTODETECTION_METHOD=interface=ens5',
      { act: 'change-autodetection', after: 'interface=ens5' },
    ],
    [
      'kubectl patch installation default --type=merge -p \'{"spec":{"calicoNetwork":{"mtu":1400}}}\'',
      { act: 'change-mtu', after: '1400' },
    ],
    ['# sysctl -w net.ipv4.ip_forward=1', { act: 'enable-forwarding' }],
    ['modprobe ipip', { act: 'load-module', after: 'ipip' }],
    [
      'update-alternatives --set iptables /usr/sbin/iptables-legacy',
      { act: 'change-backend', after: 'legacy' },
    ],
    ['reboot', { act: 'reboot' }],
    ['root@node-9:~# systemctl stop ufw', { act: 'stop-firewall', node: 'node-9' }],
  ])('%s', (text, attempt) => {
    expect(rows(text, 'attempts')).toMatchObject([{ outcome: 'unknown', ...attempt }])
  })

  test.each([
    'iptables -L FORWARD',
    'iptables -P FORWARD DROP',
    'systemctl status firewalld',
    'systemctl restart nginx',
    'kubectl delete pod web-0',
    'kubectl delete node <name>',
    'kubectl get pods -n kube-system calico-node-7hs2k',
    'ip link show vxlan.calico',
  ])('near miss: %s', (text) => {
    expect(rows(text, 'attempts')).toEqual([])
  })
})

describe('a remark says what came of it', () => {
  test.each<[string, string, string]>([
    ['iptables -P FORWARD ACCEPT  # that did the trick', 'forward-accept', 'cured'],
    ['systemctl stop firewalld   # no effect', 'stop-firewall', 'no-change'],
    ['reboot # even worse', 'reboot', 'worse'],
    ['ethtool -K vxlan.calico tx off   # 90 Mbit/s -> 8 Gbit/s', 'disable-checksum-offload', 'cured'],
    ['FELIX_IPTABLESBACKEND: NFT   # fixed it', 'change-backend', 'cured'],
    ['      mtu: 1400 # helps', 'change-mtu', 'cured'],
    ['root@node-9:~# systemctl restart docker # still broken', 'restart-runtime', 'no-change'],
  ])('%s', (text, act, outcome) => {
    expect(rows(text, 'attempts')).toMatchObject([{ act, outcome }])
  })

  test('a remark that tells no outcome is no attempt where there was no command', () => {
    expect(rows('      mtu: 1400 # of the cloud', 'attempts')).toEqual([])
  })
})

describe('a setting before and after', () => {
  test.each<[string, object]>([
    [
      'encapsulation: IPIPCrossSubnet -> IPIP',
      { act: 'change-encapsulation', before: 'IPIPCrossSubnet', after: 'IPIP', outcome: 'unknown' },
    ],
    ['vxlanMode: Always → CrossSubnet helps', { act: 'change-encapsulation', outcome: 'cured' }],
    ['first-found -> can-reach=10.9.0.1 solved it', { act: 'change-autodetection', outcome: 'cured' }],
    ['limits.memory: 200Mi -> 400Mi', { act: 'raise-memory-limit', before: '200Mi', after: '400Mi' }],
    ['limits.memory: 400Mi -> 200Mi', { act: 'set-setting' }],
    ['MTU 1500 -> 1430 fixed it', { act: 'change-mtu', before: '1500', after: '1430', outcome: 'cured' }],
    ['iptables backend: nft -> legacy, no change', { act: 'change-backend', outcome: 'no-change' }],
    ['calico v3.25.0 -> v3.27.3 and it works again', { act: 'upgrade', outcome: 'cured' }],
    ['We went from IPIP to VXLAN without success', { act: 'change-encapsulation', outcome: 'no-change' }],
  ])('%s', (text, attempt) => {
    expect(rows(text, 'attempts')).toMatchObject([attempt])
  })

  test.each([
    'lrwxrwxrwx 1 root root 24 Jan  7 06:30 /etc/alternatives/iptables -> /usr/sbin/iptables-nft',
    '12:00:01.2 IP 10.9.0.1.40000 > 10.9.0.2.4789: [bad udp cksum 0x1111 -> 0x2222!] VXLAN',
    'State: Waiting -> Running',
    'Should we go from IPIP to VXLAN?',
  ])('near miss: %s', (text) => {
    expect(rows(text, 'attempts')).toEqual([])
  })
})

describe('told in sentences', () => {
  test.each<[string, string, string]>([
    ['Stopping firewalld fixed it', 'stop-firewall', 'cured'],
    ['After disabling ufw everything works', 'stop-firewall', 'cured'],
    ['We turned off firewalld on every host. No change.', 'stop-firewall', 'no-change'],
    ['ufw off: names resolve; ufw on: resolution fails', 'stop-firewall', 'cured'],
    ['Restarting calico-node did not help', 'restart-calico-node', 'no-change'],
    ['deleting the calico-node pod helps for an hour', 'delete-calico-pod', 'cured'],
    ['a reboot of the host cures it', 'reboot', 'cured'],
    ['we raised the memory limit, the problem is gone', 'raise-memory-limit', 'cured'],
    ['setting IP_AUTODETECTION_METHOD to cidr=10.9.0.0/24 solved it', 'change-autodetection', 'cured'],
    ['we added FELIX_IGNORELOOSERPF=true', 'allow-loose-rpf', 'unknown'],
    ['Downgrading Calico to v3.26.1 broke everything', 'upgrade', 'broke'],
    ['it works again after `iptables -I FORWARD 1 -j ACCEPT` on both hosts', 'forward-accept', 'cured'],
  ])('%s', (text, act, outcome) => {
    expect(rows(text, 'attempts')).toMatchObject([{ act, outcome }])
  })

  test.each([
    'Disable firewalld on all hosts',
    'If you stop firewalld it works',
    'You could restart calico-node',
    'Please open port 179',
    'kube-proxy keeps being restarted on that host',
    'it worked before the reboot of the host', // a remark
    'We restarted the deployment of the shop, no change',
  ])('near miss: %s', (text) => {
    expect(rows(text, 'attempts')).toEqual([])
  })
})
