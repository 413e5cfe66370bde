/** Felix's IP sets (projectcalico/calico:felix/ipsets/ipsets.go): made before the rules that name them, removed after. */
import { sets as names } from '#lab/calico/felix/names.ts'
import { FelixPanic, patiently } from '#lab/calico/felix/panic.ts'
import { ipsetVersion } from '#lab/calico/images/node-image.ts'
import { type Log, raw } from '#lab/calico/log.ts'
import type { Release } from '#lab/calico/release.ts'
import { type Errno, isErrno, type Process } from '#lab/host/ports.ts'
import type { SetMaker } from '#lab/network/ports.ts'
import { whyUnreadable } from '#lab/network/set-kinds.ts'

export type Sets = Readonly<Record<string, readonly string[]>>

const isOwn = (name: string): boolean => /^cali4[0t]/.test(name)

/** What a set of Felix's is made of (felix/dataplane/linux): addresses of the host, addresses with ports, else blocks. */
function makerOf(name: string, members: readonly string[]): SetMaker {
  if (name === names.thisHost) return { version: ipsetVersion, type: 'hash:ip' }
  const hasPorts = name.startsWith('cali40n:') || members.some((member) => member.includes(','))
  return { version: ipsetVersion, type: hasPorts ? 'hash:ip,port' : 'hash:net' }
}

const family = { family: 'inet' }
const temporary = 'cali4t0'

/** It is not known after how many of the ten tries 3.32 does so: its release note says several. */
const triesLeftForRecreating = 5

/** A set that the image's `ipset` cannot read, and its words. */
interface Unreadable {
  readonly name: string
  readonly stderr: string
}

export class IpSets {
  readonly #p: Pick<Process, 'net' | 'sleep'>
  readonly #log: Log
  readonly #release: Pick<Release, 'listsOwnSetsOnly' | 'recreatesUnreadableSets'>
  readonly counts = { calls: 0, errors: 0 }

  constructor(
    p: Pick<Process, 'net' | 'sleep'>,
    log: Log,
    release: Pick<Release, 'listsOwnSetsOnly' | 'recreatesUnreadableSets'>,
  ) {
    this.#p = p
    this.#log = log
    this.#release = release
  }

  /** Makes and fills. Throws {@link FelixPanic} when the kernel goes on refusing, or sets go on being unreadable. */
  async update(wanted: Sets): Promise<void> {
    let isFirst = true
    const failure = await patiently(
      (ms) => this.#p.sleep(ms),
      async (left) => {
        if (!isFirst) this.#log.info('ipsets.go 344', 'Retrying after an ipsets update failure...', family)
        isFirst = false
        return (await this.#resync(wanted, left)) ?? (await this.#once(wanted))
      },
    )
    if (failure === undefined) return
    this.#log.panic('ipsets.go 379', 'Failed to update IP sets after multiple retries.', family)
    throw new FelixPanic('Failed to update IP sets after multiple retries.')
  }

  /** Reads what is there: all sets of the kernel, or its own alone, by release. Answers what could not be read. */
  async #resync(wanted: Sets, left: number): Promise<Unreadable | undefined> {
    const unreadable = this.#unreadable()
    if (unreadable === undefined) return undefined
    const { name, stderr } = unreadable
    const { listsOwnSetsOnly, recreatesUnreadableSets } = this.#release
    const error = raw('exit status 1')
    const listed = listsOwnSetsOnly ? `ipset list ${name}` : 'ipset list'
    this.#log.error('ipsets.go 671', `Bad return code from '${listed}'.`, { error, ...family, stderr })
    if (recreatesUnreadableSets && isOwn(name)) {
      const says = 'Failed to parse required Calico-owned ipset that is needed, will try recreating it.'
      this.#log.warn('ipsets.go 422', says, { ...family, error, name })
      if (left > triesLeftForRecreating) return unreadable
      await this.#recreate(name, wanted[name] ?? [])
      return this.#resync(wanted, left) // there may be others
    }
    if (listsOwnSetsOnly)
      this.#log.error('ipsets.go 422', `Failed to parse ipset ${name}`, { error, ...family })
    this.#log.warn('ipsets.go 353', 'Failed to resync with dataplane', { error, ...family })
    return unreadable
  }

  /** Rules go on naming it: another takes its place and its name. */
  async #recreate(name: string, members: readonly string[]): Promise<void> {
    this.counts.calls++
    await this.#p.net.setMembers(temporary, members, makerOf(name, members))
    await this.#p.net.swapSets(temporary, name)
    await this.#p.net.removeSet(temporary)
  }

  #unreadable(): Unreadable | undefined {
    for (const name of Object.keys(this.#p.net.sets())) {
      if (this.#release.listsOwnSetsOnly && !isOwn(name)) continue
      const kind = this.#p.net.setKind(name)
      const why = kind === undefined ? undefined : whyUnreadable(kind, ipsetVersion)
      if (why !== undefined) return { name, stderr: `ipset v${ipsetVersion}: ${why}\n` }
    }
    return undefined
  }

  async #once(wanted: Sets): Promise<Errno | undefined> {
    const present = this.#p.net.sets()
    try {
      for (const [name, members] of Object.entries(wanted)) {
        if (same(present[name], members)) continue
        this.counts.calls++
        await this.#p.net.setMembers(name, members, makerOf(name, members))
      }
      return undefined
    } catch (error) {
      if (!isErrno(error)) throw error
      this.counts.errors++
      this.#log.warn('ipsets.go 632', 'Failed to complete ipset restore, IP sets may be out-of-sync.', {
        ...family,
        error: raw('exit status 1'),
        stderr: ipsetWords(error),
      })
      this.#log.warn('ipsets.go 304', 'Failed to update IP sets. Marking dataplane for resync.', {
        ...family,
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
          ...family,
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
      return `ipset v${ipsetVersion}: Kernel error received: Operation not permitted\n`
    case 'EINVAL':
      return `ipset v${ipsetVersion}: Error in line 1: Kernel error received: set type not supported\n`
    default:
      return `ipset v${ipsetVersion}: Cannot open session to kernel.\n`
  }
}

const same = (a: readonly string[] | undefined, b: readonly string[]): boolean =>
  a === b || (a !== undefined && a.length === b.length && a.every((member, i) => member === b[i]))
