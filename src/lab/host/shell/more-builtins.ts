import type { Builtin } from '#lab/host/shell/builtins.ts'

/** `mapfile` and `readarray`: the lines of the input as an array; `-t` without their ends, `-n COUNT`, `-s SKIP`. */
export const mapfile: Builtin = async (shell, args, io) => {
  let [trim, count, skip] = [false, Number.POSITIVE_INFINITY, 0]
  let name = 'MAPFILE'
  const left = [...args]
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    if (word === '-t') trim = true
    else if (word === '-n') count = Number(left.shift()) || Number.POSITIVE_INFINITY
    else if (word === '-s') skip = Number(left.shift())
    else if (/^-[dOuCc]$/.test(word)) left.shift()
    else name = word
  }
  const lines: string[] = []
  for (;;) {
    const { text, complete } = await io.stdin.line(shell.p)
    if (!complete && text === '') break
    lines.push(trim || !complete ? text : `${text}\n`)
    if (!complete) break
  }
  shell.set(name, lines.slice(skip, skip + count))
  return 0
}

/** `getopts SPEC NAME [WORDS]`: the next option, by OPTIND; a leading colon keeps it quiet. */
export const getopts: Builtin = async (shell, args, io) => {
  const [spec = '', name = '', ...given] = args
  const words = given.length > 0 ? given : shell.positional
  const index = Number(shell.text('OPTIND') ?? 1)
  const at = shell.optionAt
  const word = words[index - 1]
  if (word === undefined || !/^-./.test(word) || word === '--') {
    if (word === '--') shell.set('OPTIND', String(index + 1))
    shell.set(name, '?')
    return 1
  }
  const letter = word[at] ?? ''
  const isLast = at + 1 >= word.length
  const place = letter === ':' ? -1 : spec.indexOf(letter, spec.startsWith(':') ? 1 : 0)
  const next = (by: number): void => {
    shell.optionAt = isLast || by > 1 ? 1 : at + 1
    if (isLast || by > 1) shell.set('OPTIND', String(index + by))
  }
  const quiet = spec.startsWith(':')
  if (place < 0) {
    next(1)
    shell.set(name, '?')
    if (quiet) shell.set('OPTARG', letter)
    else io.stderr.write(`${shell.name}: illegal option -- ${letter}\n`)
    return 0
  }
  if (spec[place + 1] !== ':') {
    next(1)
    shell.set(name, letter)
    return 0
  }
  const value = isLast ? words[index] : word.slice(at + 1)
  if (value === undefined) {
    next(1)
    shell.set(name, quiet ? ':' : '?')
    if (quiet) shell.set('OPTARG', letter)
    else io.stderr.write(`${shell.name}: option requires an argument -- ${letter}\n`)
    return 0
  }
  shell.optionAt = 1
  shell.set('OPTIND', String(index + (isLast ? 2 : 1)))
  shell.set(name, letter)
  shell.set('OPTARG', value)
  return 0
}

/** umask: what it is; it cannot be changed here. */
export const umask: Builtin = async (shell, args, io) => {
  if (args.length === 0) io.stdout.write('0022\n')
  else if (args[0] === '-S') io.stdout.write('u=rwx,g=rx,o=rx\n')
  else if (!/^0?022$/.test(args[0] ?? '')) {
    io.stderr.write(`${shell.name}: umask: the lab's umask is always 0022\n`)
    return 1
  }
  return 0
}

const limits: readonly (readonly [letter: string, name: string, unit: string, value: string])[] = [
  ['c', 'core file size', 'blocks, ', '0'],
  ['d', 'data seg size', 'kbytes, ', 'unlimited'],
  ['f', 'file size', 'blocks, ', 'unlimited'],
  ['l', 'max locked memory', 'kbytes, ', '1019104'],
  ['n', 'open files', '', '1024'],
  ['s', 'stack size', 'kbytes, ', '8192'],
  ['u', 'max user processes', '', '31847'],
  ['v', 'virtual memory', 'kbytes, ', 'unlimited'],
]

/** ulimit: shows the limits of a login; they are not imitated, so they cannot be set. */
export const ulimit: Builtin = async (shell, args, io) => {
  const letters = (args.find((word) => word.startsWith('-')) ?? '-f').slice(1).replace(/[HS]/g, '')
  if (letters === 'a') {
    for (const [letter, name, unit, value] of limits)
      io.stdout.write(`${name.padEnd(25)}${`(${unit}-${letter})`.padStart(16)} ${value}\n`)
    return 0
  }
  const found = limits.find(([letter]) => letter === letters)
  if (found === undefined || args.some((word) => !word.startsWith('-'))) {
    io.stderr.write(
      `${shell.name}: ulimit: ${found === undefined ? `-${letters}: invalid option` : 'the lab does not imitate limits of processes'}\n`,
    )
    return found === undefined ? 2 : 1
  }
  io.stdout.write(`${found[3]}\n`)
  return 0
}

/** jobs: what runs in the background. */
export const jobs: Builtin = async (shell, args, io) => {
  let number = 0
  for (const [pid, child] of shell.jobs) {
    number++
    if (!child.alive && args[0] === '-r') continue
    const state = child.alive ? 'Running' : 'Done'
    if (args[0] === '-p') io.stdout.write(`${pid}\n`)
    else
      io.stdout.write(
        `[${number}]${number === shell.jobs.size ? '+' : ' '} ${args[0] === '-l' ? ` ${pid}` : ''} ${state.padEnd(23)} (pid ${pid})\n`,
      )
  }
  return 0
}

/** shopt: `nullglob` works; other options of bash are taken and change nothing. */
export const shopt: Builtin = async (shell, args) => {
  const names = args.filter((word) => !word.startsWith('-'))
  if (names.includes('nullglob')) shell.nullglob = args.includes('-s')
  return 0
}
