/**
 * `ipset` 7.15: list, save, create, add, del, test, destroy, flush, swap, restore.
 *
 * Not imitated: options of a type (it shows the defaults), timeouts, other types than the members tell.
 */
import { isErrno, type Process, type Program } from '#lab/host/ports.ts'
import { readAll } from '#lab/host/process/streams.ts'
import { cidr, contains, ipv4, isIpv4 } from '#lab/network/address.ts'
import { mayRead, tableNames } from '#lab/network/tools/iptables-text.ts'

/** What ipset refuses, in its words. */
class Refusal extends Error {}

export const ipset: Program = async (p) => {
  const flags = p.argv.slice(1).filter((word) => word.startsWith('-'))
  const words = p.argv.slice(1).filter((word) => !word.startsWith('-'))
  if (flags.includes('-v') || flags.includes('--version') || words[0] === 'version') {
    p.stdout.write('ipset v7.15, protocol version: 7\n')
    return 0
  }
  if (!mayRead(p)) {
    p.stderr.write('ipset v7.15: Kernel error received: Operation not permitted\n')
    return 1
  }
  const quiet = flags.some((flag) => flag === '-exist' || flag === '-!')
  try {
    if (words[0] === 'restore') await restored(p, await readAll(p))
    else await perform(p, words, { quiet, namesOnly: flags.includes('-n') || flags.includes('-name') })
    return 0
  } catch (error) {
    if (isErrno(error, 'EPROTO')) p.stderr.write('ipset v7.15: Cannot open session to kernel.\n')
    else if (isErrno(error, 'EINVAL'))
      p.stderr.write('ipset v7.15: Kernel error received: Invalid argument\n')
    else if (error instanceof Refusal) p.stderr.write(`ipset v7.15: ${error.message}\n`)
    else throw error
    return 1
  }
}

async function restored(p: Process, text: string): Promise<void> {
  for (const [at, line] of text.split('\n').entries()) {
    const words = line
      .trim()
      .split(/\s+/)
      .filter((word) => word !== '')
    if (words.length === 0 || words[0] === 'COMMIT') continue
    try {
      await perform(p, words, { quiet: false, namesOnly: false })
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      throw new Refusal(`Error in line ${at + 1}: ${error.message}`)
    }
  }
}

interface Style {
  readonly quiet: boolean
  readonly namesOnly: boolean
}

async function perform(p: Process, words: readonly string[], style: Style): Promise<void> {
  const [command, name, member] = words
  const sets = p.net.sets()
  switch (command) {
    case 'list':
    case 'save':
      return void p.stdout.write(shown(p, command, name, style))
    case 'create':
    case '-N':
      if (name !== undefined && sets[name] !== undefined && !style.quiet)
        throw new Refusal('Set cannot be created: set with the same name already exists')
      return p.net.setMembers(name ?? '', [])
    case 'add':
    case 'del':
    case 'test':
      return changeMember(p, command, { name: name ?? '', member: member ?? '', quiet: style.quiet })
    case 'flush':
      for (const each of name === undefined ? Object.keys(sets) : [existing(p, name)])
        await p.net.setMembers(each, [])
      return
    case 'destroy':
      for (const each of name === undefined ? Object.keys(sets) : [existing(p, name)]) await destroy(p, each)
      return
    case undefined:
      throw new Refusal("No command specified.\nTry `ipset help' for more information.")
    default:
      throw new Refusal(`Unknown argument ${command}\nTry \`ipset help' for more information.`)
  }
}

function existing(p: Process, name: string): string {
  if (p.net.sets()[name] === undefined) throw new Refusal('The set with the given name does not exist')
  return name
}

async function destroy(p: Process, name: string): Promise<void> {
  if (references(p, name) > 0)
    throw new Refusal('Set cannot be destroyed: it is in use by a kernel component')
  await p.net.removeSet(name)
}

async function changeMember(
  p: Process,
  command: 'add' | 'del' | 'test',
  { name, member, quiet }: { readonly name: string; readonly member: string; readonly quiet: boolean },
): Promise<void> {
  const members = p.net.sets()[existing(p, name)] ?? []
  const address = member.split(/[/,]/)[0] ?? ''
  if (!isIpv4(address))
    throw new Refusal(`Syntax error: cannot parse ${member}: resolving to IPv4 address failed`)
  const isThere = members.includes(member)
  if (command === 'test') {
    const isIn = members.some(
      (each) => each === member || (!each.includes(',') && contains(cidr(each), ipv4(address))),
    )
    p.stderr.write(isIn ? `Warning: ${member} is in set ${name}.\n` : '')
    if (!isIn) throw new Refusal(`${member} is NOT in set ${name}.`)
  } else if (command === 'add') {
    if (isThere && !quiet) throw new Refusal("Element cannot be added to the set: it's already added")
    if (!isThere) await p.net.setMembers(name, [...members, member])
  } else {
    if (!isThere && !quiet) throw new Refusal("Element cannot be deleted from the set: it's not added")
    await p.net.setMembers(
      name,
      members.filter((each) => each !== member),
    )
  }
}

function shown(p: Process, command: 'list' | 'save', only: string | undefined, { namesOnly }: Style): string {
  const sets = Object.entries(p.net.sets()).filter(([name]) => only === undefined || name === only)
  if (only !== undefined && sets.length === 0) throw new Refusal('The set with the given name does not exist')
  sets.sort(([a], [b]) => (a < b ? -1 : 1))
  if (namesOnly) return sets.map(([name]) => `${name}\n`).join('')
  const texts = sets.map(([name, members]) =>
    command === 'save' ? saved(name, members) : listed(p, name, members),
  )
  return texts.join(command === 'save' ? '' : '\n')
}

function typeOf(members: readonly string[]): string {
  if (members.some((member) => member.includes(','))) return 'hash:ip,port'
  return members.some((member) => member.includes('/')) ? 'hash:net' : 'hash:ip'
}

const options = 'family inet hashsize 1024 maxelem 1048576'

const saved = (name: string, members: readonly string[]): string =>
  [
    `create ${name} ${typeOf(members)} ${options}\n`,
    ...members.map((member) => `add ${name} ${member}\n`),
  ].join('')

const references = (p: Process, name: string): number =>
  tableNames
    .flatMap((table) => Object.values(p.net[table].chains()).flat())
    .filter(({ match }) =>
      [...(match.set ? [match.set] : []), ...(match.sets ?? [])].some((set) => set.name === name),
    ).length

const listed = (p: Process, name: string, members: readonly string[]): string =>
  [
    `Name: ${name}`,
    `Type: ${typeOf(members)}`,
    'Revision: 7',
    `Header: ${options} bucketsize 12 initval 0x00000000`,
    `Size in memory: ${448 + 64 * members.length}`,
    `References: ${references(p, name)}`,
    `Number of entries: ${members.length}`,
    'Members:',
    ...members,
    '',
  ].join('\n')
