import type { MountRow } from '#cluster/relations.ts'

export type Mount = Omit<MountRow, 'node'>

/**
 * A line of fstab, /proc/mounts, `mount`, `findmnt` or `df`; undefined for anything else. Swap has no path and gives `[]`.
 *
 * @param shown the file or command it comes from; where nobody said it, the options tell
 * @see util-linux/util-linux:sys-utils/mount.c, misc-utils/findmnt.c; coreutils (df.c); fstab(5)
 */
export function parseMount(line: string, shown: string): readonly Mount[] | undefined {
  if (isHeader(line)) return []
  return mounted(line) ?? diskFree(line) ?? tableLine(line, shown) ?? found(line)
}

const isHeader = (line: string): boolean =>
  /^\s*(?:Filesystem\s+(?:Type\s+)?(?:Size|1K-blocks|1M-blocks|1024-blocks|Inodes)\s|TARGET\s+SOURCE\s+FSTYPE\s+OPTIONS|# <file system>)/.test(
    line,
  )

const types =
  'ext[234]|xfs|btrfs|zfs|f2fs|jfs|reiserfs|tmpfs|ramfs|devtmpfs|nfs4?|cifs|overlay|aufs|vfat|swap|proc|sysfs|cgroup2?|bpf|fuse(?:\\.[\\w.-]{1,30}|blk|ctl)?|squashfs|iso9660|auto|none|ceph|glusterfs|9p|virtiofs|devpts|mqueue|hugetlbfs|debugfs|tracefs|securityfs|configfs|pstore|efivarfs|autofs|binfmt_misc|nsfs|rpc_pipefs|selinuxfs|bind'

const mountPattern =
  /^\s*(?<device>\S{1,200}) on (?<path>\/\S{0,250}) type (?<type>[\w.]{2,40}) \((?<options>[^()\s]{1,900})\)?$/

function mounted(line: string): readonly Mount[] | undefined {
  const m = mountPattern.exec(line)?.groups
  return m?.path === undefined ? undefined : [rowOf(m, 'mounted')]
}

const dfPattern = new RegExp(
  `^\\s*(?<device>\\S{1,200})(?:\\s+(?<type>${types}))?\\s+[\\d.]{1,20}[KMGTPEi]{0,2}B?\\s+[\\d.]{1,20}[KMGTPEi]{0,2}B?\\s+-?[\\d.]{1,20}[KMGTPEi]{0,2}B?\\s+(?<used>\\d{1,3})%\\s+(?<path>/\\S{0,250})$`,
)

function diskFree(line: string): readonly Mount[] | undefined {
  const m = dfPattern.exec(line)?.groups
  if (m?.path === undefined) return undefined
  return [{ ...rowOf(m, 'mounted'), usedPercent: Number(m.used) }]
}

const tablePattern = new RegExp(
  `^\\s*(?<device>\\S{1,200})\\s+(?<path>/\\S{0,250}|none|swap)\\s+(?<type>(?:${types})(?:,[\\w,]{1,40})?)\\s+(?<options>[\\w=,./:@"'+-]{2,900})(?<pass>(?:\\s+[0-2]){1,2})?$`,
)

function tableLine(line: string, shown: string): readonly Mount[] | undefined {
  const m = tablePattern.exec(line)?.groups
  if (m?.path === undefined || m.device?.startsWith('#')) return undefined
  // findmnt starts with the target; its source is never a path that goes on below it.
  const isFindmnt = m.pass === undefined && /^(?:rw|ro)\b/.test(m.options ?? '') && m.device?.startsWith('/')
  if (isFindmnt && !/^\/dev\/./.test(m.device ?? '')) return undefined
  if (m.pass === undefined && !/fstab/.test(shown) && !isFsTab(m)) return undefined
  if (!m.path.startsWith('/')) return []
  const isTold = /mounts|mtab/.test(shown)
  return [rowOf(m, !isTold && (/fstab/.test(shown) || isFsTab(m)) ? 'fstab' : 'mounted')]
}

/** The kernel writes `rw` or `ro` first, people write what differs from the default. */
const isFsTab = (m: Readonly<Record<string, string | undefined>>): boolean =>
  /^(?:UUID|LABEL|PARTUUID|PARTLABEL)=/.test(m.device ?? '') ||
  !/^(?:rw|ro),/.test(m.options ?? '') ||
  /\b(?:defaults|nofail|noauto|_netdev|x-systemd[\w.-]*)\b/.test(m.options ?? '')

const findmntPattern = new RegExp(
  `^[\\s│├└─|\`-]{0,20}(?<path>/\\S{0,250})\\s+(?<device>\\S{1,200})\\s+(?<type>${types})\\s+(?<options>(?:rw|ro)\\b\\S{0,900})$`,
)

function found(line: string): readonly Mount[] | undefined {
  const m = findmntPattern.exec(line)?.groups
  return m?.path === undefined ? undefined : [rowOf(m, 'mounted')]
}

function rowOf(m: Readonly<Record<string, string | undefined>>, toldBy: Mount['toldBy']): Mount {
  return {
    path: m.path ?? '/',
    options: m.options === undefined ? [] : m.options.split(',').filter((option) => option !== ''),
    toldBy,
    ...(m.device !== undefined && { device: m.device }),
    ...(m.type !== undefined && { fsType: m.type }),
  }
}
