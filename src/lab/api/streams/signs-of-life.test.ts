import { afterEach, expect, test } from 'vitest'
import { Lab } from '#lab/lab.ts'

const control = 'k8s-control-01'
const worker = 'k8s-worker-01'

let lab: Lab
afterEach(() => lab.shutdown())

const on = async (node: string, command: string): Promise<string> => {
  const { stdout, stderr } = await lab.run(node, ['sh', '-c', command])
  return stdout + stderr
}

/** Starts a command on the control plane; how it has ended, and after how many seconds from now on. */
async function begun(command: string): Promise<() => Promise<readonly [string, number] | undefined>> {
  const file = `/root/${command.replaceAll(/\W+/g, '-')}`
  await on(control, `(${command}; echo "ended $?"; date +%s) > ${file} 2>&1 &`)
  return async () => {
    const [, code, at] = /ended (\d+)\n(\d+)\n/.exec(await on(control, `cat ${file}`)) ?? []
    return at === undefined ? undefined : [`ended ${code}`, Number(at) - startMs / 1000]
  }
}

let startMs = 0
const cutOff = async (): Promise<void> => {
  startMs = lab.kernel.nowMs
  await lost('10.0.0.21/32')
}

const lost = async (address: string): Promise<void> => {
  await lab.addUnderlayRule({ name: 'nothing to it', destination: address, action: 'drop' })
  await lab.addUnderlayRule({ name: 'nothing from it', source: address, action: 'drop' })
}

const pod = async (app: string): Promise<string> =>
  (
    await on(
      control,
      `kubectl -n kube-system get pods -l k8s-app=${app} --field-selector spec.nodeName=${worker} -o name`,
    )
  ).trim()

test('a log ends, and a command after a quarter of an hour, when the machine behind them says nothing any more', async () => {
  lab = await Lab.boot({ seed: 'signs', nodes: 3 })
  const log = await begun(`kubectl logs -n kube-system -f --tail 0 ${await pod('kube-proxy')}`)
  const command = await begun(`kubectl exec -n kube-system ${await pod('calico-node')} -- sleep 90000`)
  await lab.advance(60_000)
  await cutOff()
  await lab.advance(160_000)
  expect(await command()).toBeUndefined()
  await lab.advance(40_000)
  const [logEnd, logSeconds = 0] = (await log()) ?? []
  // Nobody is told that it is not whole.
  expect(logEnd).toBe('ended 0')
  expect(logSeconds).toBeGreaterThanOrEqual(9 * 15 - 1)
  expect(logSeconds).toBeLessThanOrEqual(30 + 9 * 15 + 1)
  expect(await command()).toBeUndefined()
  await lab.advance(900_000)
  const [commandEnd, commandSeconds = 0] = (await command()) ?? []
  expect(commandEnd).toBe('ended 0')
  expect(Math.abs(commandSeconds - 924.6 - 5)).toBeLessThan(6)
})

test('a kubelet, too, finds out within minutes that the API server has gone', async () => {
  lab = await Lab.boot({ seed: 'signs back', nodes: 3 })
  await begun(`kubectl exec -n kube-system ${await pod('calico-node')} -- sleep 90000`)
  await lab.advance(10_000)
  const open = async (): Promise<number> =>
    (await on(worker, 'ss -tn')).split('\n').filter((line) => line.includes('10.0.0.21:10250')).length
  await lost('10.0.0.11/32')
  await lab.advance(140_000)
  expect(await open()).toBe(1)
  await lab.advance(20_000)
  expect(await open()).toBe(0)
})
