import { releaseOf } from '#lab/calico/release.ts'
import { isErrno, type Process, type Program } from '#lab/host/ports.ts'
import { hostProcess } from '#lab/host/process/process.ts'

/**
 * `start_runit` and `/etc/rc.local` of calico-node's image (projectcalico/calico:node/filesystem/sbin/start_runit,
 * node/filesystem/etc/rc.local). Ends as `runsvdir`, which stays PID 1.
 */
export const startRunit: Program = async (p) => {
  await dumpEnvironment(p)
  const code = await runAttached(p, ['/etc/rc.local'], p.env)
  if (code !== 0) {
    p.stderr.write('Calico node failed to start\n')
    return code
  }
  const nodename = await readOr(p, '/var/lib/calico/nodename', '')
  const env = { ...p.env, NODENAME: nodename }
  return hostProcess(p).exec(['runsvdir', '-P', '/etc/service/enabled'], { env })
}

async function dumpEnvironment(p: Process): Promise<void> {
  try {
    const lines = Object.entries(p.env).map(([name, value]) => `${name}=${value}\n`)
    await p.files.write('/etc/envvars', lines.join(''))
  } catch (error) {
    if (!isErrno(error)) throw error
    p.stderr.write(`/usr/sbin/start_runit: line 3: /etc/envvars: ${error.message}\n`)
  }
}

async function runAttached(p: Process, argv: readonly string[], env: Process['env']): Promise<number> {
  const child = await p.spawn(argv, { env })
  const { code } = await child.exited(p)
  return code
}

async function readOr(p: Process, path: string, otherwise: string): Promise<string> {
  try {
    return await p.files.read(path)
  } catch (error) {
    if (!isErrno(error)) throw error
    p.stderr.write(`cat: ${path}: ${error.message}\n`)
    return otherwise
  }
}

export const rcLocal: Program = async (p) => {
  const nodename = '/var/lib/calico/nodename'
  if ((await runAttached(p, ['calico-node', '-startup'], p.env)) !== 0) return 1
  if (!(await p.files.exists(nodename))) {
    p.stdout.write(`${nodename} does not exist, exiting\n`)
    return 1
  }
  const env = { ...p.env, NODENAME: await readOr(p, nodename, '') }
  const allocate = ['calico-node', '-allocate-tunnel-addrs', '-allocate-tunnel-addrs-run-once']
  if ((await runAttached(p, allocate, env)) !== 0) return 1
  await enableServices(p)
  p.stdout.write('Calico node started successfully\n')
  return 0
}

async function enableServices(p: Process): Promise<void> {
  const { CALICO_DISABLE_FELIX, CALICO_NETWORKING_BACKEND: backend, CALICO_MANAGE_CNI } = p.env
  await p.files.mkdir('/etc/service/enabled', { parents: true })
  const { services, declaredBy } = releaseOf(p.version)
  const separate = services === 'separate'
  if (!separate) await enable(p, 'node-services')
  else if (declaredBy === 'complete-startup') await enable(p, 'complete-startup')
  if (!CALICO_DISABLE_FELIX) await enable(p, 'felix')
  if (separate && backend !== 'none') await enable(p, 'monitor-addresses')
  if (separate) for (const name of ['allocate-tunnel-addrs', 'node-status-reporter']) await enable(p, name)
  if (backend === 'none') p.stdout.write('CALICO_NETWORKING_BACKEND is none - no BGP daemon running\n')
  else if (backend === 'vxlan')
    p.stdout.write('CALICO_NETWORKING_BACKEND is vxlan - no need to run a BGP daemon\n')
  else for (const name of ['bird', 'bird6', 'confd']) await enable(p, name)
  if (separate && CALICO_MANAGE_CNI !== 'false') await enable(p, 'cni')
}

/** `cp -a`: the script with its mode. */
async function enable(p: Process, name: string): Promise<void> {
  const from = `/etc/service/available/${name}/run`
  const folder = `/etc/service/enabled/${name}`
  const { mode } = await p.files.stat(from)
  await p.files.mkdir(folder, { parents: true })
  await p.files.write(`${folder}/run`, await p.files.read(from))
  await p.files.chmod(`${folder}/run`, mode)
}
