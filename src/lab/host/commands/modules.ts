import { invalidOption, parseArguments } from '#lab/host/commands/cli.ts'
import { loadModule, moduleName, usersOf } from '#lab/host/machine/modules.ts'
import { readable } from '#lab/host/os/readable.ts'
import type { Process, Program } from '#lab/host/ports.ts'
import { machineOf } from '#lab/host/process/process.ts'

/** lsmod(8), from /proc/modules. */
export const lsmod: Program = async (p) => {
  p.stdout.write('Module                  Size  Used by\n')
  for (const line of (await p.files.read('/proc/modules')).split('\n')) {
    const [name, size, count, users = '-'] = line.split(' ')
    if (name === undefined || name === '') continue
    const by = users === '-' ? '' : ` ${users.replace(/,$/, '')}`
    p.stdout.write(`${name.padEnd(19)} ${String(size).padStart(8)}  ${count}${by}\n`)
  }
  return 0
}

/**
 * modprobe(8): loads modules of the running kernel with what they need, `-r` unloads, `-n` only looks, `-q` is quiet,
 * `-a` takes several. Words of kmod 29.
 */
export const modprobe: Program = async (p) => {
  const args = parseArguments(p.argv.slice(1), {
    flags: 'rqvanf',
    long: ['--remove', '--quiet', '--all', '--dry-run', '--first-time'],
    values: ['d', 'S'],
  })
  if (args.unknown !== undefined) return invalidOption(p, args.unknown)
  if (args.operands.length === 0) {
    p.stderr.write('modprobe: ERROR: missing parameters. See -h.\n')
    return 1
  }
  const has = (letter: string, word: string): boolean => args.flags.has(letter) || args.flags.has(word)
  const names = has('a', '--all') || has('r', '--remove') ? args.operands : args.operands.slice(0, 1)
  let code = 0
  for (const name of names) {
    const trouble = has('r', '--remove')
      ? remove(p, name)
      : insert(p, name, { dry: has('n', '--dry-run'), first: args.flags.has('--first-time') })
    if (trouble === undefined) continue
    if (!has('q', '--quiet') || !trouble.startsWith('FATAL')) p.stderr.write(`modprobe: ${trouble}\n`)
    code = 1
  }
  return code
}

function insert(
  p: Process,
  name: string,
  o: { readonly dry: boolean; readonly first: boolean },
): string | undefined {
  const machine = machineOf(p)
  const boot = machine.running
  const wanted = moduleName(name)
  const loaded = boot.modules.has(wanted)
  if (loaded) return o.first ? `ERROR: could not insert '${wanted}': Module already in kernel` : undefined
  if (!p.credentials.effective.has('SYS_MODULE') && !o.dry)
    return `ERROR: could not insert '${wanted}': Operation not permitted`
  const before = new Set(boot.modules)
  const result = loadModule(boot, name, { alias: false })
  if (o.dry) {
    boot.modules.clear()
    for (const each of before) boot.modules.add(each)
  }
  if (result === 'not-found')
    return `FATAL: Module ${name} not found in directory /lib/modules/${machine.kernelRelease}`
  return result === 'not-allowed'
    ? `ERROR: ../libkmod/libkmod-module.c:990 command_do() Error running install command '/bin/false' for module ${wanted}: retcode 1\nmodprobe: ERROR: could not insert '${wanted}': Invalid argument`
    : undefined
}

function remove(p: Process, name: string): string | undefined {
  const boot = machineOf(p).running
  const wanted = moduleName(name)
  if (!boot.modules.has(wanted)) return `FATAL: Module ${wanted} is not in kernel.`
  if (!p.credentials.effective.has('SYS_MODULE'))
    return `ERROR: could not remove '${wanted}': Operation not permitted`
  if (usersOf(boot, wanted).length > 0 || isBusy(p, wanted)) return `FATAL: Module ${wanted} is in use.`
  boot.modules.delete(wanted)
  return undefined
}

/** A device of the module's kind, or rules that are there, keep it. */
function isBusy(p: Process, name: string): boolean {
  const links = p.net.links()
  if (name === 'ipip' || name === 'vxlan' || name === 'veth' || name === 'dummy')
    return links.some(({ kind, name: link }) => kind === name && link !== 'tunl0')
  if (name === 'ip_set' || name === 'xt_set') return Object.keys(p.net.sets()).length > 0
  if (name === 'nf_conntrack' || name === 'ip_tables' || name === 'x_tables')
    return Object.keys(p.net.filter.chains()).length > 0
  return false
}

/** modinfo(8): `filename` and what it needs. */
export const modinfo: Program = async (p) => {
  const { kernelRelease } = machineOf(p)
  let code = 0
  for (const name of p.argv.slice(1).filter((word) => !word.startsWith('-'))) {
    const lines = ((await readable(p.files, `/lib/modules/${kernelRelease}/modules.dep`)) ?? '').split('\n')
    const line = lines.find((each) => moduleName(each.split(':')[0] ?? '') === moduleName(name))
    if (line === undefined) {
      p.stderr.write(`modinfo: ERROR: Module ${name} not found.\n`)
      code = 1
      continue
    }
    const [path = '', needs = ''] = line.split(':')
    const depends = needs
      .split(' ')
      .filter((each) => each !== '')
      .map(moduleName)
    const field = (key: string, value: string): string => `${`${key}:`.padEnd(16)}${value}\n`
    p.stdout.write(
      `${field('filename', `/lib/modules/${kernelRelease}/${path}`)}${field('depends', depends.join(','))}${field('name', moduleName(name))}${field('vermagic', `${kernelRelease} SMP mod_unload modversions `)}`,
    )
  }
  return code
}

/** systemd-modules-load(8): the names in /etc/modules-load.d, /run/…, /usr/lib/…. */
export const systemdModulesLoad: Program = async (p) => {
  const boot = machineOf(p).running
  let code = 0
  for (const folder of ['/etc/modules-load.d', '/run/modules-load.d', '/usr/lib/modules-load.d']) {
    const entries = (await p.files.exists(folder)) ? await p.files.list(folder) : []
    for (const { name } of entries.filter((each) => each.name.endsWith('.conf')))
      for (const line of (await p.files.read(`${folder}/${name}`)).split('\n')) {
        const module = line.trim()
        if (module === '' || /^[#;]/.test(module)) continue
        const result = loadModule(boot, module, { alias: false })
        if (result === 'loaded') p.stderr.write(`Inserted module '${moduleName(module)}'\n`)
        else p.stderr.write(`Failed to find module '${module}'\n`)
        if (result !== 'loaded') code = 1
      }
  }
  return code
}
