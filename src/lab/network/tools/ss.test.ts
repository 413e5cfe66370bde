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

  test('and behind a connection; one state needs no column', async () => {
    const [head = '', ...lines] = (await sh('ss -tnp state established dst 10.0.0.11:6443')).split('\n')
    expect(head).toMatch(/^Recv-Q Send-Q +Local Address:Port/)
    expect(lines[0]).toMatch(
      /^0 +0 +10\.0\.0\.\d+:\d+ +10\.0\.0\.11:6443 users:\(\("kubelet",pid=\d+,fd=8\)\)$/,
    )
    expect(await sh('ss -tHn state listening sport = :179')).toMatch(/^0 .*:179 /)
    expect(await sh('ss -tn state nope 2>&1')).toBe('ss: wrong state name: nope\n')
    expect(await sh('netstat -tnp')).toMatch(/ESTABLISHED \d+\/kubelet/)
  })

  test('but not to who is not root', async () => {
    expect(await sh('setpriv --reuid=10001 ss -ltnp')).not.toContain('users:')
  })

  test('a filter leaves out other ports, and there is no UDP to show', async () => {
    expect((await sh('ss -ltn sport = :9999')).split('\n')).toHaveLength(2)
    expect((await sh('ss -uan')).split('\n')).toHaveLength(2)
  })
})
