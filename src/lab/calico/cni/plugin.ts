import type { KubeClient } from '#lab/api/client.ts'
import type { Pod } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import {
  type CniCall,
  CniFailure,
  checkDatastore,
  nodeNameOf,
  pluginKube,
  printFailure,
  readCall,
} from '#lab/calico/cni/config.ts'
import { interfaceName } from '#lab/calico/cni/interface-name.ts'
import { CniLog } from '#lab/calico/cni/log.ts'
import { furnish, unfurnish } from '#lab/calico/cni/wiring.ts'
import { apiErrorText, datastoreError } from '#lab/calico/errors.ts'
import { type Log, raw } from '#lab/calico/log.ts'
import { isErrno, type Process, type Program } from '#lab/host/ports.ts'

const defaultLog = '/var/log/calico/cni/cni.log'

/**
 * The CNI plugin `calico` (projectcalico/calico:cni-plugin/pkg/plugin/plugin.go, pkg/k8s/k8s.go). Not imitated: CHECK,
 * floating and requested addresses, policy set-up waits, host-local IPAM, IPv6.
 */
export const cniPlugin: Program = async (p) => {
  let call: CniCall | undefined
  try {
    call = await readCall(p)
    const { log, flush } = cniLog(p, call)
    try {
      if (call.command === 'ADD') await add(p, call, log)
      else if (call.command === 'DEL') await remove(p, call, log)
      return 0
    } catch (error) {
      if (!(error instanceof CniFailure)) throw error
      log.error('plugin.go 162', `Final result of CNI ${call.command} was an error.`, {
        error: raw(error.message),
      })
      throw error
    } finally {
      await flush()
    }
  } catch (error) {
    if (!(error instanceof CniFailure)) throw error
    return printFailure(p, call, error)
  }
}

function cniLog(p: Process, call: CniCall): { readonly log: Log; flush(): Promise<void> } {
  const file = new CniLog(p, 'cni-plugin', call.config.log_file_path ?? defaultLog)
  return { log: file.log, flush: () => file.flush() }
}

async function add(p: Process, call: CniCall, log: Log): Promise<void> {
  const node = await nodeNameOf(p, call.config)
  const kube = await pluginKube(p, call.config)
  await checkDatastore(kube)
  log.info('k8s.go 77', 'Extracted identifiers for CmdAddK8s', identity(call))
  const asked = await withPools(kube, call, await readPod(kube, call))
  const address = await runIpam(p, asked, node)
  log.info('k8s.go 387', `Calico CNI using IPs: [${address}/32]`, identity(call))
  try {
    await furnish(p, call, { address, mtu: await mtuOf(p, call) })
    await writeEndpoint(kube, call, address)
  } catch (error) {
    log.info('k8s.go 391', 'Releasing IPAM allocation(s) after failure', identity(call))
    await callIpam(p, call, node, 'DEL')
    throw error
  }
  log.info('k8s.go 500', 'Wrote updated endpoint to datastore', identity(call))
  printResult(p, call, address)
}

async function remove(p: Process, call: CniCall, log: Log): Promise<void> {
  const node = await nodeNameOf(p, call.config)
  const kube = await pluginKube(p, call.config)
  await checkDatastore(kube)
  log.info('k8s.go 608', 'Cleaning up netns', identity(call))
  await unfurnish(p, call)
  log.info('k8s.go 615', 'Releasing IP address(es)', identity(call))
  const released = await callIpam(p, call, node, 'DEL')
  if (released.code !== 0) throw new CniFailure(messageOf(released.stdout))
  log.info('k8s.go 621', 'Teardown processing complete.', identity(call))
}

const identity = (call: CniCall) => ({
  ContainerID: call.containerId,
  Namespace: call.namespace,
  Pod: call.pod,
  WorkloadEndpoint: `${interfaceName(call.namespace, call.pod)}-${call.link}`,
})

async function readPod(kube: KubeClient, call: CniCall): Promise<Pod> {
  try {
    return await kube.get<Pod>({ type: resources.pods, namespace: call.namespace, name: call.pod })
  } catch (error) {
    throw new CniFailure(apiErrorText(error))
  }
}

const poolsAnnotation = 'cni.projectcalico.org/ipv4pools'

/** The pools that the pod's annotation names, else its namespace's, are handed to the IPAM plugin (pkg/k8s/k8s.go). */
async function withPools(kube: KubeClient, call: CniCall, pod: Pod): Promise<CniCall> {
  const text = pod.metadata.annotations?.[poolsAnnotation] || (await ofNamespace(kube, call.namespace))
  if (text === undefined || text === '') return call
  const ipam = { ...call.config.ipam, ipv4_pools: poolNames(text) }
  return { ...call, text: JSON.stringify({ ...JSON.parse(call.text), ipam }) }
}

async function ofNamespace(kube: KubeClient, name: string): Promise<string | undefined> {
  try {
    const { metadata } = await kube.get({ type: resources.namespaces, name })
    return metadata.annotations?.[poolsAnnotation]
  } catch (error) {
    throw new CniFailure(apiErrorText(error))
  }
}

function poolNames(text: string): readonly string[] {
  try {
    const names: unknown = JSON.parse(text)
    if (Array.isArray(names)) return names.map(String)
  } catch (error) {
    throw new CniFailure(error instanceof Error ? goJsonError(text) : String(error))
  }
  throw new CniFailure('json: cannot unmarshal value into Go value of type []string')
}

/** Go's words for a text that is no JSON at all; it names the first letter. */
const goJsonError = (text: string): string =>
  `invalid character '${text.trim().slice(0, 1)}' looking for beginning of value`

async function runIpam(p: Process, call: CniCall, node: string): Promise<string> {
  const output = await callIpam(p, call, node, 'ADD')
  if (output.code !== 0) throw new CniFailure(messageOf(output.stdout))
  const result = JSON.parse(output.stdout) as { ips?: readonly { address: string }[] } // printed by our own IPAM plugin
  const address = result.ips?.[0]?.address.split('/')[0]
  if (address === undefined) throw new CniFailure('IPAM plugin returned no IP addresses in result')
  return address
}

/**
 * The IPAM plugin is a program of its own beside this one, given the same configuration. Throws CniFailure where it cannot be started,
 * in the words of libcni (containernetworking/cni:pkg/invoke/{find,raw_exec}.go).
 */
async function callIpam(p: Process, call: CniCall, node: string, command: 'ADD' | 'DEL') {
  const type = call.config.ipam?.type ?? 'calico-ipam'
  const folder = p.env.CNI_PATH ?? '/opt/cni/bin'
  const env = { ...p.env, CNI_COMMAND: command, CALICO_NODENAME: node }
  try {
    return await p.run([`${folder}/${type}`], { env, stdin: call.text })
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new CniFailure(
      error.code === 'ENOENT'
        ? `failed to find plugin "${type}" in path [${folder}]`
        : `fork/exec ${folder}/${type}: ${error.message.toLowerCase()}`,
    )
  }
}

function messageOf(stdout: string): string {
  try {
    return (JSON.parse(stdout) as { msg?: string }).msg ?? stdout
  } catch {
    return stdout
  }
}

/** The configured MTU, else Felix's, else Ethernet's (cni-plugin/internal/pkg/utils/utils.go, MTUFromFile). */
async function mtuOf(p: Process, call: CniCall): Promise<number> {
  if (call.config.mtu) return call.config.mtu
  const file = '/var/lib/calico/mtu'
  return (await p.files.exists(file)) ? Number(await p.files.read(file)) : 1500
}

/** In this datastore a workload endpoint is three annotations of its pod. */
async function writeEndpoint(kube: KubeClient, call: CniCall, address: string): Promise<void> {
  const annotations = {
    'cni.projectcalico.org/containerID': call.containerId,
    'cni.projectcalico.org/podIP': `${address}/32`,
    'cni.projectcalico.org/podIPs': `${address}/32`,
  }
  const ref = { type: resources.pods, namespace: call.namespace, name: call.pod }
  try {
    await kube.patch(
      ref,
      { type: 'strategic', body: { metadata: { annotations } } },
      { subresource: 'status' },
    )
  } catch (error) {
    throw new CniFailure(datastoreError(error, `Pod(${call.namespace}/${call.pod})`).text)
  }
}

function printResult(p: Process, call: CniCall, address: string): void {
  const name = interfaceName(call.namespace, call.pod)
  const result = {
    cniVersion: call.config.cniVersion ?? '0.3.1',
    interfaces: [{ name }],
    ips: [{ version: '4', address: `${address}/32` }],
    dns: {},
  }
  p.stdout.write(`${JSON.stringify(result)}\n`)
}
