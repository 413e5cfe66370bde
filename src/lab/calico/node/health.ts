import { askBird } from '#lab/calico/bird/programs.ts'
import { calicoLog, type Log } from '#lab/calico/log.ts'
import { BirdQueryError, birdPeers, GoPanic, restartInProgress } from '#lab/calico/node/bird-query.ts'
import { pathError } from '#lab/calico/node/go-error.ts'
import { askService } from '#lab/calico/node/runit.ts'
import { goSays, releaseOf } from '#lab/calico/release.ts'
import { isErrno, type Process } from '#lab/host/ports.ts'
import { httpGet, isSure } from '#lab/network/http.ts'
import { goError, HttpFailure } from '#lab/network/http-failure.ts'

/** One check: undefined when all is well, else why not. */
type Check = (p: Process, o: Asked) => Promise<string | undefined>

interface Asked {
  readonly log: Log
  /** How long after its start every peering must be up. */
  readonly youngMs: number
  /** Called when another answer may follow though nothing moves: see {@link Process.vouch}. */
  readonly doubt?: () => void
}

const thresholdMs = 30_000

const checks: Readonly<Record<string, { readonly prefix: string; readonly check: Check }>> = {
  '-felix-live': { prefix: 'Felix is not live: ', check: (p, o) => checkFelix(p, 'liveness', o) },
  '-felix-ready': { prefix: 'felix is not ready: ', check: (p, o) => checkFelix(p, 'readiness', o) },
  '-bird-live': { prefix: '', check: (p) => checkBirdLive(p) },
  '-bird-ready': { prefix: 'BIRD is not ready: ', check: checkBirdReady },
}

export const isHealthFlag = (flag: string): boolean => flag in checks

/**
 * The probe command (projectcalico/calico:node/pkg/health/health.go). The checks run side by side and the first
 * failure is told, so of several failures any may show. `sv` and `birdcl` are asked in this process: they have no
 * rights of their own, so it makes no difference. Not imitated: the BIRD6 checks, `-threshold-time`.
 */
export async function health(p: Process, flags: readonly string[]): Promise<number> {
  const log = calicoLog(p, releaseOf(p.version).probeComponent)
  let sure = true
  const doubt = (): void => {
    sure = false
  }
  try {
    const trouble = await troubleOf(p, flags, { log, youngMs: thresholdMs, doubt })
    if (sure) p.vouch()
    if (trouble === undefined) return 0
    p.stdout.write(`${trouble}\n`)
    return 1
  } catch (error) {
    if (!(error instanceof GoPanic)) throw error
    p.stderr.write(error.message)
    return 2
  }
}

/** Why calico-node is not well, in the probe's words. */
export async function troubleOf(
  p: Process,
  flags: readonly string[],
  asked: Asked,
): Promise<string | undefined> {
  const failures: string[] = []
  for (const flag of flags) {
    const wanted = checks[flag]
    const failure = await wanted?.check(p, asked)
    if (wanted && failure !== undefined) failures.push(`${wanted.prefix}${failure}`)
  }
  if (failures.length === 0) return undefined
  const first = failures.length === 1 ? failures[0] : p.random.pick(failures)
  return `calico/node is not ready: ${first}`
}

async function checkFelix(
  p: Process,
  endpoint: 'liveness' | 'readiness',
  { doubt }: Asked,
): Promise<string | undefined> {
  const { FELIX_HEALTHHOST: host = 'localhost', FELIX_HEALTHPORT: port = '9099' } = p.env
  try {
    const answer = await httpGet(p, `http://${host}:${port}/${endpoint}`, { timeoutMs: thresholdMs })
    if (!isSure(answer)) doubt?.()
    const { status } = answer
    return status >= 200 && status < 400 ? undefined : `${endpoint} probe reporting ${status}`
  } catch (error) {
    if (error instanceof HttpFailure) return goError(error)
    throw error
  }
}

async function checkBirdLive(p: Process): Promise<string | undefined> {
  for (const service of ['confd', 'bird']) {
    const failure = await checkService(p, service)
    if (failure !== undefined) return `bird/confd is not live: ${failure}`
  }
  const { birdcl } = releaseOf(p.version)
  if (birdcl === undefined) return undefined
  if (!(await p.files.exists(birdcl)))
    return `bird is not live: fork/exec ${birdcl}: no such file or directory`
  const answer = await askBird(p, '/var/run/calico/bird.ctl', 'show status')
  if (!answer.ok) return 'bird is not live: exit status 1'
  return answer.text.startsWith('BIRD') ? undefined : `bad response from bird: ${answer.text}`
}

async function checkService(p: Process, name: string): Promise<string | undefined> {
  const { ok, text } = await askService(p, `/etc/service/enabled/${name}`, '')
  if (!ok) return 'exit status 1'
  if (text.startsWith('run')) return undefined
  return goSays(releaseOf(p.version), `Service ${name} is not running. Output << ${text} >>`)
}

async function checkBirdReady(p: Process, { log, youngMs, doubt }: Asked): Promise<string | undefined> {
  const file = '/var/lib/calico/nodename'
  try {
    const { mtimeMs } = await p.files.stat(file)
    const young = p.now() - mtimeMs < youngMs
    if (young) doubt?.()
    return await checkPeers(p, log, young)
  } catch (error) {
    if (isErrno(error))
      return goSays(releaseOf(p.version), `Failed to stat() nodename file: ${pathError('stat', file, error)}`)
    if (error instanceof BirdQueryError) return error.message
    throw error
  }
}

/** Young: every peer must be there and BIRD's restart over. Later one peer is enough. */
async function checkPeers(p: Process, log: Log, young: boolean): Promise<string | undefined> {
  const peers = await birdPeers(p)
  const missing = peers.filter((peer) => peer.state !== 'Established').map((peer) => peer.address)
  const established = peers.length - missing.length
  log.info('health.go 202', `Number of node(s) with BGP peering established = ${established}`)
  if (peers.length === 0) return undefined
  const refused = young ? missing.length > 0 : established === 0
  if (refused) return `BGP not established with ${missing.join(',')}`
  return young && (await restartInProgress(p)) ? 'graceful restart in progress' : undefined
}
