import { type Log, raw } from '#lab/calico/log.ts'
import { pathError } from '#lab/calico/node/go-error.ts'
import { isErrno, type Process } from '#lab/host/ports.ts'

const hostPattern = /^((en|wl|ww|sl|ib)[Pcopsvx].*|(eth|wlan|wwan).*)/
const fallback = 1460
const file = '/var/lib/calico/mtu'

/**
 * The pods' MTU: the smallest of the host's interfaces, nothing taken off without encapsulation; written for the CNI
 * plugin (projectcalico/calico:felix/dataplane/linux/int_dataplane.go, findHostMTU, writeMTUFile).
 */
export async function determineMtu(p: Process, log: Log): Promise<number> {
  const sizes = p.net
    .links()
    .filter((link) => link.up && hostPattern.test(link.name))
    .map((link) => link.mtuBytes)
  if (sizes.length === 0)
    log.warn(
      'int_dataplane.go 1150',
      "Failed to auto-detect host MTU - no interfaces matched the MTU interface pattern. To use auto-MTU, set mtuIfacePattern to match your host's interfaces",
    )
  const mtu = sizes.length === 0 ? fallback : Math.min(...sizes)
  log.info('int_dataplane.go 1203', 'Determined pod MTU', { mtu })
  await writeMtu(p, log, mtu)
  return mtu
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
