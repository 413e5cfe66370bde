/**
 * `ipset`: list, save, create, add, del, test, destroy, flush, swap, restore. A set in a revision that this release of it does not know
 * it cannot read.
 *
 * Not imitated: options of a type (it shows the defaults), timeouts, other types than hash:ip, hash:net and hash:ip,port.
 */
import { isErrno, type Process, type Program } from '#lab/host/ports.ts'
import { readAll } from '#lab/host/process/streams.ts'
import { cidr, contains, ipv4, isIpv4 } from '#lab/network/address.ts'
import type { SetMaker } from '#lab/network/ports.ts'
import { type SetKind, type SetType, typeOfMembers, whyUnreadable } from '#lab/network/set-kinds.ts'
import { mayRead, tableNames } from '#lab/network/tools/iptables-text.ts'

/** What ipset refuses, in its words. */
class Refusal extends Error {}

export const ipset: Program = async (p) => {
  const { flags, file, words } = commandLine(p.argv.slice(1))
  const version = p.version === '' ? await packaged(p) : p.version
  if (flags.includes('-v') || flags.includes('--version') || words[0] === 'version') {
    p.stdout.write(`ipset v${version}, protocol version: 7\n`)
    return 0
  }
  const fails = (says: string): number => {
    p.stderr.write(`ipset v${version}: ${says}\n`)
    return 1
  }
  if (!mayRead(p)) return fails('Kernel error received: Operation not permitted')
  const quiet = flags.some((flag) => flag === '-exist' || flag === '-!')
  const namesOnly = flags.includes('-n') || flags.includes('-name')
  try {
    if (words[0] === 'restore') await restored(p, await savedText(p, file), { quiet, version })
    else await perform(p, words, { quiet, namesOnly, version })
    return 0
  } catch (error) {
    if (isErrno(error, 'EPROTO')) return fails('Cannot open session to kernel.')
    if (isErrno(error, 'EINVAL')) return fails('Kernel error received: Invalid argument')
    if (error instanceof Refusal) return fails(error.message)
    throw error
  }
}

interface CommandLine {
  readonly flags: readonly string[]
  /** After `-f` or `-file`. */
  readonly file: string | undefined
  readonly words: readonly string[]
}

function commandLine(argv: readonly string[]): CommandLine {
  const at = argv.findIndex((word) => word === '-f' || word === '-file')
  const rest = at < 0 ? argv : [...argv.slice(0, at), ...argv.slice(at + 2)]
  return {
    flags: rest.filter((word) => word.startsWith('-')),
    file: at < 0 ? undefined : argv[at + 1],
    words: rest.filter((word) => !word.startsWith('-')),
  }
}

/** What the distribution's package holds. */
async function packaged(p: Process): Promise<string> {
  const path = '/etc/os-release'
  const text = (await p.files.exists(path)) ? await p.files.read(path) : ''
  const release = /^VERSION_ID="?([\d.]+)/m.exec(text)?.[1] ?? ''
  return packages[release] ?? '7.15'
}

/** By Ubuntu's and Red Hat's releases. */
const packages: Readonly<Record<string, string>> = { '22.04': '7.15', '24.04': '7.19', '8.10': '7.1' }

async function savedText(p: Process, file: string | undefined): Promise<string> {
  if (file === undefined) return readAll(p)
  if (!(await p.files.exists(file)))
    throw new Refusal(`Cannot open ${file} for reading: No such file or directory`)
  return p.files.read(file)
}

async function restored(p: Process, text: string, style: Omit<Style, 'namesOnly'>): Promise<void> {
  for (const [at, line] of text.split('\n').entries()) {
    const words = line
      .trim()
      .split(/\s+/)
      .filter((word) => word !== '')
    if (words.length === 0 || words[0] === 'COMMIT') continue
    try {
      await perform(p, words, { ...style, namesOnly: false })
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      throw new Refusal(`Error in line ${at + 1}: ${error.message}`)
    }
  }
}

interface Style {
  readonly quiet: boolean
  readonly namesOnly: boolean
  /** Of this command. */
  readonly version: string
}

async function perform(p: Process, words: readonly string[], style: Style): Promise<void> {
  const [command, name, argument] = words
  const sets = p.net.sets()
  switch (command) {
    case 'list':
    case 'save':
      return show(p, command, name, style)
    case 'create':
    case '-N':
      return create(p, name ?? '', argument, style)
    case 'add':
    case 'del':
    case 'test':
      return changeMember(p, command, { name: name ?? '', member: argument ?? '' }, style)
    case 'flush':
      for (const each of name === undefined ? Object.keys(sets) : [existing(p, name)])
        await p.net.setMembers(each, [])
      return
    case 'swap':
      return swap(p, existing(p, name ?? ''), existing(p, argument ?? ''))
    case 'destroy':
      for (const each of name === undefined ? Object.keys(sets) : [existing(p, name)]) await destroy(p, each)
      return
    case undefined:
      throw new Refusal("No command specified.\nTry `ipset help' for more information.")
    default:
      throw new Refusal(`Unknown argument ${command}\nTry \`ipset help' for more information.`)
  }
}

const types: readonly string[] = ['hash:ip', 'hash:net', 'hash:ip,port'] satisfies readonly SetType[]

const isType = (word: string | undefined): word is SetType => word !== undefined && types.includes(word)

async function create(p: Process, name: string, type: string | undefined, style: Style): Promise<void> {
  if (p.net.sets()[name] !== undefined) {
    if (style.quiet) return
    throw new Refusal('Set cannot be created: set with the same name already exists')
  }
  if (type !== undefined && !isType(type)) throw new Refusal(`Syntax error: unknown settype ${type}`)
  const by: SetMaker = { version: style.version, ...(type === undefined ? {} : { type }) }
  await p.net.setMembers(name, [], by)
}

async function swap(p: Process, name: string, other: string): Promise<void> {
  if (kindOf(p, name).type !== kindOf(p, other).type)
    throw new Refusal('The sets cannot be swapped: their type does not match')
  await p.net.swapSets(name, other)
}

const kindOf = (p: Process, name: string): SetKind =>
  p.net.setKind(name) ?? { type: typeOfMembers(p.net.sets()[name] ?? []), revision: 0 }

/** What is asked of its type has to be known here. */
function readable(p: Process, name: string, { version }: Style): SetKind {
  const kind = kindOf(p, name)
  const why = whyUnreadable(kind, version)
  if (why !== undefined) throw new Refusal(why)
  return kind
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
  { name, member }: { readonly name: string; readonly member: string },
  style: Style,
): Promise<void> {
  const { quiet } = style
  const members = p.net.sets()[existing(p, name)] ?? []
  readable(p, name, style)
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

/** Sets are shown as far as they can be read. */
function show(p: Process, command: 'list' | 'save', only: string | undefined, style: Style): void {
  const sets = Object.entries(p.net.sets()).filter(([name]) => only === undefined || name === only)
  if (only !== undefined && sets.length === 0) throw new Refusal('The set with the given name does not exist')
  sets.sort(([a], [b]) => (a < b ? -1 : 1))
  for (const [at, [name, members]] of sets.entries()) {
    if (style.namesOnly) p.stdout.write(`${name}\n`)
    else if (command === 'save') p.stdout.write(saved(name, readable(p, name, style), members))
    else p.stdout.write(`${at === 0 ? '' : '\n'}${listed(p, name, readable(p, name, style), members)}`)
  }
}

/** As of the revisions that have them (kernel 5.11), with the size of buckets and the seed of the hash. */
function optionsOf({ type, revision }: SetKind): string {
  const sized = revision >= { 'hash:ip': 5, 'hash:net': 7, 'hash:ip,port': 6 }[type]
  return `family inet hashsize 1024 maxelem 1048576${sized ? ' bucketsize 12 initval 0x00000000' : ''}`
}

const saved = (name: string, kind: SetKind, members: readonly string[]): string =>
  [
    `create ${name} ${kind.type} ${optionsOf(kind)}\n`,
    ...members.map((member) => `add ${name} ${member}\n`),
  ].join('')

const references = (p: Process, name: string): number =>
  tableNames
    .flatMap((table) => Object.values(p.net[table].chains()).flat())
    .filter(({ match }) =>
      [...(match.set ? [match.set] : []), ...(match.sets ?? [])].some((set) => set.name === name),
    ).length

const listed = (p: Process, name: string, kind: SetKind, members: readonly string[]): string =>
  [
    `Name: ${name}`,
    `Type: ${kind.type}`,
    `Revision: ${kind.revision}`,
    `Header: ${optionsOf(kind)}`,
    `Size in memory: ${448 + 64 * members.length}`,
    `References: ${references(p, name)}`,
    `Number of entries: ${members.length}`,
    'Members:',
    ...members,
    '',
  ].join('\n')
