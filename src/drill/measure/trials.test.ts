import { expect, test } from 'vitest'
import { wearBetween } from '#drill/measure/snapshot.ts'
import { isUntouched } from '#drill/measure/trials.ts'

const cluster = (o: {
  readonly cordoned?: readonly string[]
  readonly pods?: readonly string[]
  readonly boot?: string
}) => ({
  pods: new Map((o.pods ?? ['a']).map((uid) => [uid, { name: `shop/${uid}`, restarts: 0 }])),
  boots: new Map([['k8s-worker-02', o.boot ?? 'first']]),
  cordoned: o.cordoned ?? ['k8s-worker-03'],
})

test.each([
  ['a pod more is nothing that was there', cluster({ pods: ['a', 'b'] }), ''],
  ['a pod that was replaced', cluster({ pods: ['b'] }), '1 pods replaced'],
  ['a reboot', cluster({ boot: 'second' }), 'k8s-worker-02 rebooted'],
  ["a cordon of somebody else's that was lifted", cluster({ cordoned: [] }), 'k8s-worker-03 uncordoned'],
  ['one that was added', cluster({ cordoned: ['k8s-worker-03', 'k8s-worker-01'] }), 'k8s-worker-01 cordoned'],
])('where nothing was wrong: %s', (_, after, says) => {
  expect(isUntouched(wearBetween(cluster({}), after))).toMatchObject({ holds: says === '', says })
})
