import type { Log } from '#lab/calico/log.ts'
import { raw } from '#lab/calico/log.ts'
import { Exit } from '#lab/calico/node/exit.ts'
import { pathError } from '#lab/calico/node/go-error.ts'
import { isErrno, type Process } from '#lab/host/ports.ts'

export const nodenameFile = (p: Process): string => p.env.CALICO_NODENAME_FILE ?? '/var/lib/calico/nodename'

/** `Terminate()` of projectcalico/calico:node/pkg/lifecycle/utils/utils.go. */
export function terminate(log: Log): never {
  log.warn('utils.go 48', 'Terminating')
  throw new Exit(1)
}

/** NODENAME, the stored name, HOSTNAME, the host's name: the first that there is. */
export async function determineNodeName(p: Process, log: Log): Promise<string> {
  const name = await found()
  log.info('utils.go 138', `Determined node name: ${name}`)
  return name

  async function found(): Promise<string> {
    const fromEnv = p.env.NODENAME?.trim()
    if (fromEnv) {
      log.info('utils.go 126', `Using NODENAME environment for node name ${fromEnv}`)
      return fromEnv
    }
    const stored = await storedNodeName(p, log)
    if (stored !== '') {
      log.info('utils.go 128', `Using stored node name ${stored} from ${nodenameFile(p)}`)
      return stored
    }
    const host = p.env.HOSTNAME?.trim().toLowerCase()
    if (host) {
      log.info('utils.go 130', `Using HOSTNAME environment (lowercase) for node name ${host}`)
      return host
    }
    log.warn(
      'utils.go 135',
      'Using auto-detected node name. It is recommended that an explicit value is supplied using the NODENAME environment variable.',
    )
    return p.hostname.toLowerCase()
  }
}

async function storedNodeName(p: Process, log: Log): Promise<string> {
  const file = nodenameFile(p)
  try {
    return await p.files.read(file)
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return ''
    if (!isErrno(error)) throw error
    log.error('utils.go 166', `Failed to read ${file}`, { error: raw(pathError('open', file, error)) })
    return terminate(log)
  }
}

/** Writes the name for the CNI plugin; its modification time tells when startup last ended. */
export async function writeNodeName(p: Process, log: Log, name: string): Promise<void> {
  const file = nodenameFile(p)
  try {
    await p.files.write(file, name, { mode: 0o644 })
  } catch (error) {
    if (!isErrno(error)) throw error
    log.error('utils.go 179', `Unable to write to ${file}`, { error: raw(pathError('open', file, error)) })
    terminate(log)
  }
}
