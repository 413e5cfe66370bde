import { expect, test } from 'vitest'
import { baseOs, hostPrograms } from '#lab/host/os.ts'
import { testMachine } from '#lab/host/testing.ts'
import type { Net } from '#lab/network/ports.ts'

test('threads share their process’s view of the network, so that those that come and go leave nothing behind', async () => {
  const seen = new Set<Net>()
  const machine = await testMachine({
    programs: {
      ...hostPrograms,
      server: async (p) => {
        seen.add(p.net)
        for (let request = 0; request < 5; request++) {
          const thread = p.thread(`request ${request}`, async (self) => {
            seen.add(self.net)
          })
          await thread.join(p.task)
        }
        return 0
      },
    },
    tree: [
      ...baseOs({ hostname: 'k8s-worker-01' }),
      { path: '/usr/bin/server', kind: 'file', mode: 0o755, program: 'server' },
    ],
  })
  expect(await machine.run(['/usr/bin/server'])).toMatchObject({ code: 0 })
  expect(seen.size).toBe(1)
})
