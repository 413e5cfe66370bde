/** Which options each command of calicoctl takes, as its usage texts name them (projectcalico/calico:calicoctl/calicoctl/commands). */
import { Refusal } from '#lab/calico/calicoctl/refusal.ts'

const everywhere = [
  '-h',
  '--help',
  '-c',
  '--config',
  '--context',
  '-l',
  '--log-level',
  '--allow-version-mismatch',
]
const files = ['-f', '--filename', '-R', '--recursive', '--skip-empty', '-n', '--namespace']

const options: Readonly<Record<string, readonly string[]>> = {
  create: [...files, '--skip-exists'],
  replace: files,
  apply: files,
  patch: ['-p', '--patch', '-t', '--type', '-n', '--namespace'],
  delete: [...files, '--skip-not-exists'],
  get: [...files, '-o', '--output', '-a', '-A', '--all-namespaces', '--export'],
  label: ['--overwrite', '--remove', '-n', '--namespace'],
  version: ['--poll'],
  'node status': [],
  'node checksystem': ['-f', '--kernel-config'],
  'node diags': ['--log-dir'],
  'ipam show': ['--ip', '--show-blocks', '--show-borrowed', '--show-configuration'],
  'ipam check': ['--show-all-ips', '--show-problem-ips', '-o', '--output'],
  'ipam release': ['--ip', '--from-report', '--force'],
  'ipam configure': ['--strictaffinity', '--max-blocks-per-host'],
}

/**
 * The words of a command line without the options that may stand before the command, or the help that they ask for. Throws a Refusal
 * for an option that the command does not take.
 */
export function readUsage(words: readonly string[]): {
  readonly words: readonly string[]
  readonly help?: string
} {
  const start = words.findIndex((word) => !word.startsWith('-'))
  const asked = start < 0 ? [] : words.slice(start)
  const command = Object.keys(options).find((each) => `${asked.join(' ')} `.startsWith(`${each} `))
  const flags = words.filter((word) => /^-./.test(word)).map(flagOf)
  if (flags.includes('--help') || flags.includes('-h') || words.length === 0)
    return { words: asked, help: helpOn(command, asked[0]) }
  const known = [...everywhere, ...(command === undefined ? [] : (options[command] ?? []))]
  if (command !== undefined && flags.some((flag) => !known.includes(flag)))
    throw new Refusal(
      `Invalid option: 'calicoctl ${asked.join(' ')}'. Use flag '--help' to read about a specific subcommand.`,
    )
  return { words: asked }
}

/** `--ip` of `--ip=10.0.0.1`, `-o` of `-oyaml`. */
const flagOf = (word: string): string =>
  word.startsWith('--') ? (word.split('=')[0] ?? word) : word.slice(0, 2)

function helpOn(command: string | undefined, first: string | undefined): string {
  if (command === undefined) {
    const names = Object.keys(options).filter((each) => first === undefined || each.startsWith(`${first} `))
    const shown = names.length > 0 ? names : Object.keys(options)
    return `Usage:\n${shown.map((name) => `  calicoctl ${name} [options]\n`).join('')}`
  }
  const lines = [...(options[command] ?? []), ...everywhere].map((flag) => `  ${flag}\n`)
  return `Usage:\n  calicoctl ${command} [options] [<args>...]\n\nOptions:\n${lines.join('')}`
}
