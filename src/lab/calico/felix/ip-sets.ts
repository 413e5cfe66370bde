/** Felix's IP sets (projectcalico/calico:felix/ipsets/ipsets.go): made before the rules that name them, removed after. */
import { FelixPanic, patiently } from '#lab/calico/felix/panic.ts'
import { type Log, raw } from '#lab/calico/log.ts'
import { type Errno, isErrno, type Process } from '#lab/host/ports.ts'

export type Sets = Readonly<Record<string, readonly string[]>>

const isOwn = (name: string): boolean => /^cali4[0t]/.test(name)

export class IpSets {
  readonly #p: Pick<Process, 'net' | 'sleep'>
  readonly #log: Log
  readonly counts = { calls: 0, errors: 0 }

  constructor(p: Pick<Process, 'net' | 'sleep'>, log: Log) {
    this.#p = p
    this.#log = log
  }

  /** Makes and fills. Throws {@link FelixPanic} when the kernel goes on refusing. */
  async update(wanted: Sets): Promise<void> {
    const failure = await patiently(
      (ms) => this.#p.sleep(ms),
      async () => this.#once(wanted),
    )
    if (failure === undefined) return
    this.#log.panic('ipsets.go 320', 'Failed to update IP sets after multiple retries.', { family: 'inet' })
    throw new FelixPanic('Failed to update IP sets after multiple retries.')
  }

  async #once(wanted: Sets): Promise<Errno | undefined> {
    const present = this.#p.net.sets()
    try {
      for (const [name, members] of Object.entries(wanted)) {
        if (same(present[name], members)) continue
        this.counts.calls++
        await this.#p.net.setMembers(name, members)
      }
      return undefined
    } catch (error) {
      if (!isErrno(error)) throw error
      this.counts.errors++
      const fields = { family: 'inet' }
      this.#log.warn('ipsets.go 632', 'Failed to complete ipset restore, IP sets may be out-of-sync.', {
        ...fields,
        error: raw('exit status 1'),
        stderr: ipsetWords(error),
      })
      this.#log.warn('ipsets.go 304', 'Failed to update IP sets. Marking dataplane for resync.', {
        ...fields,
        error: raw('exit status 1'),
      })
      return error
    }
  }

  async removeOthers(wanted: Sets): Promise<void> {
    for (const name of Object.keys(this.#p.net.sets())) {
      if (!isOwn(name) || wanted[name]) continue
      try {
        this.counts.calls++
        await this.#p.net.removeSet(name)
      } catch (error) {
        if (!isErrno(error)) throw error
        this.counts.errors++
        this.#log.warn('ipsets.go 690', 'Failed to delete IP set. Will retry on next resync.', {
          family: 'inet',
          setName: name,
          error: raw('exit status 1'),
        })
      }
    }
  }
}

function ipsetWords({ code }: Errno): string {
  switch (code) {
    case 'EPERM':
      return 'ipset v7.11: Kernel error received: Operation not permitted\n'
    case 'EINVAL':
      return 'ipset v7.11: Error in line 1: Kernel error received: set type not supported\n'
    default:
      return 'ipset v7.11: Cannot open session to kernel.\n'
  }
}

const same = (a: readonly string[] | undefined, b: readonly string[]): boolean =>
  a === b || (a !== undefined && a.length === b.length && a.every((member, i) => member === b[i]))
