import { inClusterKube } from '#lab/api/client.ts'
import { type Log, raw } from '#lab/calico/log.ts'
import { GoPanic } from '#lab/calico/node/bird-query.ts'
import { exiting } from '#lab/calico/node/exit.ts'
import { troubleOf } from '#lab/calico/node/health.ts'
import { determineNodeName, terminate } from '#lab/calico/node/node-name.ts'
import { serviceLog } from '#lab/calico/node/service-log.ts'
import { declareNetwork, removeShutdownTimestamp } from '#lab/calico/node/startup.ts'
import type { Process } from '#lab/host/ports.ts'

const patienceMs = 5 * 60_000

/**
 * `calico-node -complete-startup` of 3.31 on: declares the node networked once Felix and BIRD are ready, or after five minutes all the
 * same (projectcalico/calico:node/pkg/lifecycle/startup/startup.go, ManageNodeCondition).
 */
export const completeStartup = (p: Process): Promise<number> =>
  exiting(async () => {
    const log = serviceLog(p, 'complete-startup')
    if (!(await becameReady(p, log)))
      log.error('startup.go 261', 'Calico failed to become ready, continuing anyway', {
        error: raw('timed out waiting for Calico to become ready'),
      })
    await declare(p, log)
    return p.task.wait<number>(() => undefined)
  })

async function becameReady(p: Process, log: Log): Promise<boolean> {
  const flags = await wanted(p)
  log.info('startup.go 289', 'Waiting for Calico to become ready before continuing...')
  const limitMs = p.now() + patienceMs
  while (p.now() < limitMs) {
    const reason = await trouble(p, log, flags)
    if (reason === undefined) return true
    log.warn('startup.go 298', 'Calico is not ready yet, waiting...', { reason })
    await p.sleep(1000)
  }
  return false
}

/** What cannot even be asked is not ready either. */
async function trouble(p: Process, log: Log, flags: readonly string[]): Promise<string | undefined> {
  try {
    return await troubleOf(p, flags, { log, youngMs: patienceMs })
  } catch (error) {
    if (error instanceof GoPanic) return error.message
    throw error
  }
}

async function wanted(p: Process): Promise<readonly string[]> {
  const bird = await p.files.exists('/etc/service/enabled/bird/run')
  return [...(bird ? ['-bird-ready'] : []), ...(p.env.FELIX_HEALTHENABLED === 'true' ? ['-felix-ready'] : [])]
}

async function declare(p: Process, log: Log): Promise<void> {
  if (p.env.CALICO_NETWORKING_BACKEND === 'none') {
    log.info(
      'startup.go 313',
      'Calico is not managing networking, skipping NetworkUnavailable condition update',
    )
    return
  }
  const name = await determineNodeName(p, log)
  if (!(await declareNetwork(p, inClusterKube(p), log, name))) terminate(log)
  await removeShutdownTimestamp(p, log)
  log.info('startup.go 352', 'Calico started successfully')
}
