/** Programs that run another one as somebody else, or elsewhere: sudo, su, runuser, setpriv, nice, nohup. */
import { invalidOption, nameOf, parseArguments, say } from '#lab/host/commands/cli.ts'
import { root } from '#lab/host/credentials.ts'
import { type Account, accounts, gidOf, groupsOf, uidOf, userByName } from '#lab/host/os/accounts.ts'
import { type Credentials, isErrno, type Process, type Program, type SpawnOptions } from '#lab/host/ports.ts'
import { hostProcess } from '#lab/host/process/process.ts'

const nobody: ReadonlySet<never> = new Set()

/** Runs it in this process's place; tells what cannot be run as `env` and the like do. */
function become(p: Process, argv: readonly string[], o: SpawnOptions = {}): number {
  try {
    return hostProcess(p).exec(argv, o)
  } catch (error) {
    if (!isErrno(error)) throw error
    say(
      p,
      nameOf(p) === 'sudo'
        ? `${argv[0]}: command not found`
        : `failed to execute ${argv[0]}: ${error.message}`,
    )
    return error.code === 'ENOENT' ? 127 : 126
  }
}

async function identityOf(p: Process, account: Account): Promise<Credentials> {
  if (account.uid === 0)
    return { ...root, bounding: p.credentials.bounding, effective: p.credentials.bounding }
  return {
    uid: account.uid,
    euid: account.uid,
    gid: account.gid,
    groups: [account.gid, ...(await groupsOf(p.files, account.name))],
    effective: nobody,
    bounding: p.credentials.bounding,
  }
}

/** sudo(8) for root, who may become anybody; there is no sudoers file. */
export const sudo: Program = async (p) => {
  const args = leading(
    p.argv.slice(1),
    ['-u', '-g', '--user'],
    ['-i', '-s', '-E', '-n', '-H', '-S', '-k', '-b'],
  )
  if (p.credentials.euid !== 0) {
    const name =
      (await accounts(p.files)).find(({ uid }) => uid === p.credentials.uid)?.name ??
      String(p.credentials.uid)
    p.stderr.write(`${name} is not in the sudoers file.  This incident will be reported.\n`)
    return 1
  }
  const name = args.values.get('-u') ?? args.values.get('--user') ?? 'root'
  const account = await userByName(p.files, name)
  if (account === undefined) {
    say(p, `unknown user: ${name}`)
    return 1
  }
  const words = args.rest.filter((word, at) => at > 0 || !/^\w+=/.test(word))
  const argv = words.length > 0 ? words : ['bash', ...(args.flags.has('-i') ? ['-l'] : [])]
  const env = { ...p.env, SUDO_USER: 'root', USER: account.name, LOGNAME: account.name, HOME: account.home }
  return become(p, argv, { as: await identityOf(p, account), env })
}

/** su(1): `-c COMMAND`, `-s SHELL`, `-`, a user. Passwords are not imitated: only root gets through. */
export const su: Program = async (p) => {
  const words = p.argv.slice(1).filter((word) => word !== '-' && word !== '-l' && word !== '--login')
  const args = parseArguments(words, { flags: 'mp', values: ['c', 's', '--command', '--shell'] })
  if (args.unknown !== undefined) return invalidOption(p, args.unknown)
  const name = args.operands[0] ?? 'root'
  const account = await userByName(p.files, name)
  if (account === undefined) {
    say(p, `user ${name} does not exist or the user entry does not contain all the required fields`)
    return 1
  }
  if (p.credentials.euid !== 0) {
    say(p, 'Authentication failure')
    return 1
  }
  const shell = args.values.get('s') ?? args.values.get('--shell') ?? account.shell
  if (/\/(nologin|false)$/.test(shell)) {
    if (shell.endsWith('nologin')) p.stdout.write('This account is currently not available.\n')
    return 1
  }
  const command = args.values.get('c') ?? args.values.get('--command')
  const env = { ...p.env, USER: account.name, LOGNAME: account.name, HOME: account.home }
  return become(p, [shell, ...(command === undefined ? [] : ['-c', command])], {
    as: await identityOf(p, account),
    env,
  })
}

/** runuser(1): `-u USER [--] COMMAND`, or as su. */
export const runuser: Program = async (p) => {
  const args = leading(p.argv.slice(1), ['-u', '-g'], [])
  const name = args.values.get('-u')
  if (name === undefined) return su(p)
  const account = await userByName(p.files, name)
  if (account === undefined) {
    say(p, `user ${name} does not exist`)
    return 1
  }
  if (p.credentials.euid !== 0) {
    say(p, 'may not be used by non-root users')
    return 1
  }
  return become(p, args.rest, { as: await identityOf(p, account) })
}

/** setpriv(1): `--reuid`, `--regid`, `--clear-groups`, `--groups`, `--no-new-privs`, `--bounding-set -all`. */
export const setpriv: Program = async (p) => {
  const args = leading(
    p.argv.slice(1),
    ['--reuid', '--regid', '--groups', '--bounding-set', '--inh-caps', '--ambient-caps'],
    ['--clear-groups', '--keep-groups', '--init-groups', '--no-new-privs', '--nnp'],
  )
  const own = p.credentials
  const uid = args.values.has('--reuid') ? await uidOf(p.files, args.values.get('--reuid') ?? '') : own.uid
  const gid = args.values.has('--regid') ? await gidOf(p.files, args.values.get('--regid') ?? '') : own.gid
  if (uid === undefined || gid === undefined) {
    say(p, 'failed to parse reuid: Invalid argument')
    return 1
  }
  if (!own.effective.has('SETUID') && uid !== own.uid) {
    say(p, 'setresuid failed: Operation not permitted')
    return 127
  }
  const groups = args.flags.has('--clear-groups')
    ? []
    : (args.values.get('--groups')?.split(',').map(Number) ?? own.groups)
  const dropped = args.values.get('--bounding-set') === '-all' ? nobody : own.bounding
  const as: Credentials = {
    ...own,
    uid,
    euid: uid,
    gid,
    groups,
    bounding: dropped,
    effective:
      uid === 0
        ? new Set([...own.effective].filter((each) => (dropped as ReadonlySet<string>).has(each)))
        : nobody,
    ...(args.flags.has('--no-new-privs') || args.flags.has('--nnp') ? { noNewPrivileges: true } : {}),
  }
  return become(p, args.rest, { as })
}

/** nice, nohup, ionice, stdbuf, unbuffer: the command runs as it would without. */
export const wrapper: Program = async (p) => {
  const args = leading(p.argv.slice(1), ['-n', '-c', '-o', '-e', '-i'], [])
  return become(p, args.rest)
}

/** Options up to the first word that is none: the rest is the command. */
function leading(
  words: readonly string[],
  withValue: readonly string[],
  flags: readonly string[],
): {
  readonly values: ReadonlyMap<string, string>
  readonly flags: ReadonlySet<string>
  readonly rest: readonly string[]
} {
  const left = [...words]
  const values = new Map<string, string>()
  const found = new Set<string>()
  for (let word = left[0]; word?.startsWith('-'); word = left[0]) {
    left.shift()
    if (word === '--') break
    const [name = '', attached] = word.split(/=(.*)/s)
    if (withValue.includes(name)) values.set(name, attached ?? left.shift() ?? '')
    else if (flags.includes(name)) found.add(name)
  }
  return { values, flags: found, rest: left }
}
