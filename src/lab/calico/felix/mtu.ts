import type { FelixConfig } from '#lab/calico/felix/config.ts'
import type { Encapsulation } from '#lab/calico/felix/static-chains.ts'
import { type Log, raw } from '#lab/calico/log.ts'
import { pathError } from '#lab/calico/node/go-error.ts'
import { isErrno, type Process } from '#lab/host/ports.ts'
import { ipipBytes, vxlanBytes } from '#lab/network/tunnel.ts'

const fallback = 1460
const file = '/var/lib/calico/mtu'

export interface Mtus {
  readonly ipip: number
  readonly vxlan: number
  readonly pod: number
}

/**
 * MTUs of tunnels and pods: the smallest of the host's interfaces less what the encapsulations in use put around packets;
 * the pods' is written for the CNI plugin (projectcalico/calico:felix/dataplane/linux/int_dataplane.go, findHostMTU,
 * determinePodMTU, writeMTUFile).
 */
export async function determineMtu(
  p: Process,
  log: Log,
  { config, encapsulation }: { readonly config: FelixConfig; readonly encapsulation: Encapsulation },
): Promise<Mtus> {
  const host = hostMtu(p, log, config)
  const ipip = config.ipipMtu === 0 ? host - ipipBytes : config.ipipMtu
  const vxlan = config.vxlanMtu === 0 ? host - vxlanBytes : config.vxlanMtu
  const pod = Math.min(
    ...(encapsulation.ipip ? [ipip] : []),
    ...(encapsulation.vxlan ? [vxlan] : []),
    ...(encapsulation.ipip || encapsulation.vxlan ? [] : [host]),
  )
  // What is configured counts, even when it is too large for the host.
  if (pod > host)
    log.warn('int_dataplane.go 1189', 'Configured MTU is larger than detected host interface MTU', {
      mtu: pod,
      hostMTU: host,
    })
  log.info('int_dataplane.go 1203', 'Determined pod MTU', { mtu: pod })
  await writeMtu(p, log, pod)
  return { ipip, vxlan, pod }
}

function hostMtu(p: Process, log: Log, { mtuInterfaces }: FelixConfig): number {
  const sizes = p.net
    .links()
    .filter((link) => link.up && mtuInterfaces.test(link.name))
    .map((link) => link.mtuBytes)
  if (sizes.length > 0) return Math.min(...sizes)
  log.warn(
    'int_dataplane.go 1150',
    "Failed to auto-detect host MTU - no interfaces matched the MTU interface pattern. To use auto-MTU, set mtuIfacePattern to match your host's interfaces",
  )
  return fallback
}

async function writeMtu(p: Process, log: Log, mtu: number): Promise<void> {
  try {
    await p.files.write(file, String(mtu), { mode: 0o644 })
  } catch (error) {
    if (!isErrno(error)) throw error
    const says = raw(pathError('open', file, error))
    log.error('int_dataplane.go 1168', `Unable to write to ${file}`, { error: says })
    log.error('int_dataplane.go 401', 'Failed to write MTU file, pod MTU may not be properly set', {
      error: says,
    })
  }
}
