import { attempt, invalidOption, join, parseArguments, refused, say } from '#lab/host/commands/cli.ts'
import { readable } from '#lab/host/os/readable.ts'
import type { Process, Program } from '#lab/host/ports.ts'
import { hostProcess, machineOf } from '#lab/host/process/process.ts'
import { contextOf, policyTypeOf, typeOf } from '#lab/host/selinux/file-contexts.ts'
import { type Labelled, labelOf, machinePathOf } from '#lab/host/selinux/labels.ts'
import { configuredMode, type SELinux } from '#lab/host/selinux/selinux.ts'
import { owns } from '#lab/host/vfs/permission.ts'
import { existing, isReadOnly, walk } from '#lab/host/vfs.ts'

const kernel = (p: Process): SELinux | undefined => machineOf(p).running.selinux

/** getenforce(8). */
const getenforce: Program = async (p) => {
  const selinux = kernel(p)
  p.stdout.write(`${selinux === undefined ? 'Disabled' : selinux.enforcing ? 'Enforcing' : 'Permissive'}\n`)
  return 0
}

const modes: Readonly<Record<string, boolean>> = { '1': true, enforcing: true, '0': false, permissive: false }

/** setenforce(8): until the next boot (SELinuxProject/selinux:libselinux/utils/setenforce.c). */
const setenforce: Program = async (p) => {
  const [word, ...more] = p.argv.slice(1)
  const enforcing = modes[word?.toLowerCase() ?? '']
  const selinux = kernel(p)
  const isWord = word !== undefined && more.length === 0
  if (isWord && selinux === undefined) {
    say(p, 'SELinux is disabled')
    return 1
  }
  if (!isWord || enforcing === undefined) {
    p.stderr.write(`usage:  ${p.argv[0]} [ Enforcing | Permissive | 1 | 0 ]\n`)
    return 1
  }
  if (
    selinux === undefined ||
    p.credentials.euid !== 0 ||
    hostProcess(p).state.space.confined !== undefined
  ) {
    say(p, ' security_setenforce() failed:  Permission denied')
    return 2
  }
  selinux.enforcing = enforcing
  machineOf(p).moved() // what is refused may be kept as an answer
  p.moved()
  return 0
}

/** sestatus(8), without options (SELinuxProject/selinux:policycoreutils/sestatus/sestatus.c). */
const sestatus: Program = async (p) => {
  const row = (head: string, value: string): void => p.stdout.write(`${head.padEnd(32)}${value}\n`)
  const selinux = kernel(p)
  row('SELinux status:', selinux === undefined ? 'disabled' : 'enabled')
  if (selinux === undefined) return 0
  row('SELinuxfs mount:', '/sys/fs/selinux')
  row('SELinux root directory:', '/etc/selinux')
  row('Loaded policy name:', 'targeted')
  row('Current mode:', selinux.enforcing ? 'enforcing' : 'permissive')
  row(
    'Mode from config file:',
    configuredMode(await readable(p.files, '/etc/selinux/config')) ?? 'error (Success)',
  )
  row('Policy MLS status:', 'enabled')
  row('Policy deny_unknown status:', 'allowed')
  row('Memory protection checking:', 'actual (secure)')
  row('Max kernel policy version:', '33')
  return 0
}

/** The context of a file, as `ls -Z` and `stat -c %C` show it: `?` on a kernel without SELinux. Throws Errno. */
export function contextAt(p: Process, path: string, o: { readonly follow: boolean }): string {
  if (kernel(p) === undefined) return '?'
  return labelOf(placeAt(p, path, o.follow), levelOf(p))
}

/** What the context of its own processes ends with: `s0:c12,c48`. */
const levelOf = (p: Process): string | undefined =>
  hostProcess(p).state.space.context?.split(':').slice(3).join(':')

/** Gives a copy the context of what it was made from, where the kernel lets it (`cp -a`; `mv` to another file system). */
export function copyContext(p: Process, from: string, to: string): void {
  if (kernel(p) === undefined) return
  const copy = placeAt(p, to, false)
  const label = labelOf(placeAt(p, from, false), levelOf(p))
  if (label !== labelOf(copy, levelOf(p)) && mayLabel(p, copy)) copy.inode.label = label
}

function placeAt(p: Process, path: string, follow: boolean): Labelled {
  const { space, view } = hostProcess(p).state
  const found = existing(view, path, follow)
  return space.rootNames === undefined ? found : { ...found, names: [...space.rootNames, ...found.names] }
}

/** The context of a process: on a machine everything but containers is free. */
export const unconfined = 'system_u:system_r:unconfined_service_t:s0'

/** chcon(1): `-t TYPE`, a whole CONTEXT, `-R`, `-v`. */
const chcon: Program = async (p) => {
  const args = parseArguments(p.argv.slice(1), {
    flags: 'Rv',
    values: ['t', '--type'],
    long: ['--recursive'],
  })
  if (args.unknown !== undefined) return invalidOption(p, args.unknown)
  const type = args.values.get('t') ?? args.values.get('--type')
  const [context, ...rest] = args.operands
  const paths = type === undefined ? rest : args.operands
  if (paths.length === 0) {
    say(p, context === undefined ? 'missing operand' : `missing operand after '${context}'`)
    return 1
  }
  const recursive = args.flags.has('R') || args.flags.has('--recursive')
  return eachFile(p, paths, recursive, (at, path) => {
    if (type !== undefined && kernel(p) === undefined)
      return refused(p, `can't apply partial context to unlabeled file '${path}'`)
    const label = type === undefined ? (context as string) : withType(labelOf(at), type) // a path follows it
    if (!mayLabel(p, at) || kernel(p) === undefined)
      return refused(p, `failed to change context of '${path}' to '${label}': ${whyNot(p)}`)
    if (args.flags.has('v')) p.stdout.write(`changing security context of '${path}'\n`)
    at.inode.label = label
    return 0
  })
}

/** restorecon(8): `-R`, `-v`, `-F` (SELinuxProject/selinux:libselinux/src/selinux_restorecon.c, restorecon_sb). */
const restorecon: Program = async (p) => {
  const args = parseArguments(p.argv.slice(1), { flags: 'RrvFn' })
  if (args.unknown !== undefined) return invalidOption(p, args.unknown)
  if (args.operands.length === 0) {
    p.stderr.write(`usage:  ${p.argv[0]} [-iIDFmnprRv0xT] [-e excludedir] pathname...\n`)
    return 255
  }
  if (kernel(p) === undefined) return 0
  const has = (flag: string): boolean => args.flags.has(flag)
  return eachFile(p, args.operands, has('R') || has('r'), (at, path) => {
    const { label } = at.inode
    const type = policyTypeOf(machinePathOf(at))
    if (label === undefined || typeOf(label) === type) return 0
    if (customizable.has(typeOf(label)) && !has('F')) {
      if (has('v')) p.stdout.write(`${path} not reset as customized by admin to ${label}\n`)
      return 0
    }
    if (!mayLabel(p, at)) return refused(p, `Could not set context for ${path}:  ${whyNot(p)}`)
    const next = has('F') ? contextOf(type) : withType(label, type)
    if (has('v'))
      p.stdout.write(`${has('n') ? 'Would relabel' : 'Relabeled'} ${path} from ${label} to ${next}\n`)
    if (!has('n')) at.inode.label = next === contextOf(type) ? undefined : next
    return 0
  })
}

/** What an administrator has chosen is left alone without `-F` (fedora-selinux/selinux-policy:dist/customizable_types). */
const customizable = new Set(['container_file_t', 'sandbox_file_t', 'svirt_sandbox_file_t', 'virt_content_t'])

/** matchpathcon(8), without options. */
const matchpathcon: Program = async (p) => {
  for (const path of p.argv.slice(1)) p.stdout.write(`${path}\t${contextOf(policyTypeOf(path))}\n`)
  return 0
}

const withType = (context: string, type: string): string =>
  context
    .split(':')
    .map((part, at) => (at === 2 ? type : part))
    .join(':')

const mayLabel = (p: Process, { mount, inode }: Labelled): boolean =>
  !isReadOnly(mount) && owns(p.credentials, inode) && hostProcess(p).state.space.confined === undefined

const whyNot = (p: Process): string =>
  kernel(p) === undefined ? 'Operation not supported' : 'Operation not permitted'

/** Every path, and with `recursive` all below it. */
async function eachFile(
  p: Process,
  paths: readonly string[],
  recursive: boolean,
  change: (at: Labelled, path: string) => number,
): Promise<number> {
  let code = 0
  for (const path of paths) {
    const at = await attempt(
      p,
      async () => placeAt(p, path, true),
      ({ message }) => `cannot access '${path}': ${message}`,
    )
    if (at === undefined) {
      code = 1
      continue
    }
    code = Math.max(code, change(at, path))
    if (!recursive || at.inode.kind !== 'directory') continue
    const inside = at.inode.names().map((name) => join(path, name))
    const files = inside.filter(
      (each) => walk(hostProcess(p).state.view, each, false).inode?.kind !== 'symlink',
    )
    code = Math.max(code, await eachFile(p, files, true, change))
  }
  return code
}

/** What distributions with SELinux have under /usr/sbin beyond. */
export const selinuxTools: Readonly<Record<string, Program>> = {
  chcon,
  getenforce,
  matchpathcon,
  restorecon,
  sestatus,
  setenforce,
}
