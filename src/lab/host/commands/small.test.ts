import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { textOfBytes } from '#base/bytes.ts'
import { baseOs, hostPrograms } from '#lab/host/os.ts'
import { testMachine } from '#lab/host/testing.ts'

test.each([
  [
    'diff of changed lines',
    'printf "1\\n2\\n3\\n" > a; printf "1\\nX\\n3\\n4\\n" > b; diff a b',
    '2c2\n< 2\n---\n> X\n3a4\n> 4\n',
  ],
  ['diff of the same files', 'echo a > a; cp a b; diff a b; echo $?', '0\n'],
  [
    'diff -u counts its lines',
    'printf "1\\n2\\n" > a; printf "1\\n" > b; diff -u a b | tail -3',
    '@@ -1,2 +1 @@\n 1\n-2\n',
  ],
  [
    'a digest that is checked',
    'echo a > a; sha256sum a > s; sha256sum -c s; echo b > a; sha256sum -c s',
    'a: OK\na: FAILED\nsha256sum: WARNING: 1 computed checksum did NOT match\n',
  ],
  ['base64 both ways', 'echo hello | base64 | base64 -d', 'hello\n'],
  [
    'sudo as another user has no rights of root',
    'echo x > secret; chmod 600 secret; cd /; sudo -u nobody cat /tmp/secret',
    'cat: /tmp/secret: Permission denied\n',
  ],
  [
    'sudo of nobody is refused',
    'sudo -u nobody sudo id',
    'nobody is not in the sudoers file.  This incident will be reported.\n',
  ],
  ['su to an account without a shell', 'su nobody', 'This account is currently not available.\n'],
  [
    'setpriv gives ids and takes capabilities',
    'setpriv --reuid=10001 --regid=0 --clear-groups grep CapEff /proc/self/status',
    'CapEff:\t0000000000000000\n',
  ],
  [
    'install makes a folder with owner and mode',
    'install -d -m 0750 -o nobody x; stat -c "%a %U" x',
    '750 nobody\n',
  ],
  [
    'a machine is given another name, by who may',
    'hostnamectl set-hostname web-1; hostname; cat /etc/hostname; sysctl -n kernel.hostname; sudo -u nobody hostname x',
    'web-1\nweb-1\nweb-1\nhostname: you must be root to change the host name\n',
  ],
  [
    'nsenter of a process that is not there',
    'nsenter -t 99999 -n true',
    'nsenter: cannot open /proc/99999/ns/net: No such file or directory\n',
  ],
])('%s', async (_, script, says) => {
  const { run } = await testMachine({ tree: baseOs({ hostname: 'k8s-worker-01' }), programs: hostPrograms })
  const { stdout, stderr } = await run(['bash', '-c', `cd /tmp; ${script}`])
  expect(stdout + stderr).toBe(says)
})

test('zcat shows what is packed, and gunzip puts it in its place', async () => {
  const { machine, run } = await testMachine({
    tree: baseOs({ hostname: 'k8s-worker-01' }),
    programs: hostPrograms,
  })
  await machine.files.write('/tmp/a.gz', textOfBytes(gzipSync('hello\n')))
  const { stdout, stderr } = await run(['bash', '-c', 'cd /tmp; zcat a.gz; gunzip a.gz; ls; cat a; zcat a'])
  expect(stdout + stderr).toBe('hello\na\nhello\ngzip: a: not in gzip format\n')
})
