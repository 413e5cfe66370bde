import { calicoLog } from '#lab/calico/log.ts'
import { monitorToken } from '#lab/calico/node/cni-token.ts'
import { completeStartup } from '#lab/calico/node/complete-startup.ts'
import { monitorAddresses } from '#lab/calico/node/services.ts'
import { reportStatus } from '#lab/calico/node/status-reporter.ts'
import { allocateTunnelAddresses } from '#lab/calico/node/tunnel-addresses.ts'
import type { Process } from '#lab/host/ports.ts'

interface Service {
  readonly at: number
  readonly name: string
  readonly isWanted: (env: Process['env']) => boolean
  readonly run: (self: Process) => Promise<number>
}

const always = (): boolean => true

const services: readonly Service[] = [
  { at: 53, name: 'complete-startup', isWanted: always, run: completeStartup },
  { at: 58, name: 'tunnel IP allocator', isWanted: always, run: (p) => allocateTunnelAddresses(p, false) },
  { at: 63, name: 'node status reporter', isWanted: always, run: reportStatus },
  {
    at: 69,
    name: 'monitor-addresses',
    isWanted: (env) => env.CALICO_NETWORKING_BACKEND !== 'none',
    run: monitorAddresses,
  },
  {
    at: 76,
    name: 'CNI token monitor',
    isWanted: (env) => env.CALICO_MANAGE_CNI !== 'false',
    run: monitorToken,
  },
]

/**
 * `calico-node -node-services` of 3.32 on: one process for what were five; when one of them fails, all end and runit starts them anew
 * (projectcalico/calico:node/pkg/nodeservices/nodeservices.go).
 */
export async function nodeServices(p: Process): Promise<number> {
  const log = calicoLog(p, 'node-services')
  const wanted = services.filter(({ isWanted }) => isWanted(p.env))
  for (const { at, name } of wanted) log.info(`nodeservices.go ${at}`, `Starting ${name} service`)
  return p.task.wait<number>((ended) => {
    for (const { name, run } of wanted)
      p.thread(name, async (self) => {
        const code = await run(self)
        if (code !== 0) log.fatal('nodeservices.go 82', 'Node services exiting due to error')
        ended(code)
      })
    return undefined
  })
}
