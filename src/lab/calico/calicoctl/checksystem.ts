import { readable } from '#lab/host/os/readable.ts'
import type { Process } from '#lab/host/ports.ts'

const modules = [
  'ip_set',
  'ip6_tables',
  'ip_tables',
  'ipt_ipvs',
  'vfio-pci',
  'xt_bpf',
  'ipt_REJECT',
  'ipt_rpfilter',
  'xt_rpfilter',
  'ipt_set',
  'nf_conntrack_netlink',
  'xt_addrtype',
  'xt_conntrack',
  'xt_icmp',
  'xt_icmp6',
  'xt_mark',
  'xt_multiport',
  'xt_set',
  'xt_u32',
]

/** `calicoctl node checksystem` up to 3.32 (projectcalico/calico:calicoctl/calicoctl/commands/node/checksystem.go). */
export async function checkSystem(p: Process): Promise<number> {
  const release = (await p.files.read('/proc/sys/kernel/osrelease')).trim()
  const row = (name: string, word: string): string => `\t\t${name.padEnd(20)}\t\t\t\t\t${word}\n`
  p.stdout.write(`Checking kernel version...\n${row(release, 'OK')}Checking kernel modules...\n`)
  const folder = `/lib/modules/${release}`
  const known = `${(await readable(p.files, `${folder}/modules.dep`)) ?? ''}${(await readable(p.files, `${folder}/modules.builtin`)) ?? ''}`
  const loaded = (await readable(p.files, '/proc/modules')) ?? ''
  let missing = 0
  for (const name of modules) {
    const isThere =
      known.includes(`/${name}.ko`) || new RegExp(`^${name.replaceAll('-', '_')} `, 'm').test(loaded)
    if (!isThere)
      p.stdout.write(`WARNING: Unable to detect the ${name} module as Loaded/Builtin module or lsmod\n`)
    p.stdout.write(row(name, isThere ? 'OK' : 'FAIL'))
    if (!isThere) missing++
  }
  if (missing === 0) {
    p.stdout.write('System meets minimum system requirements to run Calico!\n')
    return 0
  }
  p.stdout.write("system doesn't meet one or more minimum systems requirements to run Calico\n")
  return 1
}
