import { parsedJson } from '#base/json.ts'
import { root } from '#lab/host/credentials.ts'
import { type Child, type ExitStatus, isErrno, type Machine } from '#lab/host/ports.ts'
import { Collector } from '#lab/host/process/streams.ts'
import type { Kernel, Task } from '#lab/kernel/kernel.ts'
import type { CniNetwork, CniPlugin } from '#lab/runtime/cni-config.ts'

export interface CniAttachment {
  readonly command: 'ADD' | 'DEL'
  readonly containerId: string
  /** Empty once the namespace is gone, as after a reboot. */
  readonly netnsPath: string
  readonly podNamespace: string
  readonly podName: string
  readonly podUid: string
}

/** The pod's address as the chain's result tells it; `undefined` when the result has none. */
export interface CniResult {
  readonly address: string | undefined
}

const pluginDirectory = '/opt/cni/bin'

/** containerd waits for a plugin as long as the kubelet waits for it: 4 minutes (pkg/kubelet: 2 × runtimeRequestTimeout). */
const pluginTimeoutMs = 240_000

/**
 * Runs a chain of CNI plugins as processes of the machine, as libcni does: ADD in order, each given the result of the one before;
 * DEL in reverse. Rejects with an Error that has libcni's text, `plugin type="calico" failed (add): …`
 * (containernetworking/cni:libcni/api.go, pkg/invoke/raw_exec.go). Not imitated: the result cache, CHECK, GC, capabilities arguments.
 */
export async function runCni(
  by: Task,
  o: {
    readonly kernel: Kernel
    readonly machine: Machine
    readonly network: CniNetwork
    readonly pod: CniAttachment
    /** The runtime's own environment, which plugins inherit. */
    readonly env: Readonly<Record<string, string>>
  },
): Promise<CniResult> {
  const { network, pod } = o
  const chain = pod.command === 'ADD' ? network.plugins : [...network.plugins].reverse()
  let result: unknown
  for (const plugin of chain) {
    try {
      result = (await runPlugin(by, { ...o, plugin, previous: result })) ?? result
    } catch (error) {
      if (!(error instanceof PluginError)) throw error
      const name = plugin.name === undefined ? '' : ` name="${plugin.name}"`
      const verb = pod.command === 'ADD' ? 'add' : 'delete'
      throw new Error(`plugin type="${plugin.type}"${name} failed (${verb}): ${error.message}`)
    }
  }
  return { address: addressOf(result) }
}

class PluginError extends Error {}

async function runPlugin(
  by: Task,
  o: {
    readonly kernel: Kernel
    readonly machine: Machine
    readonly network: CniNetwork
    readonly pod: CniAttachment
    readonly env: Readonly<Record<string, string>>
    readonly plugin: CniPlugin
    readonly previous: unknown
  },
): Promise<unknown> {
  const { machine, plugin, network, previous } = o
  const stdout = new Collector()
  const stderr = new Collector()
  const config = { ...plugin.config, name: network.name, cniVersion: network.cniVersion }
  const stdin = JSON.stringify(previous === undefined ? config : { ...config, prevResult: previous })
  const child = await start(machine, plugin, {
    as: root,
    env: { ...o.env, ...environment(o.pod) },
    cwd: '/',
    stdin,
    stdout,
    stderr,
    name: `cni-${plugin.type}`,
  })
  const status = await exitOf(by, o.kernel, child)
  if (status === undefined) throw new PluginError('context deadline exceeded')
  if (status.code !== 0)
    throw new PluginError(failureText({ stdout: stdout.text, stderr: stderr.text }, status))
  return stdout.text.trim() === '' ? undefined : parsedJson(stdout.text)
}

async function start(
  machine: Machine,
  plugin: CniPlugin,
  o: Parameters<Machine['start']>[1],
): Promise<Child> {
  try {
    return await machine.start([`${pluginDirectory}/${plugin.type}`], o)
  } catch (error) {
    if (isErrno(error, 'ENOENT')) {
      throw new PluginError(`failed to find plugin "${plugin.type}" in path [${pluginDirectory}]`)
    }
    if (isErrno(error)) {
      throw new PluginError(`fork/exec ${pluginDirectory}/${plugin.type}: ${error.message.toLowerCase()}`)
    }
    throw error
  }
}

const environment = (pod: CniAttachment): Readonly<Record<string, string>> => ({
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  CNI_COMMAND: pod.command,
  CNI_CONTAINERID: pod.containerId,
  CNI_NETNS: pod.netnsPath,
  CNI_IFNAME: 'eth0',
  CNI_PATH: pluginDirectory,
  CNI_ARGS: [
    'IgnoreUnknown=1',
    `K8S_POD_NAMESPACE=${pod.podNamespace}`,
    `K8S_POD_NAME=${pod.podName}`,
    `K8S_POD_INFRA_CONTAINER_ID=${pod.containerId}`,
    `K8S_POD_UID=${pod.podUid}`,
  ].join(';'),
})

/** The child's end; `undefined` when it took too long and was killed. */
const exitOf = (by: Task, kernel: Kernel, child: Child): Promise<ExitStatus | undefined> =>
  by.wait<ExitStatus | undefined>((wake) => {
    const disarm = kernel.at(kernel.nowMs + pluginTimeoutMs, `${by.name} cni time-out`, () => {
      child.kill('SIGKILL')
      wake(undefined)
    })
    child.onExit((status) => {
      disarm()
      wake(status)
    })
    return disarm
  })

function failureText(output: { stdout: string; stderr: string }, status: ExitStatus): string {
  const error = parsedJson(output.stdout)
  if (typeof error === 'object' && error !== null && 'msg' in error) {
    const details = 'details' in error && error.details ? `; ${String(error.details)}` : ''
    return `${String(error.msg)}${details}`
  }
  if (output.stderr !== '') return `netplugin failed: ${JSON.stringify(output.stderr)}`
  return `netplugin failed with no error message: ${status.signal ? `signal: ${status.signal.slice(3).toLowerCase()}` : `exit status ${status.code}`}`
}

function addressOf(result: unknown): string | undefined {
  if (typeof result !== 'object' || result === null || !('ips' in result)) return undefined
  const first: unknown = Array.isArray(result.ips) ? result.ips[0] : undefined
  if (typeof first !== 'object' || first === null || !('address' in first)) return undefined
  return String(first.address).split('/')[0]
}
