/**
 * `systemctl edit` and `systemctl revert`: systemd:src/systemctl/systemctl-edit.c, src/shared/{edit-util,install}.c.
 *
 * Not imitated: `--runtime`, and an editor for full screens; $SYSTEMD_EDITOR may be any command (`tee` takes its input as the text).
 */
import { isErrno, type Process } from '#lab/host/ports.ts'
import { readAll } from '#lab/host/process/streams.ts'
import { loadUnit, namesIn, textOf, type Unit } from '#lab/host/systemd/unit.ts'

const configured = '/etc/systemd/system'

export interface EditOptions {
  /** `--stdin`: the text comes from there. */
  readonly stdin: boolean
  /** `--full`: the whole unit, as a copy; else a drop-in. */
  readonly full: boolean
  /** `--drop-in=NAME` */
  readonly dropIn: string
}

/** Writes what was edited. Answers the exit code; the caller has the manager read its units again after 0. */
export async function edit(p: Process, name: string, o: EditOptions): Promise<number> {
  const unit = await loadUnit(p.files, name)
  if (unit === undefined)
    return failed(
      p,
      `No files found for ${name}.\nRun 'systemctl edit --force --full ${name}' to create a new unit.`,
    )
  if (unit.masked) return failed(p, `Cannot edit ${name}: unit is masked.`)
  const path = o.full ? `${configured}/${name}` : `${configured}/${name}.d/${o.dropIn}`
  const text = o.stdin ? await readAll(p) : await edited(p, path, unit, o)
  if (text === undefined)
    return failed(p, 'No editor available. Please set either $SYSTEMD_EDITOR, $EDITOR or $VISUAL.')
  if (text.trim() === '') {
    p.stderr.write(`Editing "${path}" canceled: temporary file is empty.\n`)
    return 0
  }
  try {
    await p.files.mkdir(path.slice(0, path.lastIndexOf('/')), { parents: true })
    await p.files.write(path, text, { mode: 0o644 })
  } catch (error) {
    if (!isErrno(error)) throw error
    return failed(p, `Failed to create "${path}": ${error.message}`)
  }
  p.stderr.write(`Successfully installed edited file '${path}'.\n`)
  return 0
}

/** What an editor makes of it, with the lines of help that systemd takes out again; undefined without an editor. */
async function edited(p: Process, path: string, unit: Unit, o: EditOptions): Promise<string | undefined> {
  const { SYSTEMD_EDITOR, EDITOR, VISUAL } = p.env
  const editor = SYSTEMD_EDITOR ?? EDITOR ?? VISUAL
  if (editor === undefined || editor === '') return undefined
  const temporary = `${configured}/.#${path.split('/').at(-1)}${p.random.text(16)}`
  const before =
    (await textOf(p.files, path)) ?? (o.full ? await textOf(p.files, unit.path) : undefined) ?? ''
  await p.files.write(temporary, o.full ? before : `${above(path)}\n\n${before}\n\n${below}\n`)
  const child = await p.spawn(['sh', '-c', `${editor} "$@"`, 'sh', temporary], { stdin: await readAll(p) })
  await child.exited(p)
  const text = (await textOf(p.files, temporary)) ?? ''
  await p.files.remove(temporary)
  return o.full ? text : (text.split(below)[0] ?? '').replace(above(path), '').replace(/^\n+/, '')
}

const above = (path: string): string =>
  `### Editing ${path}\n### Anything between here and the comment below will become the contents of the drop-in file`
const below = '### Edits below this comment will be discarded'

/** Takes away what somebody put over a unit of the distribution: drop-ins, and a copy or mask of it. */
export async function revert(p: Process, name: string): Promise<number> {
  const folder = `${configured}/${name}.d`
  const dropIns = (await namesIn(p.files, folder)).filter((file) => file.endsWith('.conf'))
  const gone = dropIns.map((file) => `${folder}/${file}`)
  if ((await namesIn(p.files, folder)).length > 0 || gone.length > 0) gone.push(folder)
  if (await isOverVendor(p, name)) gone.push(`${configured}/${name}`)
  for (const path of gone) {
    try {
      await p.files.remove(path, { recursive: path === folder })
    } catch (error) {
      if (!isErrno(error)) throw error
      return failed(p, `Failed to revert unit file ${name}: ${error.message}`)
    }
    p.stderr.write(`Removed ${path}.\n`)
  }
  return 0
}

/** A unit that is nowhere but here stays. */
async function isOverVendor({ files }: Process, name: string): Promise<boolean> {
  const path = `${configured}/${name}`
  if (!(await namesIn(files, configured)).includes(name)) return false
  for (const folder of ['/usr/local/lib/systemd/system', '/lib/systemd/system'])
    if (`${folder}/${name}` !== path && (await files.exists(`${folder}/${name}`))) return true
  return false
}

function failed(p: Process, text: string): number {
  p.stderr.write(`${text}\n`)
  return 1
}
