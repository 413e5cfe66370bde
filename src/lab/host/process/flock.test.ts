import { expect, test } from 'vitest'
import { baseOs, hostPrograms } from '#lab/host/os.ts'
import type { Program } from '#lab/host/ports.ts'
import { testMachine } from '#lab/host/testing.ts'

const path = '/tmp/lock'

test('one process at a time has a file locked, in the order in which they asked; an end gives it back', async () => {
  const said: string[] = []
  const worker: Program = async (p) => {
    const [, name = '', how] = p.argv
    const unlock = await p.flock(path)
    said.push(`${name} has it`)
    await p.sleep(1000)
    if (how === 'dies') return 1
    said.push(`${name} gives it back`)
    unlock()
    await p.sleep(10_000)
    return 0
  }
  const boss: Program = async (p) => {
    await p.files.write(path, '')
    const children = []
    for (const argv of [['a'], ['b', 'dies'], ['c'], ['d']])
      children.push(await p.spawn(['/usr/bin/worker', ...argv]))
    await p.sleep(500)
    children[2]?.kill('SIGKILL') // while it waits
    for (const child of children) await child.exited(p)
    return 0
  }
  const file = (program: string) =>
    ({ path: `/usr/bin/${program}`, kind: 'file', mode: 0o755, program }) as const
  const machine = await testMachine({
    programs: { ...hostPrograms, worker, boss },
    tree: [...baseOs({ hostname: 'k8s-worker-01' }), file('worker'), file('boss')],
  })
  expect(await machine.run(['/usr/bin/boss'])).toMatchObject({ code: 0 })
  expect(said).toEqual(['a has it', 'a gives it back', 'b has it', 'd has it', 'd gives it back'])
})
