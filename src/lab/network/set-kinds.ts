/** Types of IP sets and their revisions: what a kernel and a release of the `ipset` command know of them. */
import { remembering } from '#base/remember.ts'

export type SetType = 'hash:ip' | 'hash:net' | 'hash:ip,port'

/** As what a set was made. A command that does not know its revision cannot read it. */
export interface SetKind {
  readonly type: SetType
  readonly revision: number
}

type Revisions = Readonly<Record<SetType, number>>

interface Era {
  /** The first kernel and the first `ipset` of it, as `[major, minor]`. */
  readonly kernel: Version
  readonly command: Version
  /** The newest revision of each type. */
  readonly newest: Revisions
}

type Version = readonly [major: number, minor: number]

const first: Era = {
  kernel: [0, 0],
  command: [0, 0],
  newest: { 'hash:ip': 4, 'hash:net': 6, 'hash:ip,port': 5 },
}
/** net/netfilter/ipset/ip_set_hash_ip.c, ip_set_hash_net.c, ip_set_hash_ipport.c; netfilter/ipset:ChangeLog. */
const bucketsizes: Era = {
  kernel: [5, 11],
  command: [7, 7],
  newest: { 'hash:ip': 5, 'hash:net': 7, 'hash:ip,port': 6 },
}
const bitmasks: Era = {
  kernel: [6, 2],
  command: [7, 16],
  newest: { 'hash:ip': 6, 'hash:net': 7, 'hash:ip,port': 7 },
}

/** The newest revisions that a kernel (`6.8.0-52-generic`) makes. */
const revisionsOfKernel = remembering((release: string) => newestBy('kernel', release))

/** The newest revisions that a release of the command (`7.11`) reads. */
const revisionsOfCommand = remembering((version: string) => newestBy('command', version))

function newestBy(side: 'kernel' | 'command', version: string): Revisions {
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10))
  const isSince = ([m, n]: Version): boolean => major > m || (major === m && minor >= n)
  return ([bitmasks, bucketsizes].find((era) => isSince(era[side])) ?? first).newest
}

/** What a set is made as: in the newest revision that both sides know, as the command asks the kernel for (netfilter/ipset:lib/types.c). */
export const agreed = (type: SetType, command: string, kernel: string): SetKind => ({
  type,
  revision: Math.min(revisionsOfCommand(command)[type], revisionsOfKernel(kernel)[type]),
})

/** Why a release of the command cannot read such a set, in its words (netfilter/ipset:lib/types.c); undefined where it can. */
export const whyUnreadable = ({ type, revision }: SetKind, command: string): string | undefined =>
  revision <= revisionsOfCommand(command)[type]
    ? undefined
    : `Kernel and userspace incompatible: settype ${type} with revision ${revision} not supported by userspace.`

/** The type that holds such members. */
export function typeOfMembers(members: readonly string[]): SetType {
  if (members.some((member) => member.includes(','))) return 'hash:ip,port'
  return members.some((member) => member.includes('/')) ? 'hash:net' : 'hash:ip'
}
