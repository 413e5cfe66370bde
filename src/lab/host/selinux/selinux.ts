import { Ratelimit } from '#lab/host/machine/ratelimit.ts'
import type { FileKind } from '#lab/host/ports.ts'
import type { Permission } from '#lab/host/selinux/policy.ts'

export type Mode = 'enforcing' | 'permissive' | 'disabled'

/** What /etc/selinux/config says; nothing where there is no such file, or no such line. */
export const configuredMode = (config: string | undefined): Mode | undefined =>
  /^SELINUX=(enforcing|permissive|disabled)\s*$/m.exec(config ?? '')?.[1] as Mode | undefined // one of the three

/** What was refused to whom. */
export interface Denial {
  readonly permission: Permission
  readonly pid: number
  readonly command: string
  readonly name: string
  readonly device: string
  readonly inode: number
  readonly source: string
  readonly target: string
  readonly kind: FileKind
}

/** SELinux in the kernel of one boot: whether it enforces, and what it has reported. */
export class SELinux {
  /** Without an audit daemon printk's own limit holds (torvalds/linux:kernel/audit.c, kauditd_printk_skb). */
  readonly #log: Ratelimit
  readonly #now: () => number
  #enforcing: boolean
  #serial = 0
  /** While it only reports: what is in its cache as allowed, and so is reported once (torvalds/linux:security/selinux/avc.c, avc_denied). */
  readonly #allowed = new Set<string>()

  constructor(o: {
    readonly enforcing: boolean
    readonly says: (text: string) => void
    readonly now: () => number
  }) {
    this.#enforcing = o.enforcing
    this.#log = new Ratelimit('kauditd_printk_skb', o)
    this.#now = o.now
  }

  get enforcing(): boolean {
    return this.#enforcing
  }

  /** setenforce(8). A change empties the cache. */
  set enforcing(enforcing: boolean) {
    if (enforcing !== this.#enforcing) this.#allowed.clear()
    this.#enforcing = enforcing
  }

  /** Writes down what the policy does not allow. Answers whether it is forbidden. */
  denies(denial: Denial): boolean {
    const key = `${denial.permission} ${denial.source} ${denial.target} ${denial.kind}`
    if (!this.#enforcing && this.#allowed.has(key)) return false
    if (!this.#enforcing) this.#allowed.add(key)
    this.#log.says(
      denialLine(denial, { timeMs: this.#now(), serial: ++this.#serial, enforcing: this.#enforcing }),
    )
    return this.#enforcing
  }
}

const classes: Readonly<Record<FileKind, string>> = {
  file: 'file',
  directory: 'dir',
  symlink: 'lnk_file',
  socket: 'sock_file',
  device: 'chr_file',
}

/** torvalds/linux:security/selinux/avc.c (avc_audit_pre_callback, avc_audit_post_callback), security/lsm_audit.c. */
const denialLine = (
  d: Denial,
  o: { readonly timeMs: number; readonly serial: number; readonly enforcing: boolean },
): string =>
  `audit: type=1400 audit(${(o.timeMs / 1000).toFixed(3)}:${o.serial}): avc:  denied  { ${d.permission} } for  pid=${d.pid} comm="${d.command}" name="${d.name}" dev="${d.device}" ino=${d.inode} scontext=${d.source} tcontext=${d.target} tclass=${classes[d.kind]} permissive=${o.enforcing ? 0 : 1}`
