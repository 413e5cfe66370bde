import { describe, expect, test } from 'vitest'
import { recogniseAll } from '#cluster/messages/catalogue.ts'

const ids = (text: string) =>
  recogniseAll(text)
    .map(({ id }) => id)
    .filter((id) => id.startsWith('hearsay/'))

describe('hearsay', () => {
  test.each<[string, string]>([
    [
      'bgpfilters.crd.projectcalico.org get, list and watch are missing in our chart',
      'hearsay/right-missing',
    ],
    ['it turned out to be missing permissions to list tiers', 'hearsay/right-missing'],
    ['NO_PROXY of docker does not contain 10.97.0.0/16', 'hearsay/no-proxy-incomplete'],
    ['10.97.0.1 was missing from no_proxy', 'hearsay/no-proxy-incomplete'],
    ['the kube-proxy pod is in CrashLoopBackOff', 'hearsay/kube-proxy-unwell'],
    ['kube-proxy crashes a minute after its start', 'hearsay/kube-proxy-unwell'],
    ['the operator is evicted again, since the disk is full', 'hearsay/evicted-for-disk'],
    ['DiskPressure on two nodes, everything gets evicted', 'hearsay/evicted-for-disk'],
    ['there is no HNS network called Calico', 'hearsay/hns-network-missing'],
    ['typha gets OOM killed every few minutes', 'hearsay/oom-killed'],
    ['the kernel log has oom-killer: bird', 'hearsay/oom-killed'],
    ['our workers have no default gateway', 'hearsay/no-default-route'],
    ['after the maintenance the default route was gone', 'hearsay/no-default-route'],
    ['I recreated /etc/cni/net.d by hand', 'hearsay/cni-folder-recreated'],
    ['/etc/cni/net.d was removed and created again by the reset script', 'hearsay/cni-folder-recreated'],
    ['one pod has the same address as vxlan.calico', 'hearsay/tunnel-address-shared'],
    ['the tunnel address is 10.44.3.0 and a pod got the same IP', 'hearsay/tunnel-address-shared'],
    ['calico-node is running, yet the node still has NetworkUnavailable', 'hearsay/condition-not-lifted'],
    ['NetworkUnavailable is set although calico is healthy', 'hearsay/condition-not-lifted'],
  ])('%s', (text, id) => {
    expect(ids(text)).toEqual([id])
  })

  test.each<[string]>([
    ['kube-proxy is running in iptables mode'],
    ['look whether kube-proxy is down'],
    ['NO_PROXY=10.97.0.0/16'],
    ['the node is missing'],
    ['pods were evicted for memory'],
    ['the node has no DiskPressure'],
    ['calico-node was not OOM killed'],
    ['mysql was OOM killed'],
    ['check whether there is no default route'],
    ['the default route points to the gateway'],
    ['I deleted /etc/cni/net.d/10-flannel.conflist'],
    ['/etc/cni/net.d/10-calico.conflist was recreated'],
    ['the pod never gets the same IP as tunl0'],
    ['two pods have the same IP'],
    ['calico-node is not running and the node still has NetworkUnavailable'],
  ])('says nothing: %s', (text) => {
    expect(ids(text)).toEqual([])
  })
})
