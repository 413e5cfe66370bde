import { rfc3339 } from '#base/clock.ts'
import { inClusterKube, type KubeClient } from '#lab/api/client.ts'
import type { Node } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { datastoreError } from '#lab/calico/errors.ts'
import { calicoLog, type Log, raw } from '#lab/calico/log.ts'
import { autodetect } from '#lab/calico/node/autodetect.ts'
import { ensureDatastore } from '#lab/calico/node/datastore-defaults.ts'
import { Exit, exiting } from '#lab/calico/node/exit.ts'
import { setNetworkUnavailable } from '#lab/calico/node/node-condition.ts'
import { determineNodeName, terminate, writeNodeName } from '#lab/calico/node/node-name.ts'
import { releaseOf } from '#lab/calico/release.ts'
import { isErrno, type Process } from '#lab/host/ports.ts'

export const addressAnnotation = 'projectcalico.org/IPv4Address'

/**
 * `calico-node -startup` (projectcalico/calico:node/pkg/lifecycle/startup/startup.go).
 * Not imitated: etcd, IPv6, AS numbers by environment, kubeadm and Rancher clusters, literal `IP` values' validation.
 */
export const startup = (p: Process): Promise<number> =>
  exiting(async () => {
    const log = calicoLog(p, 'startup')
    log.info('startup.go 439', 'Early log level set to info')
    const name = await determineNodeName(p, log)
    log.info('startup.go 95', `Starting node ${name} with version ${releaseOf(p.version).name}`)
    const kube = inClusterKube(p)
    if (p.env.WAIT_FOR_DATASTORE === 'true') await waitForDatastore(p, kube, log)
    else log.info('startup.go 107', 'Skipping datastore connection test')
    const node = await readNode(kube, log, name)
    await configureAddress(p, kube, log, node)
    await checkMounts(p, log)
    await ensureDatastore(p, kube, log)
    await writeNodeName(p, log, name)
    log.info('startup.go 215', `Using node name: ${name}`)
    if (releaseOf(p.version).declaredBy === 'startup') {
      if (!(await declareNetwork(p, kube, log, name))) terminate(log)
      await removeShutdownTimestamp(p, log)
    }
    return 0
  })

/** Tries once a second while nobody answers; an answer that refuses us ends it, any other answer is good enough. */
async function waitForDatastore(p: Process, kube: KubeClient, log: Log): Promise<void> {
  log.info('startup.go 444', 'Checking datastore connection')
  for (;;) {
    const error = await probeDatastore(kube)
    if (error?.kind === 'unauthorized') {
      log.warn('startup.go 456', 'Connection to the datastore is unauthorized', { error: raw(error.text) })
      terminate(log)
    }
    if (error?.kind !== 'datastore') break
    log.info('startup.go 459', 'Hit error connecting to datastore - retry', { error: raw(error.text) })
    await p.sleep(1000)
  }
  log.info('startup.go 468', 'Datastore connection verified')
  log.info('startup.go 105', 'Datastore is ready')
}

async function probeDatastore(kube: KubeClient) {
  try {
    await kube.get({ type: resources.nodes, name: 'foo' })
    return undefined
  } catch (error) {
    return datastoreError(error, 'Node(foo)')
  }
}

async function readNode(kube: KubeClient, log: Log, name: string): Promise<Node> {
  try {
    return await kube.get<Node>({ type: resources.nodes, name }, { timeoutMs: 2_000 })
  } catch (error) {
    const { text } = datastoreError(error, `Node(${name})`)
    log.error('startup.go 181', 'Failed to read Node from datastore', { error: raw(text) })
    return terminate(log)
  }
}

/** The address that peers will be told. Answers whether it changed. */
async function configureAddress(p: Process, kube: KubeClient, log: Log, node: Node): Promise<void> {
  if (p.env.CALICO_NETWORKING_BACKEND === 'none') return
  const stored = node.metadata.annotations?.[addressAnnotation]
  if (stored === undefined) log.info('startup.go 497', 'Initialize BGP data')
  const address = chosenAddress(p, log, node, stored)
  if (address === undefined) {
    log.error(
      'startup.go 283',
      'No IPv4 or IPv6 addresses configured or detected, required for Calico networking',
    )
    terminate(log)
  }
  if (address !== stored) {
    log.info('startup.go 573', 'Node IPv4 changed, will check for conflicts')
    await checkConflicts(p, kube, log, node, { address, stored })
  }
  log.info('startup.go 720', 'No AS number configured on node resource, using global value')
  if (address !== stored) await writeAddress(kube, log, node.metadata.name, address)
}

/** `IP`: `autodetect` or nothing looks for one, `none` keeps what is stored, anything else is the address. */
function chosenAddress(p: Process, log: Log, node: Node, stored: string | undefined): string | undefined {
  const wanted = p.env.IP ?? ''
  if (wanted === 'none') {
    if (stored !== undefined)
      log.info('startup.go 529', `Autodetection for IPv4 disabled, keeping existing value: ${stored}`)
    return stored
  }
  if (wanted !== '' && wanted !== 'autodetect') {
    log.info('startup.go 597', `Using IPv4 address from environment: IP=${wanted}`)
    return wanted.includes('/') ? wanted : `${wanted}/32`
  }
  if (wanted === '' && stored !== undefined) return stored
  const detected = autodetect(p, log, p.env.IP_AUTODETECTION_METHOD ?? '', node)
  if (detected !== undefined) return detected
  if (stored !== undefined) {
    warnKept(log, stored)
    return stored
  }
  log.warn(
    'startup.go 519',
    "Couldn't autodetect an IPv4 address. If auto-detecting, choose a different autodetection method. Otherwise provide an explicit address.",
  )
  return terminate(log)
}

/** No address fits, and one is known from before: it stays. */
export const warnKept = (log: Log, stored: string): void =>
  log.warn('startup.go 525', `Autodetection of IPv4 address failed, keeping existing value: ${stored}`)

async function checkConflicts(
  p: Process,
  kube: KubeClient,
  log: Log,
  node: Node,
  { address, stored }: { readonly address: string; readonly stored: string | undefined },
): Promise<void> {
  if (p.env.DISABLE_NODE_IP_CHECK === 'true') return
  const ip = address.split('/')[0] ?? address
  const withLength = `${ip}/`
  for (const other of await allNodes(kube, log)) {
    const theirs = other.metadata.annotations?.[addressAnnotation]
    if (theirs !== ip && theirs?.startsWith(withLength) !== true) continue
    if (other.metadata.name === node.metadata.name) continue
    const says = `Calico node '${other.metadata.name}' is already using the IPv4 address ${ip}.`
    log.warn('startup.go 1048', says)
    terminate(log)
  }
  if (stored !== undefined)
    log.warn(
      'startup.go 1036',
      'IPv4 address has changed. This could happen if there are multiple nodes with the same name.',
      { node: node.metadata.name, original: stored.split('/')[0] ?? '', updated: ip },
    )
}

async function allNodes(kube: KubeClient, log: Log): Promise<readonly Node[]> {
  try {
    return (await kube.list<Node>({ type: resources.nodes })).items
  } catch (error) {
    const { text } = datastoreError(error, 'Node')
    log.error('startup.go 987', 'Unable to query node configuration', { error: raw(text) })
    return terminate(log)
  }
}

async function writeAddress(kube: KubeClient, log: Log, node: string, address: string): Promise<void> {
  try {
    await setAddress(kube, node, address)
  } catch (error) {
    const { text } = datastoreError(error, `Node(${node})`)
    log.error('startup.go 194', 'Unable to set node resource configuration', { error: raw(text) })
    terminate(log)
  }
}

/** Calico keeps its part of a node in annotations, written through nodes/status. */
export async function setAddress(kube: KubeClient, node: string, address: string): Promise<void> {
  await kube.patch(
    { type: resources.nodes, name: node },
    { type: 'merge', body: { metadata: { annotations: { [addressAnnotation]: address } } } },
    { subresource: 'status' },
  )
}

async function checkMounts(p: Process, log: Log): Promise<void> {
  for (const [path, lines, consequence] of [
    ['/var/run/calico', [43, 46], "'calicoctl node status' may provide incomplete status information"],
    ['/var/lib/calico', [56, 59], 'Node name may not be detected properly'],
  ] as const) {
    if (await p.files.exists(path)) continue
    if (!(await created(p, path))) {
      log.error(`startup_linux.go ${lines[0]}`, `Unable to create '${path}'`)
      terminate(log)
    }
    const says = `Expected ${path} to be mounted into the container but it wasn't present. ${consequence}`
    log.warn(`startup_linux.go ${lines[1]}`, says)
  }
}

async function created(p: Process, path: string): Promise<boolean> {
  try {
    await p.files.mkdir(path, { mode: 0, parents: true })
    return true
  } catch (error) {
    if (isErrno(error)) return false
    throw error
  }
}

/** Up to 3.30 at the end of startup, before Felix has started; later when all is ready. False: it could not be told. */
export async function declareNetwork(p: Process, kube: KubeClient, log: Log, name: string): Promise<boolean> {
  if (p.env.CALICO_NETWORKING_BACKEND === 'none') return true
  const node = p.env.CALICO_K8S_NODE_REF || name
  const error = await setNetworkUnavailable(p, kube, log, { node, value: false, timeoutMs: 30_000 })
  if (error === undefined) return true
  log.error('startup.go 229', 'Unable to set NetworkUnavailable to False', { error: raw(error) })
  return false
}

const shutdownFile = (p: Process): string =>
  p.env.CALICO_SHUTDOWN_TIMESTAMP_FILE ?? '/var/lib/calico/shutdownTS'

export async function removeShutdownTimestamp(p: Process, log: Log): Promise<void> {
  const file = shutdownFile(p)
  if (!(await p.files.exists(file))) return
  const timestamp = await p.files.read(file)
  await p.files.remove(file)
  log.info('utils.go 94', 'removed shutdown timestamp', { timestamp })
}

/** `calico-node -shutdown`, the preStop hook (projectcalico/calico:node/pkg/lifecycle/shutdown/shutdown.go). */
export const shutdown = (p: Process): Promise<number> =>
  exiting(async () => {
    const log = calicoLog(p, 'shutdown')
    const file = shutdownFile(p)
    const time = rfc3339(p.now())
    log.info('utils.go 105', `Writing shutdown timestamp ${time} to ${file}`)
    await p.files.write(file, time, { mode: 0o644 }).catch((error: unknown) => {
      if (!isErrno(error)) throw error
      log.error('shutdown.go 36', 'Unable to save shutdown timestamp', {
        error: raw(error.message.toLowerCase()),
      })
      throw new Exit(1)
    })
    const name = await determineNodeName(p, log)
    log.info('shutdown.go 41', `Shutting down node ${name}`)
    if (p.env.CALICO_NETWORKING_BACKEND === 'none') return 0
    const o = { node: name, value: true, timeoutMs: 30_000 }
    const error = await setNetworkUnavailable(p, inClusterKube(p), log, o)
    if (error === undefined) return 0
    log.error('shutdown.go 78', 'Unable to set NetworkUnavailable to true', { error: raw(error) })
    return 1
  })
