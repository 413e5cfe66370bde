import { baseOs } from '#lab/host/os.ts'
import type { Tree, TreeEntry } from '#lab/host/ports.ts'
import { cluster, masterPort } from '#lab/ibm/account.ts'
import { egressConfiguration, egressConfigurationPath } from '#lab/konnectivity/manifests.ts'
import type { ClusterPlan, MachinePlan } from '#lab/plan.ts'

/**
 * The disk of the machine that runs a customer's master; `more`: programs that run there beside those of every cluster. Not imitated: that the provider runs three of it as pods of another
 * cluster; nobody in the customer's account sees more of it than its addresses.
 */
export const masterDisk = (
  { kubernetes, serviceCidr, registry }: ClusterPlan,
  more: readonly string[] = [],
): Tree => [
  ...baseOs({ hostname: `master-${cluster.id}-6d4cf5f7b9-x5kzt`, nameserver: registry.address }),
  ...[...programs, ...more].map(
    (name): TreeEntry => ({
      path: `/usr/local/bin/${name}`,
      kind: 'file',
      program: name,
      version: `v${kubernetes}`,
    }),
  ),
  { path: egressConfigurationPath, kind: 'file', mode: 0o600, text: egressConfiguration },
  ...unit('konnectivity-server', ['--mode=grpc']),
  ...unit('kube-apiserver', [
    `--secure-port=${masterPort}`,
    `--service-cluster-ip-range=${serviceCidr}`,
    `--egress-selector-config-file=${egressConfigurationPath}`,
  ]),
  ...unit('kube-controller-manager', [server, '--use-service-account-credentials=true']),
  ...unit('kube-scheduler', [server]),
  ...unit('ibm-cloud-controller-manager', []),
  ...more.flatMap((name) => unit(name, [])),
]

const programs = [
  'konnectivity-server',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'ibm-cloud-controller-manager',
]
const server = `--master=127.0.0.1:${masterPort}`

const unit = (name: string, flags: readonly string[]): Tree => [
  {
    path: `/lib/systemd/system/${name}.service`,
    kind: 'file',
    mode: 0o644,
    text: `[Unit]
Description=${name}
After=network-online.target

[Service]
ExecStart=/usr/local/bin/${[name, ...flags].join(' ')}
Restart=always
RestartSec=2

[Install]
WantedBy=multi-user.target
`,
  },
  {
    path: `/etc/systemd/system/multi-user.target.wants/${name}.service`,
    kind: 'symlink',
    target: `/lib/systemd/system/${name}.service`,
  },
]

/** The machine on which the provider runs the master: at its private and at its public address, the networks `routes` behind that. */
export const masterMachineAt = (o: {
  readonly privately: string
  readonly publicly: string
  readonly routes: readonly string[]
}): MachinePlan => ({
  name: 'master',
  interfaces: [
    { segment: 'cse', address: o.privately, prefixLength: 24 },
    {
      segment: 'internet',
      address: o.publicly,
      prefixLength: 24,
      link: 'eth1',
      defaultRoute: false,
      routes: o.routes,
    },
  ],
})
