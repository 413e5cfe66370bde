import { expect, test } from 'vitest'
import { FakeNetwork } from '#lab/api/fake-network.ts'
import { answer, type Reply } from '#lab/api/http/entrance.ts'
import { startMs } from '#lab/api/http/http-bench.ts'
import { apiPrograms } from '#lab/api/programs.ts'
import { ApiServer } from '#lab/api/server.ts'
import { Kernel } from '#lab/kernel/kernel.ts'

/** Whether something is left to end after each of the moments, when a client has asked for `url`. */
async function leftAfter(url: string, ...momentsMs: readonly number[]): Promise<readonly boolean[]> {
  const kernel = new Kernel({ seed: 1, startMs })
  const api = new ApiServer({ kernel })
  new FakeNetwork(kernel).start('kube-apiserver', '10.0.0.11', async (p) =>
    apiPrograms(api)['kube-apiserver']?.(p),
  )
  await kernel.advanceTo(startMs + 100)
  let left = false
  const asked = { method: 'GET', url, headers: {}, body: '' }
  answer(api, asked, { reply: nowhere, gone: (tell) => (left = tell !== undefined) })
  const seen: boolean[] = []
  for (const ms of momentsMs) {
    await kernel.advanceTo(startMs + 100 + ms)
    seen.push(left)
  }
  await kernel.shutdown()
  return seen
}

const nowhere: Reply = {
  send: () => {},
  stream: () => ({ write: () => {}, end: () => {}, breakOff: () => {} }),
  onClose: () => {},
  cutOff: () => {},
}

test('the server lets go of a client when the time of its watch is up, not before', async () => {
  expect(await leftAfter('/api/v1/pods?watch=1&timeoutSeconds=10', 1000, 9000, 11_000)).toEqual([
    true,
    true,
    false,
  ])
})
