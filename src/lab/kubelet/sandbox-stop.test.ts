import { expect, onTestFinished, test } from 'vitest'
import { Lab } from '#lab/lab.ts'

const control = 'k8s-control-01'
const worker = 'k8s-worker-01'

test('a pod whose network cannot be taken down stays, and its kubelet says why every ten to fifteen seconds', async () => {
  const lab = await Lab.boot({ seed: 'no delete', nodes: 3 })
  onTestFinished(() => lab.shutdown())
  const on = async (node: string, command: string): Promise<string> =>
    (await lab.run(node, ['sh', '-c', command])).stdout
  const [pod = ''] = (
    await on(control, `kubectl -n shop get pods --field-selector spec.nodeName=${worker} -o name`)
  ).split('\n')
  await on(worker, "sed -i 's/token: .*/token: bad/' /etc/cni/net.d/calico-kubeconfig")
  await on(control, `kubectl -n shop delete --wait=false ${pod}`)
  await lab.advance(180_000)
  expect(await on(control, `kubectl -n shop get ${pod} --no-headers`)).toMatch(/ 0\/1 +Terminating /)
  const [, times = '0', uid = '', sandbox = ''] =
    /Warning +FailedKillPod .*\(x(\d+) over .* error killing pod: failed to "KillPodSandbox" for "([\w-]+)" with KillPodSandboxError: "rpc error: code = Unknown desc = failed to destroy network for sandbox \\"(\w+)\\": plugin type=\\"calico\\" failed \(delete\): error getting ClusterInformation: connection is unauthorized: Unauthorized"\n/.exec(
      await on(control, `kubectl -n shop describe ${pod}`),
    ) ?? []
  expect(Number(times)).toBeGreaterThanOrEqual(10)
  expect(Number(times)).toBeLessThanOrEqual(19)
  const journal = await on(worker, 'journalctl -u kubelet --no-pager -o cat')
  expect(journal).toMatch(
    new RegExp(
      `"StopPodSandbox from runtime service failed" err="rpc error: .*" podSandboxID="${sandbox}"\n`,
    ),
  )
  expect(journal).toContain(`"Failed to stop sandbox" podSandboxID={"Type":"containerd","ID":"${sandbox}"}\n`)
  expect(journal).toMatch(
    new RegExp(`"Error syncing pod, skipping" err="failed to .*KillPodSandbox.* podUID="${uid}"\n`),
  )
})
