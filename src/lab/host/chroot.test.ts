import { afterAll, beforeAll, expect, test } from 'vitest'
import { Lab } from '#lab/lab.ts'

let lab: Lab

beforeAll(async () => {
  lab = await Lab.boot({ seed: 'chroot', nodes: 2 })
})

afterAll(() => lab.shutdown())

const run = async (script: string) => {
  const { code, stdout, stderr } = await lab.run('k8s-worker-01', ['bash', '-c', script])
  return { code, out: `${stdout}${stderr}` }
}

test.each<[string, string, number, string | RegExp]>([
  [
    'sees another root and what is mounted below it',
    'chroot /proc/.. cat /etc/hostname /proc/sys/kernel/hostname',
    0,
    'k8s-worker-01\nk8s-worker-01\n',
  ],
  [
    'does not see what is outside',
    'mkdir -p /jail/bin && cp /bin/cat /jail/bin/ && echo in > /jail/x && chroot /jail cat /x /etc/hostname',
    1,
    'in\ncat: /etc/hostname: No such file or directory\n',
  ],
  [
    'finds no command there',
    'mkdir -p /empty && chroot /empty cat /x',
    127,
    "chroot: failed to run command 'cat': No such file or directory\n",
  ],
  [
    'needs a directory',
    'chroot /etc/hostname true',
    125,
    "chroot: cannot change root directory to '/etc/hostname': Not a directory\n",
  ],
])('chroot %s', async (_name, script, code, out) => {
  expect(await run(script)).toEqual({ code, out })
})
