import { afterAll, beforeAll, expect, test } from 'vitest'
import { Lab } from '#lab/lab.ts'

let lab: Lab

beforeAll(async () => {
  lab = await Lab.boot({ seed: 'tar', nodes: 2 })
})

afterAll(() => lab.shutdown())

const run = async (script: string) => {
  const { code, stdout, stderr } = await lab.run('k8s-worker-01', ['bash', '-c', script])
  return { code, out: `${stdout}${stderr}` }
}

test('what is packed comes out again, folders and umlauts included', async () => {
  const script =
    'mkdir -p /tmp/a/b /tmp/out && echo äöü > /tmp/a/b/x && echo y > /tmp/a/y && cd /tmp && tar cf - a | tar -xmf - -C /tmp/out && cat /tmp/out/a/b/x /tmp/out/a/y && tar cf /tmp/t.tar a && tar tf /tmp/t.tar'
  expect(await run(script)).toEqual({ code: 0, out: 'äöü\ny\na/\na/b/\na/b/x\na/y\n' })
})

test.each<[string, string, number, string]>([
  [
    'a file that is not there',
    'cd /tmp && tar cf - nope >/dev/null',
    2,
    'tar: nope: Cannot stat: No such file or directory\ntar: Exiting with failure status due to previous errors\n',
  ],
  [
    'an archive that is not there',
    'tar xf /nope.tar',
    2,
    'tar: /nope.tar: Cannot open: No such file or directory\ntar: Error is not recoverable: exiting now\n',
  ],
])('says what is wrong with %s', async (_name, script, code, out) => {
  expect(await run(script)).toEqual({ code, out })
})
