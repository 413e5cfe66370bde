import { utc } from '#base/clock.ts'
import { isErrno, type Process } from '#lab/host/ports.ts'

/** What is said, what is run, and the file that keeps it. */
type Step = readonly [says: string, command: string, file: string]

const steps: readonly Step[] = [
  ['', 'date', 'date'],
  ['', 'hostname', 'hostname'],
  ['Dumping netstat', 'netstat -a -n', 'netstat'],
  ['Dumping routes (IPv4)', 'ip -4 route', 'ipv4_route'],
  ['Dumping routes (IPv6)', 'ip -6 route', 'ipv6_route'],
  ['Dumping interface info (IPv4)', 'ip -4 addr', 'ipv4_addr'],
  ['Dumping interface info (IPv6)', 'ip -6 addr', 'ipv6_addr'],
  ['Dumping iptables (IPv4)', 'iptables-save -c', 'ipv4_tables'],
  ['Dumping iptables (IPv6)', 'ip6tables-save -c', 'ipv6_tables'],
  ['Dumping ipsets', 'ipset list', 'ipsets'],
  [
    'Dumping ipsets (container)',
    'docker run --rm --privileged --net=host calico/node ipset list',
    'ipset_container',
  ],
  [
    'Copying journal for calico-node.service',
    'journalctl -u calico-node.service --no-pager',
    'journalctl_calico_node',
  ],
  ['Dumping felix stats', 'pkill -SIGUSR1 felix', ''],
]

/**
 * `calicoctl node diags [--log-dir=DIR]`: gathers what it can of this node into an archive. What it cannot run it says, and goes
 * on; answers the exit code.
 *
 * Not imitated: logs of containers (it asks docker for them, which no node of the lab has); nftables and crictl of newer ones.
 *
 * @see projectcalico/calico:calicoctl/calicoctl/commands/node/diags.go
 */
export async function diags(p: Process, words: readonly string[]): Promise<number> {
  if (p.credentials.euid !== 0) {
    p.stdout.write('Need super user privileges: Operation not permitted\n')
    return 1
  }
  const logs = words.find((word) => word.startsWith('--log-dir='))?.slice('--log-dir='.length)
  const folder = `/tmp/calico${String(Math.floor(p.random.next() * 1e9)).padStart(9, '0')}`
  p.stdout.write(`Collecting diagnostics\nUsing temp dir: ${folder}\n`)
  await p.files.mkdir(`${folder}/diagnostics`, { parents: true, mode: 0o700 })
  for (const step of steps) await kept(p, `${folder}/diagnostics`, step)
  await copyLogs(p, { from: logs ?? '/var/log/calico', to: `${folder}/diagnostics/logs` })
  p.stdout.write('Could not run docker command: \n')
  const { date, time } = utc(p.now())
  const file = `diags-${date.replaceAll('-', '')}_${time.slice(0, 8).replaceAll(':', '')}.tar.gz`
  const packed = await p.run(['tar', '-C', folder, '-zcf', `${folder}/${file}`, 'diagnostics'])
  if (packed.code !== 0) p.stdout.write(`Error compressing the diagnostics: exit status ${packed.code}\n`)
  const path = `${folder}/${file}`
  p.stdout.write(`\nDiags saved to ${path}\n${upload(path)}`)
  return 0
}

const upload = (path: string): string =>
  `If required, you can upload the diagnostics bundle to a file sharing service\nsuch as transfer.sh using curl or similar.  For example:\n\n    curl --upload-file ${path} https://transfer.sh/${path}\n`

async function kept(p: Process, folder: string, [says, command, file]: Step): Promise<void> {
  if (says !== '') p.stdout.write(`${says}\n`)
  const { code, text } = await outputOf(p, command.split(' '))
  if (code !== 0) p.stdout.write(`Failed to run command: ${command}\nError: ${text}\n`)
  if (file !== '') await p.files.write(`${folder}/${file}`, text)
}

/** A program that is not there says nothing itself. */
async function outputOf(
  p: Process,
  argv: readonly string[],
): Promise<{ readonly code: number; readonly text: string }> {
  try {
    const { code, stdout, stderr } = await p.run(argv)
    return { code, text: stdout + stderr }
  } catch (error) {
    if (!isErrno(error)) throw error
    return { code: 127, text: '' }
  }
}

async function copyLogs(
  p: Process,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<void> {
  if (!(await p.files.exists(from))) {
    p.stdout.write(`Error copying log files: stat ${from}: no such file or directory\n`)
    await p.files.mkdir(to, { mode: 0o700 })
    return
  }
  p.stdout.write('Copying Calico logs\n')
  const { code, text } = await outputOf(p, ['cp', '-r', from, to])
  if (code !== 0) p.stdout.write(`Error copying log files: ${text}`)
}
