import { inClusterKube } from '#lab/api/client.ts'
import type { Node } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { apiErrorText } from '#lab/calico/errors.ts'
import { raw } from '#lab/calico/log.ts'
import { addressLook } from '#lab/calico/node/address-look.ts'
import { exiting } from '#lab/calico/node/exit.ts'
import { determineNodeName } from '#lab/calico/node/node-name.ts'
import { serviceLog } from '#lab/calico/node/service-log.ts'
import { addressAnnotation, setAddress, warnKept } from '#lab/calico/node/startup.ts'
import type { Process } from '#lab/host/ports.ts'
import { Stopped } from '#lab/kernel/task.ts'

const pollMs = 60_000

/** `-monitor-addresses`: looks again every minute and tells the cluster when the address changed. */
export const monitorAddresses = (p: Process): Promise<number> =>
  exiting(async () => {
    const log = serviceLog(p, 'monitor-addresses')
    log.info('startup.go 439', 'Early log level set to info')
    const name = await determineNodeName(p, log)
    if (!['', 'autodetect'].includes(p.env.IP ?? '')) return idle(p)
    const kube = inClusterKube(p)
    const look = addressLook(p, log)
    let address: string | undefined
    const isMoved = (node: Node): boolean => {
      const stored = node.metadata.annotations?.[addressAnnotation]
      if (!p.env.IP && stored !== undefined) return false // as at start-up: what is stored stays
      address = look(node)
      if (address === undefined && stored !== undefined) warnKept(log, stored)
      return address !== undefined && stored !== address
    }
    for (;;) {
      try {
        await kube.getUntil<Node>(pollMs, { type: resources.nodes, name }, { enough: isMoved })
        if (address === undefined) continue
        await setAddress(kube, name, address)
        log.info('startup.go 366', 'Updated node IP addresses')
      } catch (error) {
        if (error instanceof Stopped) throw error
        log.error('startup.go 351', 'Failed to read Node from datastore', { error: raw(apiErrorText(error)) })
      }
    }
  })

export const idle = (p: Process): Promise<number> => p.task.wait<number>(() => undefined)
