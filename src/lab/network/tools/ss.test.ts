import { beforeAll, describe, expect, test } from 'vitest'
import { Lab } from '#lab/lab.ts'

describe('ss on a node', () => {
  let lab: Lab
  beforeAll(async () => {
    lab = await Lab.boot({ seed: 'ss', nodes: 2 })
  })
  const sh = async (script: string) => (await lab.run('k8s-worker-01', ['bash', '-c', script])).stdout

  test('names the process behind a port', async () => {
    expect(await sh('ss -ltnp sport = :179')).toMatch(/0\.0\.0\.0:179 .*users:\(\("bird",pid=\d+,fd=7\)\)\n$/)
  })

  test('but not to who is not root', async () => {
    expect(await sh('setpriv --reuid=10001 ss -ltnp')).not.toContain('users:')
  })

  test('a filter leaves out other ports, and there is no UDP to show', async () => {
    expect((await sh('ss -ltn sport = :9999')).split('\n')).toHaveLength(2)
    expect((await sh('ss -uan')).split('\n')).toHaveLength(2)
  })
})
