import { runConfd } from '#lab/calico/confd/confd.ts'
import { runFelix } from '#lab/calico/felix/felix.ts'
import { monitorToken } from '#lab/calico/node/cni-token.ts'
import { completeStartup } from '#lab/calico/node/complete-startup.ts'
import { health, isHealthFlag } from '#lab/calico/node/health.ts'
import { initHostPaths } from '#lab/calico/node/hostpath-init.ts'
import { nodeInit } from '#lab/calico/node/init.ts'
import { nodeServices } from '#lab/calico/node/node-services.ts'
import { monitorAddresses } from '#lab/calico/node/services.ts'
import { shutdown, startup } from '#lab/calico/node/startup.ts'
import { reportStatus } from '#lab/calico/node/status-reporter.ts'
import { allocateTunnelAddresses } from '#lab/calico/node/tunnel-addresses.ts'
import { releaseOf } from '#lab/calico/release.ts'
import type { Process, Program } from '#lab/host/ports.ts'

/** The one binary of calico-node; its first flag decides what it is (projectcalico/calico:node/cmd/calico-node/main.go). */
export const calicoNode: Program = async (p) => {
  const flags = p.argv.slice(1).map((flag) => flag.replace(/^--/, '-'))
  if (flags.some(isHealthFlag)) return health(p, flags.filter(isHealthFlag))
  const mode = modes.find(([flag]) => flags.includes(flag))
  if (mode) return mode[1](p, flags)
  p.stdout.write('No valid options provided. Usage:\n')
  return 1
}

type Mode = (p: Process, flags: readonly string[]) => Promise<number>

const modes: readonly (readonly [flag: string, run: Mode])[] = [
  ['-v', version],
  ['-felix', runFelix],
  ['-init', (p, flags) => nodeInit(p, flags.includes('-best-effort'))],
  ['-startup', startup],
  ['-hostpath-init', initHostPaths],
  ['-shutdown', shutdown],
  ['-complete-startup', completeStartup],
  ['-node-services', nodeServices],
  ['-monitor-addresses', monitorAddresses],
  ['-confd', runConfd],
  [
    '-allocate-tunnel-addrs',
    (p, flags) => allocateTunnelAddresses(p, flags.includes('-allocate-tunnel-addrs-run-once')),
  ],
  ['-monitor-token', monitorToken],
  ['-status-reporter', reportStatus],
]

async function version(p: Process): Promise<number> {
  p.stdout.write(`${releaseOf(p.version).name}\n`)
  return 0
}
