import { type Errno, isErrno, type Process } from '#lab/host/ports.ts'
import { cidr, cidrText } from '#lab/network/address.ts'
import type { LinkState } from '#lab/network/devices.ts'
import { stackOf } from '#lab/network/stack-net.ts'

/** A command line that `ip` refuses by itself, without asking the kernel. */
export class Usage extends Error {
  readonly exitCode: number

  constructor(says: string, exitCode = 255) {
    super(says)
    this.exitCode = exitCode
  }
}

/** Tells why a command was not carried out, and answers its exit code; throws what is a bug. */
export function told(p: Process, error: unknown): number {
  if (error instanceof Usage) {
    p.stderr.write(`${error.message}\n`)
    return error.exitCode
  }
  if (!isErrno(error)) throw error
  p.stderr.write(`${netlinkWords(error)}\n`)
  return 2
}

/** The kernel's refusals as `ip` prints them: an extended message where the kernel gives one. */
function netlinkWords({ code, message }: Errno): string {
  if (code === 'ENETUNREACH') return 'Error: Nexthop has invalid gateway.'
  if (code === 'EOPNOTSUPP') return 'Error: Unknown device type.'
  if (code === 'ENETDOWN') return 'Error: Device for nexthop is not up.'
  return `RTNETLINK answers: ${message}`
}

/** Throws what `ip` says of a device that is not there. */
export function deviceNamed(p: Process, name: string, says = `Cannot find device "${name}"`): LinkState {
  const link = stackOf(p.net).link(name)
  if (!link) throw new Usage(says, 1)
  return link
}

/** `key value key value` with bare words in between; `keys` take a value. */
export function keyed(
  args: readonly string[],
  keys: readonly string[],
): { readonly values: ReadonlyMap<string, string>; readonly bare: readonly string[] } {
  const values = new Map<string, string>()
  const bare: string[] = []
  const words = [...args]
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (!keys.includes(word)) bare.push(word)
    else {
      const value = words.shift()
      if (value === undefined) throw new Usage('Command line is not complete. Try option "help"')
      values.set(word, value)
    }
  }
  return { values, bare }
}

/** Commands may be shortened: the first that begins so. */
export const commandOf = (word: string | undefined, commands: readonly string[]): string | undefined =>
  word === undefined || word === '' ? undefined : commands.find((command) => command.startsWith(word))

/** A block as routes have it: `default`, `10.244.1.0/26`, an address. */
export function prefixOf(text: string): string {
  if (text === 'default') return '0.0.0.0/0'
  try {
    return cidrText(cidr(text))
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new Usage(`Error: any valid prefix is expected rather than "${text}".`, 1)
  }
}
