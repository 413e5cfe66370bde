import { invalidOption, parseArguments, say } from '#lab/host/commands/cli.ts'
import { unconfined } from '#lab/host/commands/selinux.ts'
import { accounts, groupsOf, namesOf } from '#lab/host/os/accounts.ts'
import type { Process, Program } from '#lab/host/ports.ts'
import { hostProcess, machineOf } from '#lab/host/process/process.ts'

/** id(1): `-u`, `-g`, `-G`, `-n`, `-Z`, a user's name. */
export const id: Program = async (p) => {
  const args = parseArguments(p.argv.slice(1), { flags: 'ugGnrZ' })
  if (args.unknown !== undefined) return invalidOption(p, args.unknown)
  if (args.flags.has('Z')) return ownContext(p)
  const names = await namesOf(p.files)
  const who = await subject(p, args.operands[0])
  if (who === undefined) {
    say(p, `'${args.operands[0]}': no such user`)
    return 1
  }
  const user = (uid: number): string => (args.flags.has('n') ? names.user(uid) : String(uid))
  const group = (gid: number): string => (args.flags.has('n') ? names.group(gid) : String(gid))
  if (args.flags.has('u')) p.stdout.write(`${user(who.uid)}\n`)
  else if (args.flags.has('g')) p.stdout.write(`${group(who.gid)}\n`)
  else if (args.flags.has('G')) p.stdout.write(`${who.groups.map(group).join(' ')}\n`)
  else p.stdout.write(`${fullIdentity(who, names)}\n`)
  return 0
}

function ownContext(p: Process): number {
  const { space } = hostProcess(p).state
  if (machineOf(p).running.selinux === undefined) {
    say(p, '--context (-Z) works only on an SELinux-enabled kernel')
    return 1
  }
  p.stdout.write(`${space.context ?? unconfined}\n`)
  return 0
}

interface Identity {
  readonly uid: number
  readonly euid?: number
  readonly gid: number
  readonly groups: readonly number[]
}

async function subject(p: Process, name: string | undefined): Promise<Identity | undefined> {
  if (name === undefined) {
    const { uid, euid, gid, groups: all } = p.credentials
    return { uid, euid, gid, groups: [...new Set([gid, ...all])] }
  }
  const account = (await accounts(p.files)).find((each) => each.name === name || String(each.uid) === name)
  if (account === undefined) return undefined
  const more = await groupsOf(p.files, account.name)
  return { uid: account.uid, gid: account.gid, groups: [...new Set([account.gid, ...more])] }
}

function fullIdentity(who: Identity, names: Awaited<ReturnType<typeof namesOf>>): string {
  const named = (number: number, name: string): string =>
    name === String(number) ? name : `${number}(${name})`
  const { uid, euid = uid, gid } = who
  const effective = euid === uid ? '' : ` euid=${named(euid, names.user(euid))}`
  const all = who.groups.map((each) => named(each, names.group(each))).join(',')
  return `uid=${named(uid, names.user(uid))} gid=${named(gid, names.group(gid))}${effective} groups=${all}`
}

export const whoami: Program = async (p) => {
  const { euid } = p.credentials
  const name = (await namesOf(p.files)).user(euid)
  if (name !== String(euid)) {
    p.stdout.write(`${name}\n`)
    return 0
  }
  say(p, `cannot find name for user ID ${euid}`)
  return 1
}

/** hostname(1): the name, `-I` the addresses; a NAME becomes the kernel's until the next boot. */
export const hostname: Program = async (p) => {
  const [word] = p.argv.slice(1)
  if (word !== undefined && !word.startsWith('-')) return named(p, word)
  const addresses = p.net
    .addresses()
    .filter(({ scope }) => scope === 'global')
    .map(({ address }) => address)
  p.stdout.write(/^-[iI]$/.test(word ?? '') ? `${addresses.join(' ')}\n` : `${p.hostname}\n`)
  return 0
}

async function named(p: Process, name: string): Promise<number> {
  if (await setHostname(p, name)) return 0
  say(p, 'you must be root to change the host name')
  return 1
}

/** The kernel's name of the machine. False for who may not. */
export async function setHostname(p: Process, name: string): Promise<boolean> {
  if (!p.credentials.effective.has('SYS_ADMIN')) return false
  await p.files.write('/proc/sys/kernel/hostname', `${name}\n`)
  return true
}

export const uname: Program = async (p) => {
  const args = parseArguments(p.argv.slice(1), { flags: 'asnrvmpio' })
  if (args.unknown !== undefined) return invalidOption(p, args.unknown)
  const parts: readonly (readonly [string, string])[] = [
    ['s', 'Linux'],
    ['n', p.hostname],
    ['r', machineOf(p).kernelRelease],
    ['v', '#147-Ubuntu SMP Sat Mar 15 15:53:30 UTC 2025'],
    ['m', 'x86_64'],
    ['o', 'GNU/Linux'],
  ]
  const all = args.flags.has('a')
  const shown = parts.filter(
    ([flag]) => all || args.flags.has(flag) || (args.flags.size === 0 && flag === 's'),
  )
  p.stdout.write(`${shown.map(([, text]) => text).join(' ')}\n`)
  return 0
}
