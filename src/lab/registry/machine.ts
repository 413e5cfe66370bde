import { baseOs } from '#lab/host/os.ts'
import type { Tree } from '#lab/host/ports.ts'
import { networkTools } from '#lab/network/tools.ts'
import { policyPath } from '#lab/registry/server.ts'

/** The name of the machine, which is no node, for `lab exec`. */
export const registryMachine = 'registry'

/** The disk of the machine that serves images and names. */
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
]

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
