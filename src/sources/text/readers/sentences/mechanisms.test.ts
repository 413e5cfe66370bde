import { describe, expect, test } from 'vitest'
import { mechanismsSaid } from '#sources/text/readers/sentences/mechanisms.ts'
import { wordsOf } from '#sources/text/readers/sentences/words.ts'

describe('what people say is wrong', () => {
  test.each<[string, readonly string[]]>([
    ['The security group allows TCP and UDP, but IP protocol 4 is blocked.', ['ipip-is-blocked']],
    ['TCP is allowed, protocol 4 not', ['ipip-is-blocked']],
    ['Our provider does not support IPIP.', ['ipip-is-blocked']],
    ['UDP 4789 was dropped by the hypervisor', ['vxlan-is-blocked']],
    ['The port 4789 is reserved for NSX', ['vxlan-is-blocked']],
    ['the hosting company filters udp/4789', ['vxlan-is-blocked']],
    ['The NIC driver has a bug with checksum offloading', ['checksum-is-wrong']],
    ['The MTU of the VPN is lower than that of the pods', ['mtu-is-wrong']],
    ['Pod and node MTU do not match', ['mtu-is-wrong']],
    ['OpenStack port security drops the packets', ['underlay-filters']],
    ['The image ships iptables rules with a REJECT at the end of FORWARD', ['firewall-rejects']],
    ['firewalld blocks traffic between pods', ['firewall-rejects']],
    ['NetworkManager removes the routes of the cali interfaces', ['network-manager-acts']],
    ['The cali interfaces disappear every few minutes', ['interfaces-come-and-go']],
    ['vxlan.calico has a wrong address', ['tunnel-device-left']],
    ['We found leftover chains of the previous CNI', ['other-cni-left']],
    ['A GlobalNetworkPolicy blocked BGP between the hosts', ['policy-blocks']],
    ['All BGP sessions are established', ['bgp-is-up']],
  ])('%s', (sentence, expected) => expect(mechanismsSaid(wordsOf(sentence))).toEqual(expected))

  test.each([
    'IPIP packets are not blocked',
    'BGP is not established',
    'The MTU is 1500 everywhere',
    'There is no firewall that blocks pods',
    'We read about src/dst check, it is already disabled',
    'The router forwards everything',
    'firewalld blocked port 179',
    'NetworkManager runs on all hosts',
    'A stale pull request about iptables',
    'Our update policy was changed',
    'Checksum of the image was verified',
  ])('nothing of it: %s', (sentence) => expect(mechanismsSaid(wordsOf(sentence))).toEqual([]))
})
