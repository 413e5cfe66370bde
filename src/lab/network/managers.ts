import type { Program, Tree, TreeEntry } from '#lab/host/ports.ts'
import { firewallCmd, firewalld } from '#lab/network/managers/firewalld.ts'
import { networkManager, nmcli } from '#lab/network/managers/network-manager.ts'

/** Programs of the distribution that also want to rule the network. */
export const managerPrograms: Readonly<Record<string, Program>> = {
  firewalld,
  'firewall-cmd': firewallCmd,
  NetworkManager: networkManager,
  nmcli,
}

const unit = (name: string, description: string, command: string): TreeEntry => ({
  path: `/lib/systemd/system/${name}.service`,
  kind: 'file',
  text: `[Unit]
Description=${description}
Before=network.target

[Service]
ExecStart=${command}
ExecReload=/bin/kill -HUP $MAINPID
Restart=on-failure

[Install]
WantedBy=multi-user.target
`,
})

/** Installed, and switched off, as on a host that was made for Kubernetes: `systemctl enable --now` lets them interfere. */
export const networkManagers: Tree = [
  ...Object.keys(managerPrograms).map(
    (program): TreeEntry => ({ path: `/usr/sbin/${program}`, kind: 'file', mode: 0o755, program }),
  ),
  { path: '/etc/firewalld/zones', kind: 'directory' },
  { path: '/etc/NetworkManager/conf.d', kind: 'directory' },
  unit('firewalld', 'firewalld - dynamic firewall daemon', '/usr/sbin/firewalld'),
  unit('NetworkManager', 'Network Manager', '/usr/sbin/NetworkManager'),
]
