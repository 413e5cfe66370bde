/**
 * Files that change all at once: a folder of each state, and the link `..data` that is turned from one to the next
 * (kubernetes/kubernetes:pkg/volume/util/atomic_writer.go).
 *
 *     ..2026_01_07_06_30_00.2819173645/Corefile
 *     ..data -> ..2026_01_07_06_30_00.2819173645
 *     Corefile -> ..data/Corefile
 */
import { utc } from '#base/clock.ts'
import { type Files, isErrno } from '#lab/host/ports.ts'

export interface Payload {
  /** Path within the volume → text. */
  readonly files: ReadonlyMap<string, string>
  readonly mode: number
  /** Written anew by the clock. */
  readonly refreshMs?: number | undefined
}

/** Makes the folder hold exactly the payload; leaves it alone when it does. Rejects with an Errno of the disk. */
export async function writeAtomically(
  files: Files,
  folder: string,
  payload: Payload,
  o: { readonly nowMs: number; readonly suffix: string },
): Promise<void> {
  await files.mkdir(folder, { parents: true, apart: payload.refreshMs !== undefined })
  const link = `${folder}/..data`
  const before = await targetOf(files, link)
  if (before !== undefined && (await holds(files, `${folder}/${before}`, payload))) return
  const shown = before === undefined ? [] : await files.list(`${folder}/${before}`)
  const name = `..${stamp(o.nowMs)}.${o.suffix}`
  await files.mkdir(`${folder}/${name}`, { mode: 0o755 })
  for (const [path, text] of payload.files) {
    const target = `${folder}/${name}/${path}`
    if (path.includes('/')) await files.mkdir(target.slice(0, target.lastIndexOf('/')), { parents: true })
    await files.write(target, text, { mode: payload.mode })
  }
  await files.symlink(name, `${link}_tmp`)
  await files.rename(`${link}_tmp`, link)
  const visible = new Set([...payload.files.keys()].map(firstPart))
  for (const each of visible)
    if ((await targetOf(files, `${folder}/${each}`)) === undefined)
      await files.symlink(`..data/${each}`, `${folder}/${each}`)
  for (const each of shown) if (!visible.has(each.name)) await files.remove(`${folder}/${each.name}`)
  if (before !== undefined) await files.remove(`${folder}/${before}`, { recursive: true })
}

const firstPart = (path: string): string => path.split('/')[0] ?? path

async function targetOf(files: Files, link: string): Promise<string | undefined> {
  try {
    return await files.readlink(link)
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
  }
}

/** Whether the files are the payload's, with its texts; their modes and owners are not looked at, as in the original. */
async function holds(files: Files, folder: string, payload: Payload): Promise<boolean> {
  try {
    for (const [path, text] of payload.files)
      if ((await files.read(`${folder}/${path}`)) !== text) return false
    const names = (await files.list(folder)).map(({ name }) => name)
    return names.length === new Set([...payload.files.keys()].map(firstPart)).size
  } catch (error) {
    if (isErrno(error)) return false
    throw error
  }
}

/** `2026_01_07_06_30_00` */
function stamp(ms: number): string {
  const { date, time } = utc(ms)
  return `${date}_${time.slice(0, 8)}`.replaceAll(/[-:]/g, '_')
}
