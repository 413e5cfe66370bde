import { nodeTools } from '#lab/calico/images/node-tools.ts'
import type { Release } from '#lab/calico/release.ts'
import type { Capability, Tree, TreeEntry } from '#lab/host/ports.ts'

/** How the image's own programs get their rights. */
export type NodeImageKind = 'stock' | 'hardened'

const capabilities: readonly Capability[] = ['NET_ADMIN', 'NET_BIND_SERVICE', 'NET_RAW']

/** Of the `ipset` in the image (node/Dockerfile.amd64: the UBI image's). */
export const ipsetVersion = '7.11'

/**
 * The file system of calico/node (projectcalico/calico:node/Dockerfile.amd64). `stock`: `bird`, `bird6`,
 * `calico-node` and `mountns` are setuid root (up to 3.31). `hardened`: a rebuild that gives bird and calico-node file capabilities
 * instead and lets group 0 write what is written at start.
 */
export const nodeTree = (kind: NodeImageKind, release: Release): Tree => [
  ...nodeTools(release),
  { path: '/usr/bin/ipset', kind: 'file', mode: 0o755, program: 'ipset', version: ipsetVersion },
  { path: '/run', kind: 'directory' },
  { path: '/var/run', kind: 'symlink', target: '../run' },
  ...['bird', 'bird6', 'calico-node', 'mountns'].map((name) => empowered(name, kind, release)),
  ...['birdcl', 'runsvdir', 'runsv', 'sv'].map((name) => plainBinary(name, release)),
  { path: '/bin/birdcl', kind: 'symlink', target: '/usr/bin/birdcl' },
  {
    path: '/usr/sbin/start_runit',
    kind: 'file',
    mode: 0o755,
    program: 'calico-start-runit',
    version: release.name,
  },
  { path: '/etc/rc.local', kind: 'file', mode: 0o755, program: 'calico-rc-local', version: release.name },
  { path: '/etc/hosts', kind: 'file', text: '127.0.0.1\tlocalhost\n' },
  ...services(kind, release),
  ...configuration,
]

function empowered(name: string, kind: NodeImageKind, release: Release): TreeEntry {
  const program = name === 'mountns' ? 'calico-mountns' : name
  const base = { path: `/bin/${name}`, kind: 'file', program, version: release.name } as const
  if (kind === 'stock') return { ...base, mode: release.setuidPrograms ? 0o4755 : 0o755 }
  return name === 'mountns' ? { ...base, mode: 0o755 } : { ...base, mode: 0o755, capabilities }
}

const plainBinary = (name: string, release: Release): TreeEntry => ({
  path: `/usr/bin/${name}`,
  kind: 'file',
  mode: 0o755,
  program: name,
  version: release.name,
})

const commonScripts: Readonly<Record<string, string>> = {
  felix: `if [ ! -z $NODENAME ]; then
    export FELIX_FELIXHOSTNAME=$NODENAME
fi
export FELIX_DATASTORETYPE=$DATASTORE_TYPE
exec calico-node -felix`,
  bird: 'exec bird -R -s /var/run/calico/bird.ctl -d -c /etc/calico/confd/config/bird.cfg',
  bird6: 'exec bird6 -R -s /var/run/calico/bird6.ctl -d -c /etc/calico/confd/config/bird6.cfg',
  confd: 'exec calico-node -confd',
}

const separateScripts: Readonly<Record<string, string>> = {
  'monitor-addresses': 'exec calico-node -monitor-addresses',
  'allocate-tunnel-addrs': 'exec calico-node -allocate-tunnel-addrs',
  'node-status-reporter': 'exec calico-node -status-reporter',
  cni: 'exec calico-node -monitor-token',
}

function runScripts(release: Release): Readonly<Record<string, string>> {
  if (release.services === 'one process')
    return { ...commonScripts, 'node-services': 'exec calico-node -node-services' }
  const all = { ...commonScripts, ...separateScripts }
  return release.declaredBy === 'startup'
    ? all
    : { ...all, 'complete-startup': 'exec calico-node -complete-startup' }
}

function services(kind: NodeImageKind, release: Release): Tree {
  // Nothing in the Dockerfile says so for the stock image, but its non-privileged mode could not start with less.
  const folderMode = 0o775
  return [
    { path: '/etc/service', kind: 'directory', mode: folderMode },
    { path: '/etc/service/available', kind: 'directory', mode: folderMode },
    ...Object.entries(runScripts(release)).map(
      ([name, text]): TreeEntry => ({
        path: `/etc/service/available/${name}/run`,
        kind: 'file',
        mode: 0o755,
        text: `#!/bin/sh\nexec 2>&1\n${text}\n`,
      }),
    ),
    // start_runit dumps its environment here; in the rebuild any user of group 0 may.
    ...(kind === 'hardened' ? [{ path: '/etc/envvars', kind: 'file', mode: 0o664, text: '' } as const] : []),
  ]
}

/** /etc/calico belongs to group 0, which may write it, in both images. */
const configuration: Tree = [
  ...['', '/confd', '/confd/conf.d', '/confd/config', '/confd/templates'].map(
    (path): TreeEntry => ({ path: `/etc/calico${path}`, kind: 'directory', mode: 0o775 }),
  ),
  {
    path: '/etc/calico/felix.cfg',
    kind: 'file',
    mode: 0o664,
    text: '[global]\nMetadataAddr = None\nLogFilePath = None\nLogSeverityFile = None\nLogSeveritySys = None\n',
  },
]
