/** A process's credentials, from `/proc/<pid>/status` (proc_pid_status(5)). */
export interface ProcStatus {
  readonly name: string
  readonly uid: number // effective
  readonly gid: number // effective
  readonly groups: readonly number[] // supplementary
  readonly effective: readonly string[]
  /** The most that executing a file could ever give. */
  readonly bounding: readonly string[]
  /** Setuid bits and file capabilities give nothing to its children. */
  readonly noNewPrivileges: boolean
}

/** Prints the status of every process of a container; one that ends meanwhile costs itself only. */
export const procStatusArgv = ['sh', '-c', 'cat /proc/[0-9]*/status'] as const

/** Every process whose status stands in the text, in its order. */
export const parseProcStatuses = (text: string): readonly ProcStatus[] =>
  text.split(/^(?=Name:)/m).flatMap((part) => {
    const status = parseProcStatus(part)
    return status === undefined ? [] : [status]
  })

/** `undefined` when the text is no such file. */
export function parseProcStatus(text: string): ProcStatus | undefined {
  const fields = new Map(
    text.split('\n').flatMap((line) => {
      const colon = line.indexOf(':')
      return colon < 0 ? [] : [[line.slice(0, colon), line.slice(colon + 1).trim()] as const]
    }),
  )
  const [uid, gid] = [secondOf(fields.get('Uid')), secondOf(fields.get('Gid'))]
  if (uid === undefined || gid === undefined) return undefined
  return {
    name: fields.get('Name') ?? '',
    uid,
    gid,
    groups: (fields.get('Groups') ?? '').split(/\s+/).filter(isNumber).map(Number),
    effective: parseCapabilities(fields.get('CapEff')),
    bounding: parseCapabilities(fields.get('CapBnd')),
    noNewPrivileges: fields.get('NoNewPrivs') === '1',
  }
}

/** `real effective saved filesystem`. */
function secondOf(ids: string | undefined): number | undefined {
  const id = ids?.split(/\s+/)[1]
  return id !== undefined && isNumber(id) ? Number(id) : undefined
}

const isNumber = (text: string): boolean => /^\d+$/.test(text)

/** Names (without `CAP_`) of the bits in a hexadecimal mask. */
export function parseCapabilities(mask: string | undefined): readonly string[] {
  if (mask === undefined || !/^[0-9a-f]{1,16}$/i.test(mask)) return []
  const bits = BigInt(`0x${mask}`)
  return names.filter((_, bit) => (bits >> BigInt(bit)) & 1n)
}

// By number, as in torvalds/linux:include/uapi/linux/capability.h.
const names: readonly string[] =
  `CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE
   NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN
   SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE
   MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE`.split(/\s+/)
