import { root } from '#lab/host/credentials.ts'
import type { Boot } from '#lab/host/machine/boot.ts'
import { isErrno } from '#lab/host/ports.ts'
import { system, type View } from '#lab/host/vfs.ts'

/** A kernel module as modules.dep tells it. */
interface ModuleLine {
  readonly path: string
  readonly needs: readonly string[]
}

/** Bytes that lsmod shows, of Ubuntu's 5.15 for amd64; what is not listed is small. */
const sizes: Readonly<Record<string, number>> = {
  br_netfilter: 32_768,
  bridge: 311_296,
  dummy: 16_384,
  ip6_tables: 32_768,
  ip_set: 57_344,
  ip_tables: 32_768,
  ip_tunnel: 32_768,
  ip_vs: 180_224,
  ipip: 20_480,
  nf_conntrack: 180_224,
  nf_nat: 49_152,
  nf_tables: 258_048,
  overlay: 155_648,
  vxlan: 114_688,
  wireguard: 94_208,
  x_tables: 53_248,
}

const moduleSize = (name: string): number => sizes[name] ?? 16_384

/** One name for both spellings: the kernel shows underscores. */
export const moduleName = (name: string): string =>
  name
    .replace(/^.*\//, '')
    .replace(/\.ko(\.\w+)?$/, '')
    .replaceAll('-', '_')

/** The release of the kernel that the boot loader finds: the newest kernel's package points /boot/vmlinuz at itself. */
export function installedKernel(view: View): string | undefined {
  try {
    return system.readlink(view, '/boot/vmlinuz').replace(/^.*vmlinuz-/, '')
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
  }
}

export type LoadResult = 'loaded' | 'not-found' | 'not-allowed'

/**
 * modprobe's work: loads a module of the running kernel with what it needs. `alias`: the kernel asked by itself
 * (request_module), which a `blacklist` line stops; `install NAME /bin/false` stops everybody.
 */
export function loadModule(boot: Boot, name: string, o: { readonly alias: boolean }): LoadResult {
  const wanted = moduleName(name)
  if (boot.modules.has(wanted)) return 'loaded'
  const view: View = { mounts: boot.space.mounts, credentials: root, cwd: '/' }
  const lines = moduleLines(view, boot.system.machine.kernelRelease)
  const line = lines.get(wanted)
  if (line === undefined) return 'not-found'
  const settings = modprobeSettings(view)
  if (settings.refused.has(wanted) || (o.alias && settings.blacklisted.has(wanted))) return 'not-allowed'
  for (const need of line.needs) boot.modules.add(need)
  boot.modules.add(wanted)
  return 'loaded'
}

/** Who uses a loaded module, of those that are loaded. */
export function usersOf(boot: Boot, name: string): readonly string[] {
  const view: View = { mounts: boot.space.mounts, credentials: root, cwd: '/' }
  const lines = moduleLines(view, boot.system.machine.kernelRelease)
  return [...boot.modules].filter((other) => lines.get(other)?.needs.includes(name))
}

/** /proc/modules: the newest first. */
export const procModules = (boot: Boot): string =>
  [...boot.modules]
    .reverse()
    .map((name) => {
      const users = usersOf(boot, name)
      const by = users.length === 0 ? '-' : `${users.join(',')},`
      return `${name} ${moduleSize(name)} ${users.length} ${by} Live 0x0000000000000000\n`
    })
    .join('')

function moduleLines(view: View, release: string): ReadonlyMap<string, ModuleLine> {
  const text = textOf(view, `/lib/modules/${release}/modules.dep`)
  const known = parsed.get(text)
  if (known !== undefined) return known
  const lines = new Map<string, ModuleLine>()
  for (const line of text.split('\n')) {
    const [path = '', needs = ''] = line.split(':')
    if (path !== '')
      lines.set(moduleName(path), {
        path,
        needs: needs
          .split(' ')
          .filter((each) => each !== '')
          .map(moduleName),
      })
  }
  parsed.set(text, lines)
  return lines
}

/** By text, which all machines of an installation share. */
const parsed = new Map<string, ReadonlyMap<string, ModuleLine>>()

function modprobeSettings(view: View): {
  readonly refused: ReadonlySet<string>
  readonly blacklisted: ReadonlySet<string>
} {
  const refused = new Set<string>()
  const blacklisted = new Set<string>()
  for (const folder of ['/etc/modprobe.d', '/run/modprobe.d', '/lib/modprobe.d'])
    for (const { name } of system.exists(view, folder) ? system.list(view, folder) : [])
      for (const line of name.endsWith('.conf') ? textOf(view, `${folder}/${name}`).split('\n') : []) {
        const [word, module = '', program = ''] = line.trim().split(/\s+/)
        if (word === 'blacklist') blacklisted.add(moduleName(module))
        if (word === 'install' && /\/(false|true)$/.test(program)) refused.add(moduleName(module))
      }
  return { refused, blacklisted }
}

function textOf(view: View, path: string): string {
  try {
    return system.read(view, path)
  } catch (error) {
    if (isErrno(error)) return ''
    throw error
  }
}
