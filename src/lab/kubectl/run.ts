/** One command that is carried out: its flags, its ports, and what all commands need. */
import { Client } from '#lab/kubectl/client.ts'
import { type Discovery, discover } from '#lab/kubectl/discovery.ts'
import { bool, duration, type Flag, type Flags, list, text, texts } from '#lab/kubectl/flags.ts'
import type { KubectlPorts } from '#lab/kubectl/ports.ts'

export interface Command {
  /** As it is typed: `rollout status`. */
  readonly name: string
  readonly aliases?: readonly string[]
  readonly flags: readonly Flag[]
  /** What follows the first argument is not read as flags of its own. */
  readonly wordsAfterFirst?: boolean
  /** What it refuses with a reason is refused before its flags are read. */
  run(run: Run): Promise<void>
}

export interface Run {
  readonly command: string
  readonly flags: Flags
  readonly args: readonly string[]
  readonly ports: KubectlPorts
  readonly client: Client
  /** What `-n` says, or the context. */
  readonly namespace: string
  /** Asked once a command. */
  discovery(): Promise<Discovery>
  print(line: string): void
  complain(line: string): void
}

/** Of every command: kubernetes/cli-runtime:pkg/genericclioptions/config_flags.go. */
export const globalFlags: readonly Flag[] = [
  text('namespace', 'n'),
  text('as'),
  texts('as-group'),
  text('as-uid'),
  text('cache-dir'),
  text('certificate-authority'),
  text('client-certificate'),
  text('client-key'),
  text('cluster'),
  text('context'),
  bool('disable-compression'),
  bool('insecure-skip-tls-verify'),
  text('kubeconfig'),
  bool('match-server-version'),
  text('password'),
  text('profile'),
  text('profile-output'),
  text('request-timeout'),
  text('server', 's'),
  text('tls-server-name'),
  text('token'),
  text('user'),
  text('username'),
  text('v', 'v'),
  text('vmodule'),
  bool('warnings-as-errors'),
  duration('log-flush-frequency'),
  bool('help', 'h'),
]

export const selectorFlags: readonly Flag[] = [text('selector', 'l'), text('field-selector')]
export const fileFlags: readonly Flag[] = [
  list('filename', 'f'),
  bool('recursive', 'R'),
  text('kustomize', 'k'),
]

export function runOf(command: string, flags: Flags, ports: KubectlPorts): Run {
  const print = (line: string): void => ports.stdout.write(`${line}\n`)
  const complain = (line: string): void => ports.stderr.write(`${line}\n`)
  const as = flags.text('as')
  const groups = flags.all('as-group')
  const token = flags.text('token')
  const client = new Client(ports.api, {
    headers: {
      'user-agent': `kubectl/v${ports.version} (linux/amd64) kubernetes/unknown`,
      ...(as === undefined ? {} : { 'impersonate-user': as }),
      ...(groups.length === 0 ? {} : { 'impersonate-group': groups.join(', ') }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    warn: (warning) => complain(`Warning: ${warning}`),
  })
  let asked: Promise<Discovery> | undefined
  const discovery = (): Promise<Discovery> => {
    asked ??= discover(client)
    return asked
  }
  const namespace = flags.text('namespace') ?? ports.namespace
  return { command, flags, args: flags.args, ports, client, namespace, discovery, print, complain }
}

/** What stands before `--`, and the words behind it. */
export const partedAtDash = ({
  args,
  flags: { dash },
}: Pick<Run, 'args' | 'flags'>): { readonly names: readonly string[]; readonly words: readonly string[] } =>
  dash < 0 ? { names: args, words: [] } : { names: args.slice(0, dash), words: args.slice(dash) }
