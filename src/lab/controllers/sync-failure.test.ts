import { expect, test } from 'vitest'
import { Lab } from '#lab/lab.ts'

test('a controller that cannot do its work says so in its own words', async () => {
  const lab = await Lab.boot({ seed: 'sync-failure', nodes: 2 })
  const manager = (command: string) => lab.exec('k8s-control-01', command)
  await manager('kubectl label namespace kube-system default pod-security.kubernetes.io/enforce=restricted')
  await manager('kubectl create deployment web --image=busybox')
  await manager('kubectl -n kube-system delete pod -l k8s-app=kube-proxy')
  await lab.advance(60_000)
  const { stdout } = await manager('kubectl -n kube-system logs kube-controller-manager-k8s-control-01')
  expect(stdout).toMatch(
    /replica_set\.go\S* "Unhandled Error" err="sync \\"default\/web-\w+\\" failed with pods \\"web-\S+\\" is forbidden: /,
  )
  expect(stdout).toMatch(
    /daemon_controller\.go\S* "Unhandled Error" err="kube-system\/kube-proxy failed with : pods \\"kube-proxy-\S+\\" is forbidden: /,
  )
  await lab.shutdown()
})
