import { type Files, isErrno, type Process } from '#lab/host/ports.ts'
import { loadUnit, type Unit, unitFolders } from '#lab/host/systemd/unit.ts'

const configured = '/etc/systemd/system'

const links = (unit: Unit): string[] =>
  unit.wantedBy.map((target) => `${configured}/${target}.wants/${unit.name}`)

/** systemctl enable: a link for each target of WantedBy=. Answers the exit code. */
export async function enable(p: Process, name: string): Promise<number> {
  const unit = await loadUnit(p.files, name)
  if (unit === undefined) return missing(p, 'enable', name)
  if (unit.masked) {
    p.stderr.write(`Failed to enable unit: Unit file ${unit.path} is masked.\n`)
    return 1
  }
  for (const link of links(unit)) {
    if (await isLink(p.files, link)) continue
    try {
      await p.files.mkdir(link.slice(0, link.lastIndexOf('/')), { parents: true })
      await p.files.symlink(unit.path, link)
    } catch (error) {
      return refused(p, 'enable', error)
    }
    p.stderr.write(`Created symlink ${link} → ${unit.path}.\n`)
  }
  return 0
}

/** systemctl mask: a link to /dev/null in the unit's place. */
export async function mask(p: Process, name: string): Promise<number> {
  const path = `${configured}/${name}`
  if (await isLink(p.files, path)) {
    const unit = await loadUnit(p.files, name)
    if (unit?.masked) return 0
    p.stderr.write(`Failed to mask unit: File ${path} already exists.\n`)
    return 1
  }
  try {
    await p.files.symlink('/dev/null', path)
  } catch (error) {
    return refused(p, 'mask', error)
  }
  p.stderr.write(`Created symlink ${path} → /dev/null.\n`)
  return 0
}

/** systemctl unmask. */
export async function unmask(p: Process, name: string): Promise<number> {
  const unit = await loadUnit(p.files, name)
  if (unit?.masked !== true) return 0
  try {
    await p.files.remove(unit.path)
  } catch (error) {
    return refused(p, 'unmask', error)
  }
  p.stderr.write(`Removed ${unit.path}.\n`)
  return 0
}

/** systemctl disable. */
export async function disable(p: Process, name: string): Promise<number> {
  const unit = await loadUnit(p.files, name)
  if (unit === undefined) return missing(p, 'disable', name)
  for (const link of links(unit)) {
    if (!(await isLink(p.files, link))) continue
    try {
      await p.files.remove(link)
    } catch (error) {
      return refused(p, 'disable', error)
    }
    p.stderr.write(`Removed ${link}.\n`)
  }
  return 0
}

export async function isEnabled(
  files: Files,
  name: string,
): Promise<'enabled' | 'disabled' | 'static' | 'masked' | undefined> {
  const unit = await loadUnit(files, name)
  if (unit === undefined) return undefined
  if (unit.masked) return 'masked'
  const targets = unit.wantedBy
  for (const folder of unitFolders)
    for (const target of targets)
      if (await isLink(files, `${folder}/${target}.wants/${name}`)) return 'enabled'
  return targets.length === 0 ? 'static' : 'disabled'
}

async function isLink(files: Files, path: string): Promise<boolean> {
  try {
    await files.lstat(path)
    return true
  } catch (error) {
    if (isErrno(error)) return false
    throw error
  }
}

function missing(p: Process, verb: string, name: string): number {
  p.stderr.write(`Failed to ${verb} unit: Unit file ${name} does not exist.\n`)
  return 1
}

function refused(p: Process, verb: string, error: unknown): number {
  if (!isErrno(error)) throw error
  p.stderr.write(`Failed to ${verb} unit: ${error.message}\n`)
  return 1
}
