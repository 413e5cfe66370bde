import { calicoLog } from '#lab/calico/log.ts'
import { isErrno, type Process } from '#lab/host/ports.ts'

/** What one of its steps could not do; the text is what the program dies with. */
class HostPathPanic extends Error {}

/**
 * `calico-node -hostpath-init`, the init container of the operator's non-privileged mode: Calico's folders on the host, owned by the
 * user as which calico-node will run (projectcalico/calico:node/pkg/hostpathinit/hostpath_init.go).
 */
export async function initHostPaths(p: Process): Promise<number> {
  try {
    const uid = await userOf(p)
    for (const folder of ['/var/lib/calico/', '/var/run/calico/']) {
      await make(p, folder)
      await own(p, folder, uid, `Unable to chown ${folder}`)
    }
    await make(p, '/var/log/calico/cni')
    await own(p, '/var/log/calico/', uid, 'Unable to chown /var/log/calico/')
    await ownAll(p, '/var/log/calico/cni', uid)
    return 0
  } catch (error) {
    if (!(error instanceof HostPathPanic)) throw error
    calicoLog(p, 'hostpath-init').panic('hostpath_init.go 40', error.message)
    p.stderr.write(`panic: (*logrus.Entry) ${error.message}\n\ngoroutine 1 [running]:\n`)
    return 2
  }
}

async function userOf(p: Process): Promise<number> {
  const text = p.env.NODE_USER_ID || '1000'
  if (!/^-?\d+$/.test(text)) throw new HostPathPanic(`Failed to parse value for UID ${text}`)
  return Number(text)
}

async function make(p: Process, folder: string): Promise<void> {
  await step(`Unable to create directory ${folder}`, () =>
    p.files.mkdir(folder.replace(/\/$/, ''), { mode: 0o700, parents: true }),
  )
}

const own = (p: Process, path: string, uid: number, says: string): Promise<void> =>
  step(says, () => p.files.chown(path.replace(/\/$/, ''), uid, 0))

/** The CNI plugin, as root, may have written there already. */
async function ownAll(p: Process, folder: string, uid: number): Promise<void> {
  const says = (path: string): string => `Unable to chown cni log file: Unable to chown ${path}`
  await own(p, folder, uid, says(folder))
  for (const { name } of await p.files.list(folder))
    await own(p, `${folder}/${name}`, uid, says(`${folder}/${name}`))
}

async function step(says: string, act: () => Promise<void>): Promise<void> {
  try {
    await act()
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new HostPathPanic(says)
  }
}
