import { describe, expect, test } from 'vitest'
import { rows } from '#sources/text/readers/testing.ts'

describe('policies, networks and network managers that were taken away', () => {
  test.each<[string, readonly object[]]>([
    [
      'kubectl delete globalnetworkpolicy deny-all   # fixed it',
      [{ act: 'remove-policy', after: 'deny-all', outcome: 'cured' }],
    ],
    [
      'calicoctl delete hostendpoint edge-7-eth0   # works again',
      [{ act: 'remove-policy', after: 'edge-7-eth0', outcome: 'cured' }],
    ],
    ['After we deleted the host endpoint BGP works again.', [{ act: 'remove-policy', outcome: 'cured' }]],
    [
      'helm uninstall calico -n tigera-operator',
      [{ act: 'uninstall-network', after: 'calico', outcome: 'unknown' }],
    ],
    [
      'kubectl delete -f https://example.test/kube-flannel.yml',
      [{ act: 'uninstall-network', after: 'flannel' }],
    ],
    [
      'We uninstalled Weave-Net two weeks ago.',
      [{ act: 'uninstall-network', after: 'weave-net', outcome: 'unknown' }],
    ],
    [
      'systemctl restart systemd-networkd   # broke it',
      [{ act: 'set-setting', after: 'systemd-networkd=restart', outcome: 'broke' }],
    ],
    ['kubectl delete pod web-1 -n shop', []],
    ['kubectl delete -f deployment.yaml', []],
    ['systemctl status NetworkManager', []],
    ['We removed the old policy engine from the docs.', []],
  ])('%s', (text, expected) => {
    expect(rows(text, 'attempts')).toMatchObject(expected)
    expect(rows(text, 'attempts')).toHaveLength(expected.length)
  })
})

test('what a remark behind a line of others tells is read as what somebody says', () => {
  const text =
    '10.60.2.0/26 via 10.0.0.22 dev vxlan.calico onlink   # vxlan.calico has an outdated address there'
  expect(rows(text, 'routes')).toHaveLength(1)
  expect(rows(text, 'remarks')).toMatchObject([{ says: 'tunnel-device-left' }])
})
