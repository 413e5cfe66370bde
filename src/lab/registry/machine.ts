import { baseOs } from '#lab/host/os.ts'
import type { Tree } from '#lab/host/ports.ts'
import { networkTools } from '#lab/network/tools.ts'
import { policyPath } from '#lab/registry/server.ts'
import { squidConfigPath } from '#lab/registry/squid.ts'

/** The name of the machine, which is no node, for `lab exec`. */
export const registryMachine = 'registry'

/** The disk of the machine that serves images and names, and could be the way out. */
export const registryDisk = ({ nameserver }: { readonly nameserver: string }): Tree => [
  ...baseOs({ hostname: registryMachine, nameserver }),
  ...networkTools(),
  { path: '/usr/bin/registry', kind: 'file', mode: 0o755, program: 'registry' },
  { path: policyPath, kind: 'file', text: '{ "rules": [] }\n' },
  { path: '/lib/systemd/system/registry.service', kind: 'file', text: unit },
  {
    path: '/etc/systemd/system/multi-user.target.wants/registry.service',
    kind: 'symlink',
    target: '/lib/systemd/system/registry.service',
  },
  // Installed, and off until somebody sends the data centre through it.
  { path: '/usr/sbin/squid', kind: 'file', mode: 0o755, program: 'squid' },
  { path: squidConfigPath, kind: 'file', text: '' },
  { path: '/lib/systemd/system/squid.service', kind: 'file', text: squidUnit },
  // The same of a BIRD that speaks BGP with whoever the network team lets it.
  { path: '/usr/sbin/bird', kind: 'file', mode: 0o755, program: 'bird' },
  { path: '/etc/bird', kind: 'directory' },
  { path: '/lib/systemd/system/bird.service', kind: 'file', text: birdUnit },
]

const birdUnit = `[Unit]
Description=BIRD Internet Routing Daemon
After=network.target

[Service]
ExecStart=/usr/sbin/bird -d -c /etc/bird/bird.conf -s /run/bird.ctl
Restart=on-failure

[Install]
WantedBy=multi-user.target
`

const squidUnit = `[Unit]
Description=Squid Web Proxy Server
After=network.target

[Service]
ExecStart=/usr/sbin/squid --foreground -sYC
Restart=on-failure

[Install]
WantedBy=multi-user.target
`

const unit = `[Unit]
Description=Images and names of the data centre
After=network.target

[Service]
ExecStart=/usr/bin/registry
Restart=always
RestartSec=5

[Install]
WantedBy=multi-user.target
`
