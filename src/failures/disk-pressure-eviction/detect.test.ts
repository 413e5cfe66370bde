import { describe, expect, test } from 'vitest'
import { ago, factsOf } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/disk-pressure-eviction/index.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const low = (resource: string, container: string) =>
  `The node was low on resource: ${resource}. Threshold quantity: 4Gi, available: 312Mi. Container ${container} was using 3Mi, request is 0, has larger consumption of ${resource}.`
const event = (message: string) => `  Warning  Evicted  41m  kubelet  ${message}\n`
const conditions = `Name:               w7
Conditions:
  Type             Status  LastHeartbeatTime                 LastTransitionTime                Reason                 Message
  ----             ------  -----------------                 ------------------                ------                 -------
  DiskPressure     True    Tue, 04 Mar 2025 05:06:07 +0000   Tue, 04 Mar 2025 05:00:00 +0000   KubeletHasDiskPressure kubelet has disk pressure
  Ready            True    Tue, 04 Mar 2025 05:06:07 +0000   Tue, 04 Mar 2025 04:00:00 +0000   KubeletReady           kubelet is posting ready status
`
const pods = `NAMESPACE       NAME                               READY   STATUS    RESTARTS   AGE   IP       NODE   NOMINATED NODE   READINESS GATES
calico-system   calico-node-p2w4k                  0/1     Evicted   0          2d    <none>   w7     <none>           <none>
`

describe('found', () => {
  test.each<[string, string, Verdict]>([
    ['an event of today', event(low('ephemeral-storage', 'calico-node')), 'confirmed'],
    [
      'an event of 1.2x',
      event(
        'The node was low on resource: imagefs. Container calico-node was using 1Mi, which exceeds its request of 0. ',
      ),
      'confirmed',
    ],
    [
      'the pod’s own message',
      `Name: calico-node-p2w4k\nNamespace: calico-system\nNode: w7/\nStatus: Failed\nReason: Evicted\nMessage: Pod was rejected: The node had condition: [DiskPressure].\n`,
      'confirmed',
    ],
    ['evicted, on a node with DiskPressure', `${pods}\n${conditions}`, 'confirmed'],
    ['evicted, nothing else known', pods, 'likely'],
    [
      'kubelet’s log of its manager',
      'I0304 05:06:07.890123    2101 eviction_manager.go:350] "Eviction manager: must evict pod(s) to reclaim" resourceName="nodefs"\nI0304 05:06:08.890123    2101 eviction_manager.go:575] "Eviction manager: pod is evicted successfully" pod="calico-system/calico-node-p2w4k"',
      'confirmed',
    ],
    [
      'kubelet’s lines, cut at their front',
      'eviction_manager.go:335] eviction manager: attempting to reclaim imagefs\neviction_manager.go:364] eviction manager: pods ranked for eviction: web-0_shop(5d1e), calico-node-p2w4k_calico-system(77ab)',
      'likely',
    ],
    ['the node alone', conditions, 'likely'],
    [
      'kubelet’s journal',
      'Mar 04 05:06:07 w7 kubelet[801]: I0304 05:06:07.100000     801 eviction_manager.go:369] "Eviction manager: attempting to reclaim" resourceName="ephemeral-storage"',
      'likely',
    ],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })
})

describe('near misses', () => {
  test.each<[string, string]>([
    [
      'kubelet’s log, for memory',
      'I0304 05:06:07.890123    2101 eviction_manager.go:350] "Eviction manager: must evict pod(s) to reclaim" resourceName="memory"\nI0304 05:06:08.890123    2101 eviction_manager.go:575] "Eviction manager: pod is evicted successfully" pod="calico-system/calico-node-p2w4k"',
    ],
    ['memory ran out', event(low('memory', 'calico-node'))],
    ['an application was evicted', event(low('ephemeral-storage', 'web'))],
    [
      'no pressure',
      conditions
        .replace('True    Tue', 'False   Tue')
        .replace(
          'KubeletHasDiskPressure kubelet has disk pressure',
          'KubeletHasNoDiskPressure   kubelet has no disk pressure',
        ),
    ],
    [
      'a crash loop',
      'Back-off restarting failed container calico-node in pod calico-node-p2w4k_kube-system(1)',
    ],
    [
      'a full disk that kubelet does not use',
      'Filesystem      Size  Used Avail Use% Mounted on\n/dev/sdb1       100G   99G    1G  99% /backup\n',
    ],
  ])('%s', (_, text) => {
    expect(foundIn(text, mode)).toBe('not found')
  })

  test('on a cluster that is looked at, an eviction of two hours ago is over', () => {
    const row = (minutes: number) => ({
      message: { id: 'kubelet/evicted', params: { resource: 'ephemeral-storage', container: 'calico-node' } },
      node: 'w7',
      count: 1,
      atMs: ago(minutes),
    })
    const found = (minutes: number) => {
      const { causes, preventive } = diagnose(factsOf({ messages: [row(minutes)] }), [mode])
      return causes.length + preventive.length
    }
    expect(found(5)).toBe(1)
    expect(found(120)).toBe(0)
  })
})
