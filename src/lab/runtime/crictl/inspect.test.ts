import { expect, test } from 'vitest'
import { Lab } from '#lab/lab.ts'

test('inspect tells the process by which a pod’s network is entered', async () => {
  const lab = await Lab.boot({ seed: 'inspect', nodes: 2 })
  const on = async (command: string): Promise<string> => (await lab.exec('k8s-worker-01', command)).stdout
  const container = "$(crictl ps -q --name '^db$')"
  const [, pid] = /"pid": (\d+)/.exec(await on(`crictl inspect ${container}`)) ?? []
  const [, address = 'none'] =
    /"ip": "([\d.]+)"/.exec(await on("crictl inspectp $(crictl pods -q --name '^db-')")) ?? []
  expect(await on(`nsenter -t ${pid} -n ip -4 addr show eth0`)).toContain(`inet ${address}/32`)
  await on(`crictl stop ${container}`)
  expect(await on("crictl inspect $(crictl ps -a -q --state exited --name '^db$' | head -1)")).toContain(
    '"pid": 0',
  )
  await lab.shutdown()
})
