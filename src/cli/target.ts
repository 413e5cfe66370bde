import type { Command } from 'commander'
import type { OpenedCluster } from '#app/cluster.ts'
import { type Clock, wallClock } from '#base/clock.ts'
import { commandLine } from '#base/command-line.ts'
import { parseDuration } from '#base/duration.ts'
import { failed, ok } from '#base/result.ts'
import { Trouble } from '#base/trouble.ts'
import type { Io } from '#cli/io.ts'
import { LabClient } from '#lab/serve/client.ts'
import { labClock } from '#lab/serve/clock.ts'
import { LabStates } from '#lab/serve/state.ts'
import type { NodeShell, ProviderShell } from '#sources/live/index.ts'

export interface TargetOptions {
  readonly kubeconfig?: string
  readonly context?: string
  readonly requestTimeout?: string
  /** `--lab` alone is true. */
  readonly lab?: string | true
}

/** A cluster to look at, and the time it lives in. */
export interface Target {
  readonly cluster: OpenedCluster
  readonly clock: Clock
  readonly timeoutMs?: number
  readonly client?: LabClient
}

export const withTarget = (command: Command): Command =>
  command
    .option('--kubeconfig <file>', 'kubeconfig to use instead of KUBECONFIG and ~/.kube/config')
    .option('--context <name>', "context to use instead of the kubeconfig's current one")
    .option('--request-timeout <duration>', 'how long one answer may take, as 10s')
    .option('--lab [name]', 'a running lab instead of a cluster (default: the lab "default")')

/** Opens what the options name. Sends nothing to a real cluster yet; rejects with a Trouble. */
export async function openTarget(options: TargetOptions, io: Io): Promise<Target> {
  const limit =
    options.requestTimeout === undefined ? {} : { timeoutMs: parseDuration(options.requestTimeout) }
  if (options.lab !== undefined) {
    if (options.kubeconfig !== undefined || options.context !== undefined)
      throw new Trouble('two-targets', '--lab and --kubeconfig or --context name two clusters', {
        hint: 'give one of them',
      })
    return { ...(await labTarget(options.lab === true ? 'default' : options.lab, io)), ...limit }
  }
  const { openCluster } = await import('#sources/live/open-cluster.ts')
  const { kubeconfig, context } = options
  const opened = await openCluster({
    env: io.env,
    nowMs: wallClock.now(),
    ...(kubeconfig === undefined ? {} : { file: kubeconfig }),
    ...(context === undefined ? {} : { context }),
  })
  return {
    cluster: { ...opened, ...(kubeconfig === undefined ? {} : { kubeconfig }) },
    clock: wallClock,
    ...limit,
  }
}

async function labTarget(name: string, io: Io): Promise<Target> {
  const client = new LabClient(new LabStates(io.env).need(name), { signal: io.signal })
  return { cluster: await labCluster(client), clock: await labClock(client, wallClock), client }
}

/** A running lab as a cluster: its API over HTTP, its nodes' shells over the owner's door. */
export async function labCluster(client: LabClient): Promise<OpenedCluster> {
  const { socketTransport } = await import('#sources/live/socket-transport.ts')
  const { name } = client.record
  const context = `ninelives-lab-${name}`
  return {
    transport: socketTransport(client.labTimeUrl, { headers: {} }),
    identity: { server: client.url, context, user: context },
    shell: labShell(client),
    provider: labProvider(client),
    lab: name,
  }
}

const labShell = (client: LabClient): NodeShell => ({
  run: async (node, argv) => {
    try {
      return ok(await client.exec(node, argv))
    } catch (error) {
      if (!(error instanceof Trouble)) throw error
      return failed({
        kind: error.code === 'node-down' ? 'unreachable' : 'server-error',
        says: error.message,
      })
    }
  },
  command: (node, argv) => commandLine(['ninelives', 'lab', 'exec', ...named(client), node, '--', ...argv]),
})

const labProvider = (client: LabClient): ProviderShell => ({
  run: async (argv) => {
    try {
      return ok(await client.cloud(argv))
    } catch (error) {
      if (!(error instanceof Trouble)) throw error
      return failed({ kind: 'server-error', says: error.message })
    }
  },
  command: (argv) => commandLine(['ninelives', 'lab', 'ibmcloud', ...named(client), '--', ...argv]),
})

const named = ({ record: { name } }: LabClient): readonly string[] =>
  name === 'default' ? [] : ['--name', name]

/** What `diagnose` and `repair` both say of how to look at a target. */
export async function lookingOptions(
  { cluster, clock, timeoutMs }: Target,
  { deep, node }: { readonly deep: boolean; readonly node?: string },
  { signal }: Pick<Io, 'signal'>,
) {
  const { engine } = await import('#cli/engine.ts')
  return {
    cluster,
    clock,
    deep,
    signal,
    ...(await engine()),
    ...(node === undefined ? {} : { nodes: [node] }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  }
}
