import { inClusterKube } from '#lab/api/client.ts'
import { apiErrorText } from '#lab/calico/errors.ts'
import { calicoLog, type Log, raw } from '#lab/calico/log.ts'
import { authority, kubeconfigText, requestCniToken } from '#lab/calico/node/cni-token.ts'
import { Exit, exiting } from '#lab/calico/node/exit.ts'
import { releaseOf } from '#lab/calico/release.ts'
import { isErrno, type Process, type Program } from '#lab/host/ports.ts'

const binaries = '/opt/cni/bin'
const targets = ['/host/opt/cni/bin', '/host/secondary-bin-dir']
const configFolder = '/host/etc/cni/net.d'

/**
 * `install`, the init container install-cni (projectcalico/calico:cni-plugin/pkg/install/install.go).
 * Not imitated: etcd certificates, SLEEP=true, SKIP_CNI_BINARIES.
 */
export const installCni: Program = (p) =>
  exiting(async () => {
    const log = calicoLog(p, 'cni-installer')
    const inPod = await p.files.exists('/var/run/secrets/kubernetes.io/serviceaccount/token')
    if (inPod) log.info('install.go 138', 'Running as a Kubernetes pod')
    await installBinaries(p, log)
    if (inPod) await writeKubeconfig(p, log)
    await writeConfig(p, log)
    log.info('install.go 253', 'Done configuring CNI.  Sleep= false')
    return 0
  })

async function installBinaries(p: Process, log: Log): Promise<void> {
  let written = false
  for (const folder of targets) {
    if (!(await isWritable(p, folder))) {
      log.info('install.go 185', `${folder} is not writeable, skipping`)
      continue
    }
    for (const { name } of await p.files.list(binaries))
      if (name !== 'install') await copy(p, log, name, folder)
    log.info('install.go 228', `Wrote Calico CNI binaries to ${folder}\n`)
    log.info('install.go 233', `CNI plugin version: ${releaseOf(p.version).name}\n`)
    written = true
  }
  if (written) return
  log.fatal('install.go 239', 'found no writeable directory, exiting', { error: raw('<nil>') })
  throw new Exit(1)
}

async function isWritable(p: Process, folder: string): Promise<boolean> {
  if (!(await p.files.exists(folder))) return false
  const probe = `${folder}/.touch`
  try {
    await p.files.write(probe, '')
    await p.files.remove(probe)
    return true
  } catch (error) {
    if (isErrno(error)) return false
    throw error
  }
}

/** Content and mode, moved into place in one step; nothing is done when both are there already. */
async function copy(p: Process, log: Log, name: string, folder: string): Promise<void> {
  const source = `${binaries}/${name}`
  const target = `${folder}/${name}`
  const text = await p.files.read(source)
  const { mode } = await p.files.stat(source)
  try {
    if (await isSame(p, target, text, mode)) {
      log.info('install.go 415', 'File is already up to date, skipping', { file: target })
    } else {
      await p.files.write(`${target}.tmp`, text)
      await p.files.rename(`${target}.tmp`, target)
      await p.files.chmod(target, mode)
    }
    log.info('install.go 224', `Installed ${target}`)
  } catch (error) {
    if (!isErrno(error)) throw error
    const says = raw(`failed to copy file: open ${target}.tmp: ${error.message.toLowerCase()}`)
    log.error('install.go 212', `Failed to install ${target}`, { error: says })
    throw new Exit(1)
  }
}

async function isSame(p: Process, path: string, text: string, mode: number): Promise<boolean> {
  if (!(await p.files.exists(path))) return false
  return (await p.files.stat(path)).mode === mode && (await p.files.read(path)) === text
}

async function writeKubeconfig(p: Process, log: Log): Promise<void> {
  const { KUBERNETES_SERVICE_HOST: host = '', KUBERNETES_SERVICE_PORT: port = '' } = p.env
  try {
    const token = await requestCniToken(p, inClusterKube(p))
    const text = kubeconfigText({
      head: '# Kubeconfig file for Calico CNI plugin.',
      server: `https://[${host}]:${port}`,
      token: token.text,
      authority: await authority(p),
    })
    await writeFile(p, log, `${configFolder}/calico-kubeconfig`, { text, mode: 0o600 })
  } catch (error) {
    if (error instanceof Exit) throw error
    const says = raw(apiErrorText(error))
    log.error('token_watch.go 108', 'Unable to create token for CNI kubeconfig', { error: says })
    log.fatal('install.go 478', 'Unable to create token for CNI kubeconfig', { error: says })
    throw new Exit(1)
  }
}

async function writeConfig(p: Process, log: Log): Promise<void> {
  const { env } = p
  log.info('install.go 312', 'Using CNI config template from CNI_NETWORK_CONFIG environment variable.')
  const text = (env.CNI_NETWORK_CONFIG ?? '')
    .replaceAll('__KUBERNETES_NODE_NAME__', env.KUBERNETES_NODE_NAME ?? p.hostname)
    .replaceAll('__KUBECONFIG_FILEPATH__', `${env.CNI_NET_DIR ?? '/etc/cni/net.d'}/calico-kubeconfig`)
    .replaceAll('__CNI_MTU__', env.CNI_MTU ?? '1500')
  if (!isJson(text)) {
    log.fatal('install.go 378', `${text} is not a valid json object\nerror: invalid character`)
    throw new Exit(1)
  }
  const path = `${configFolder}/${env.CNI_CONF_NAME ?? '10-calico.conflist'}`
  await writeFile(p, log, path, { text, mode: releaseOf(p.version).conflistMode })
  log.info('install.go 393', `Created ${path}`)
  p.stdout.write(`${text}\n`)
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

async function writeFile(
  p: Process,
  log: Log,
  path: string,
  { text, mode }: { readonly text: string; readonly mode: number },
): Promise<void> {
  try {
    await p.files.write(path, text, { mode })
  } catch (error) {
    if (!isErrno(error)) throw error
    log.fatal('install.go 533', `open ${path}: ${error.message.toLowerCase()}`)
    throw new Exit(1)
  }
}
