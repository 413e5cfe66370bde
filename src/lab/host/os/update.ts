import { utc } from '#base/clock.ts'
import { isErrno, type Process, type Program } from '#lab/host/ports.ts'
import { machineOf } from '#lab/host/process/process.ts'

const source = '/var/lib/os-update'
const logPath = '/var/log/dpkg.log'

/**
 * os-update: the host's stand-in for a package manager's unattended upgrade. It installs what the package source
 * `/var/lib/os-update/` holds:
 *
 * - `package`: the package's name and version on one line (`calico-host 3.29.3-2`); without it there is nothing to do;
 * - `files/`: a tree that is laid over `/`, file by file, with its modes and owners (`files/etc/tmpfiles.d/calico.conf`);
 *   folders that exist are left as they are; local changes to files are replaced without asking;
 * - `removed`: absolute paths, one a line, that the new version no longer has.
 *
 * It writes /var/log/dpkg.log and the journal, and changes nothing when run again. Exit 100 when something is refused. It takes no
 * arguments: asked for help it tells how it is used, and does nothing.
 */
export const osUpdate: Program = async (p) => {
  const [word] = p.argv.slice(1)
  if (word !== undefined) {
    const isHelp = word === '-h' || word === '--help'
    if (!isHelp) p.stderr.write(`E: Command line option ${JSON.stringify(word)} is not understood\n`)
    p.stdout.write('Usage: os-update\n')
    return isHelp ? 0 : 100
  }
  p.stdout.write('Reading package lists... Done\nBuilding dependency tree... Done\n')
  const described = (await textOf(p, `${source}/package`))?.trim() ?? ''
  const [name, version = '1'] = described.split(/\s+/)
  if (name === undefined || name === '') return nothing(p)
  try {
    const changes = [...(await newFiles(p, '')), ...(await obsolete(p))]
    if (changes.length === 0) return nothing(p)
    await install(p, { name, version, changes })
    return 0
  } catch (error) {
    if (!isErrno(error)) throw error
    p.stderr.write(`E: ${error.path ?? source}: ${error.message}\n`)
    return 100
  }
}

function nothing(p: Process): number {
  p.stdout.write('0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n')
  return 0
}

interface Change {
  readonly path: string
  readonly what: 'install' | 'remove'
}

async function install(
  p: Process,
  { name, version, changes }: { name: string; version: string; changes: readonly Change[] },
): Promise<void> {
  p.stdout.write(`The following packages will be upgraded:\n  ${name}\n`)
  p.stdout.write('1 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n')
  p.stdout.write(`Unpacking ${name} (${version}) ...\nSetting up ${name} (${version}) ...\n`)
  for (const { path, what } of changes) {
    if (what === 'remove') {
      p.stdout.write(`Removing obsolete file ${path} ...\n`)
      await p.files.remove(path, { recursive: true })
    } else {
      if (path.startsWith('/etc/')) p.stdout.write(`Installing new version of config file ${path} ...\n`)
      await copy(p, path)
    }
  }
  await record(p, `upgrade ${name}:amd64 ${version}`)
  await record(p, `status installed ${name}:amd64 ${version}`)
  machineOf(p).log({
    unit: 'os-update.service',
    identifier: 'os-update',
    pid: p.pid,
    message: `Upgraded ${name} to ${version}: ${changes.map(({ path }) => path).join(' ')}`,
  })
}

/** Everything under `files/` that is not on the machine in just this form. */
async function newFiles(p: Process, folder: string): Promise<Change[]> {
  const changes: Change[] = []
  const entries = await entriesOf(p, `${source}/files${folder}`)
  for (const { name, kind } of entries) {
    const path = `${folder}/${name}`
    if (kind === 'directory') {
      if (!(await p.files.exists(path))) changes.push({ path, what: 'install' })
      changes.push(...(await newFiles(p, path)))
    } else if ((await fingerprint(p, path)) !== (await fingerprint(p, `${source}/files${path}`)))
      changes.push({ path, what: 'install' })
  }
  return changes
}

async function entriesOf(p: Process, path: string) {
  return (await p.files.exists(path)) ? p.files.list(path) : []
}

/** Kind, mode, owner and content; `undefined` where nothing is. */
async function fingerprint(p: Process, path: string): Promise<string | undefined> {
  try {
    const { kind, mode, uid, gid } = await p.files.lstat(path)
    const content =
      kind === 'symlink' ? await p.files.readlink(path) : kind === 'directory' ? '' : await p.files.read(path)
    return [kind, mode, uid, gid, content].join('\n')
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined
    throw error
  }
}

async function obsolete(p: Process): Promise<Change[]> {
  const listed = ((await textOf(p, `${source}/removed`)) ?? '').split('\n').map((line) => line.trim())
  const changes: Change[] = []
  for (const path of listed)
    if (path.startsWith('/') && (await fingerprint(p, path)) !== undefined)
      changes.push({ path, what: 'remove' })
  return changes
}

async function copy(p: Process, path: string): Promise<void> {
  const from = `${source}/files${path}`
  const { kind, mode, uid, gid } = await p.files.lstat(from)
  if (kind === 'directory') await p.files.mkdir(path, { mode })
  else {
    await p.files.remove(path).catch(ignoreMissing)
    if (kind === 'symlink') return p.files.symlink(await p.files.readlink(from), path)
    await p.files.write(path, await p.files.read(from))
  }
  await p.files.chown(path, uid, gid)
  await p.files.chmod(path, mode)
}

function ignoreMissing(error: unknown): void {
  if (!isErrno(error, 'ENOENT')) throw error
}

async function record(p: Process, what: string): Promise<void> {
  const { date, time } = utc(p.now())
  await p.files.append(logPath, `${date} ${time.slice(0, 8)} ${what}\n`)
}

async function textOf(p: Process, path: string): Promise<string | undefined> {
  return (await p.files.exists(path)) ? p.files.read(path) : undefined
}
