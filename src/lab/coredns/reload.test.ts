import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseCorefile } from '#lab/coredns/corefile.ts'
import { labKubectl } from '#lab/kubectl/lab-kubectl.ts'
import { Lab } from '#lab/lab.ts'

test.each([
  [
    'its zone',
    '.:53 {\n kubernetes my.zone in-addr.arpa {\n  ttl 30\n }\n}\n',
    { zone: 'my.zone', reload: undefined },
  ],
  [
    'how often it is read again',
    '.:53 {\n # kubernetes x\n reload 10s 5s\n}\n',
    { zone: undefined, reload: { everyMs: 10_000, jitterMs: 5000 } },
  ],
])('a Corefile says %s', (_, text, says) => {
  expect(parseCorefile(text, '/Corefile')).toEqual(says)
})

test.each([
  [
    'a plugin that there is not',
    '.:53 {\n errors\n kubernets cluster.local\n}\n',
    "/Corefile:3 - Error during parsing: Unknown directive 'kubernets'",
  ],
  ['a brace that is not closed', '.:53 {\n errors\n', '/Corefile:2 - Error during parsing: Unexpected EOF'],
])('%s is told with its line', (_, text, words) => {
  expect(() => parseCorefile(text, '/Corefile')).toThrow(words)
})

describe('CoreDNS reads its Corefile again', () => {
  let lab: Lab
  beforeAll(async () => {
    lab = await Lab.boot({ seed: 'corefile', nodes: 2 })
    await lab.advance(90_000)
  }, 60_000)
  afterAll(() => lab.shutdown())

  const kubectl = (line: string) => labKubectl(lab, line)
  const change = async (from: string, to: string): Promise<void> => {
    const { stdout } = await kubectl('-n kube-system get cm coredns -o jsonpath={.data.Corefile}')
    const patch = JSON.stringify({ data: { Corefile: stdout.replace(from, to) } })
    await labKubectl(lab, ['-n', 'kube-system', 'patch', 'cm', 'coredns', '-p', patch])
    await lab.advance(140_000)
  }
  const logs = async () => (await kubectl('-n kube-system logs deploy/coredns --tail=3')).stdout
  const answer = async (name: string) => (await kubectl(`-n shop exec deploy/api -- nslookup ${name}`)).code

  test('and answers for the zone that it names now', async () => {
    expect(await answer('db.shop.svc.cluster.local')).toBe(0)
    await change('kubernetes cluster.local', 'kubernetes other.local')
    expect(await logs()).toMatch(
      /^\[INFO\] Reloading\n\[INFO\] plugin\/reload: Running configuration SHA512 = [0-9a-f]{128}\n\[INFO\] Reloading complete\n$/,
    )
    expect(await answer('db.shop.svc.cluster.local')).toBe(1)
    expect(await answer('db.shop.svc.other.local')).toBe(0)
  })

  test('but keeps to the old one when it cannot be read, until it starts anew', async () => {
    await change('loadbalance', 'lodbalance')
    expect(await logs()).toContain(
      "[ERROR] plugin/reload: Corefile changed but reload failed: /etc/coredns/Corefile:14 - Error during parsing: Unknown directive 'lodbalance'",
    )
    expect(await answer('db.shop.svc.other.local')).toBe(0)
    await kubectl('-n kube-system rollout restart deploy/coredns')
    await lab.advance(60_000)
    expect((await kubectl('-n kube-system get pods -l k8s-app=kube-dns')).stdout).toMatch(
      /CrashLoopBackOff|Error/,
    )
  })
})
