import { rfc3339 } from '#base/clock.ts'
import {
  type CniCall,
  CniFailure,
  nodeNameOf,
  pluginKube,
  printFailure,
  readCall,
} from '#lab/calico/cni/config.ts'
import { CniLog } from '#lab/calico/cni/log.ts'
import { datastoreError } from '#lab/calico/errors.ts'
import { Ipam, IpamError } from '#lab/calico/ipam/ipam.ts'
import { resolvePools } from '#lab/calico/ipam/rules.ts'
import type { Log } from '#lab/calico/log.ts'
import { raw } from '#lab/calico/log.ts'
import { isErrno, type Process, type Program } from '#lab/host/ports.ts'

/**
 * The IPAM plugin `calico-ipam` (projectcalico/calico:cni-plugin/pkg/ipamplugin/ipam_plugin.go), and its `-upgrade`, the first
 * init container. Not imitated: migration of host-local data, requested addresses.
 */
export const calicoIpam: Program = async (p) => {
  if (p.argv.includes('-upgrade')) return upgrade(p)
  let call: CniCall | undefined
  try {
    call = await readCall(p)
    const file = new CniLog(p, 'ipam', call.config.log_file_path ?? '/var/log/calico/cni/cni.log')
    try {
      return await serve(p, call, file.log)
    } finally {
      await file.flush()
    }
  } catch (error) {
    if (!(error instanceof CniFailure)) throw error
    return printFailure(p, call, error)
  }
}

async function serve(p: Process, call: CniCall, log: Log): Promise<number> {
  const node = p.env.CALICO_NODENAME ?? (await nodeNameOf(p, call.config))
  const kube = await pluginKube(p, call.config)
  const ipam = new Ipam(kube, log)
  const handle = `k8s-pod-network.${call.containerId}`
  try {
    if (call.command === 'ADD') {
      const requested = await resolvePools(kube, call.config.ipam?.ipv4_pools ?? [])
      await assign(p, call, log, { ipam, node, handle, requested })
    } else await release(p, log, { ipam, handle })
    return 0
  } catch (error) {
    if (error instanceof CniFailure) throw error
    if (error instanceof IpamError) throw new CniFailure(error.message)
    throw new CniFailure(datastoreError(error, `IPAMBlock`).text)
  }
}

async function assign(
  p: Process,
  call: CniCall,
  log: Log,
  {
    ipam,
    node,
    handle,
    requested,
  }: {
    readonly ipam: Ipam
    readonly node: string
    readonly handle: string
    readonly requested: readonly string[]
  },
): Promise<void> {
  log.info('ipam_plugin.go 225', 'Calico CNI IPAM request count IPv4=1 IPv6=0', {
    ContainerID: call.containerId,
  })
  const attributes = {
    namespace: call.namespace,
    node,
    pod: call.pod,
    timestamp: rfc3339(p.now()),
  }
  const { address } = await locked(p, log, () =>
    ipam.assign({ node, handle, attributes, from: { use: 'Workload', requested } }),
  )
  log.info('ipam_plugin.go 283', `Calico CNI IPAM assigned addresses IPv4=[${address}/26] IPv6=[]`, {
    ContainerID: call.containerId,
    HandleID: handle,
  })
  const ips = [{ version: '4', address: `${address}/32` }]
  p.stdout.write(`${JSON.stringify({ cniVersion: call.config.cniVersion ?? '0.3.1', ips, dns: {} })}\n`)
}

async function release(
  p: Process,
  log: Log,
  { ipam, handle }: { readonly ipam: Ipam; readonly handle: string },
): Promise<void> {
  log.info('ipam_plugin.go 412', 'Releasing address using handleID', { HandleID: handle })
  const released = await locked(p, log, () => ipam.release(handle))
  if (released.length === 0)
    log.warn('ipam_plugin.go 429', "Asked to release address but it doesn't exist. Ignoring", {
      HandleID: handle,
    })
  else log.info('ipam_plugin.go 431', 'Released address using handleID', { HandleID: handle })
}

/** One plugin of a host at a time asks for addresses, so that they do not contend for its block; without the lock where it cannot be had. */
async function locked<T>(p: Process, log: Log, act: () => Promise<T>): Promise<T> {
  const unlock = await acquireLock(p, log)
  try {
    return await act()
  } finally {
    unlock()
  }
}

/** The lock file appears as root's, in a folder that is made when nobody has made it. */
async function acquireLock(p: Process, log: Log): Promise<() => void> {
  log.info('ipam_plugin.go 353', 'About to acquire host-wide IPAM lock.')
  const path = '/var/run/calico/ipam.lock'
  try {
    await p.files.mkdir('/var/run/calico', { mode: 0o755, parents: true })
    if (!(await p.files.exists(path))) await p.files.write(path, '', { mode: 0o600 })
    const unlock = await p.flock(path)
    log.info('ipam_plugin.go 368', 'Acquired host-wide IPAM lock.')
    return () => {
      unlock()
      log.info('ipam_plugin.go 374', 'Released host-wide IPAM lock.')
    }
  } catch (error) {
    if (!isErrno(error)) throw error
    const says = raw(`open ${path}: ${error.message.toLowerCase()}`)
    log.error('ipam_plugin.go 365', 'Failed to grab IPAM lock, may contend for datastore updates', {
      error: says,
    })
    return () => {}
  }
}

/** The lab's nodes never had host-local data, so there is nothing to migrate. */
async function upgrade(_p: Process): Promise<number> {
  return 0
}
