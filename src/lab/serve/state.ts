import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { Trouble } from '#base/trouble.ts'

/** Where one served lab says that it lives, and how to reach it. Written when it is ready to be used. */
const recordShape = z.object({
  name: z.string(),
  pid: z.number().int(),
  port: z.number().int(),
  token: z.string(),
  flavour: z.string(),
  nodes: z.array(z.string()),
  seed: z.string(),
  startedAt: z.string(),
})

export type LabRecord = Readonly<z.infer<typeof recordShape>>

/** The state folder of one user: `$XDG_STATE_HOME/ninelives/labs`, by default `~/.local/state/ninelives/labs`. */
export function labsFolder(env: Readonly<Record<string, string | undefined>>): string {
  const base = env['XDG_STATE_HOME'] || join(env['HOME'] ?? homedir(), '.local/state')
  return join(base, 'ninelives', 'labs')
}

export class LabStates {
  readonly #folder: string

  constructor(env: Readonly<Record<string, string | undefined>>) {
    this.#folder = labsFolder(env)
  }

  folderOf(name: string): string {
    return join(this.#folder, checkedName(name))
  }

  kubeconfigOf(name: string): string {
    return join(this.folderOf(name), 'kubeconfig')
  }

  /** What a living lab wrote. */
  kubeconfig(name: string): string {
    return readFileSync(this.kubeconfigOf(name), 'utf8')
  }

  logOf(name: string): string {
    return join(this.folderOf(name), 'lab.log')
  }

  /** Makes the lab's folder, readable by its user only. */
  prepare(name: string): string {
    const folder = this.folderOf(name)
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    chmodSync(folder, 0o700)
    return folder
  }

  write(record: LabRecord, kubeconfig: string): void {
    this.prepare(record.name)
    this.#replace(this.kubeconfigOf(record.name), kubeconfig)
    this.#replace(join(this.folderOf(record.name), 'lab.json'), `${JSON.stringify(record, null, 2)}\n`)
  }

  /** Another text of it, as `oc project` leaves one. */
  keepKubeconfig(name: string, text: string): void {
    this.#replace(this.kubeconfigOf(name), text)
  }

  remove(name: string): void {
    rmSync(this.folderOf(name), { recursive: true, force: true })
  }

  /** Removes what the lab with this token left; a younger lab of the same name keeps its own. */
  removeOwn(name: string, token: string): void {
    const record = this.#read(name)
    if (record === undefined || record.token === token) this.remove(name)
  }

  /** The lab's record while its process lives. What a dead one left is cleaned up on the way. */
  find(name: string): LabRecord | undefined {
    const record = this.#read(name)
    if (record === undefined) return undefined
    if (isAlive(record.pid)) return record
    this.remove(name)
    return undefined
  }

  /** Every living lab, by name. */
  list(): readonly LabRecord[] {
    return this.#names().flatMap((name) => this.find(name) ?? [])
  }

  /** The lab of that name, or the one-line trouble that says which there are. */
  need(name: string): LabRecord {
    const record = this.find(name)
    if (record !== undefined) return record
    const others = this.list().map((each) => each.name)
    throw new Trouble('no-such-lab', `no lab named "${name}" is running`, {
      hint:
        others.length > 0
          ? `running: ${others.join(', ')}`
          : `start one: ninelives lab up${name === 'default' ? '' : ` --name ${name}`} --detach`,
    })
  }

  #names(): readonly string[] {
    try {
      return readdirSync(this.#folder).sort()
    } catch {
      return [] // no lab was ever started here
    }
  }

  #read(name: string): LabRecord | undefined {
    try {
      const parsed = recordShape.safeParse(
        JSON.parse(readFileSync(join(this.folderOf(name), 'lab.json'), 'utf8')),
      )
      return parsed.success ? parsed.data : undefined
    } catch {
      return undefined // not there, or cut off while it was written: no lab to talk to
    }
  }

  #replace(file: string, text: string): void {
    writeFileSync(`${file}.new`, text, { mode: 0o600 })
    renameSync(`${file}.new`, file)
  }
}

/** Lab names become folder and context names. */
function checkedName(name: string): string {
  if (/^[a-z0-9]([-a-z0-9]{0,40}[a-z0-9])?$/.test(name)) return name
  throw new Trouble('bad-lab-name', `"${name}" is not a name for a lab`, {
    hint: 'use lower-case letters, digits and dashes, at most 42 characters',
  })
}

/** Whether a lab's process runs. A zombie, which nobody has waited for yet, does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  return !isZombie(pid)
}

function isZombie(pid: number): boolean {
  try {
    // proc(5): pid (comm) state …; the command's name may hold anything, parentheses too
    return /\) Z [^)]*$/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false // no /proc on this system, or gone by now
  }
}
