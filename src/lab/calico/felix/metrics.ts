/**
 * Felix's Prometheus endpoint (projectcalico/calico:felix/daemon/daemon.go, metricsserver). Not imitated: histograms and
 * summaries, Go's own metrics, whatever counts parts that the lab's Felix has not.
 */
import type { FelixConfig } from '#lab/calico/felix/config.ts'
import type { Dataplane } from '#lab/calico/felix/dataplane.ts'
import type { Policy } from '#lab/calico/felix/policy/model.ts'
import { tableNames } from '#lab/calico/felix/tables.ts'
import { type Log, raw } from '#lab/calico/log.ts'
import { isErrno, type Process } from '#lab/host/ports.ts'
import { serveHttp } from '#lab/network/http.ts'

interface Subject {
  readonly config: FelixConfig
  readonly felix: { readonly active: { readonly endpoints: number; readonly policies: readonly Policy[] } }
  readonly dataplane: Dataplane
}

export async function serveMetrics(p: Process, log: Log, subject: Subject): Promise<void> {
  const { metricsPort: port } = subject.config
  log.info('metrics.go 73', 'Prometheus metrics enabled.  Starting server.', { port })
  try {
    await serveHttp(p, { port }, ({ path }) =>
      path.split('?')[0] === '/metrics'
        ? {
            status: 200,
            headers: { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' },
            body: metrics(p, subject),
          }
        : { status: 404, body: '404 page not found\n' },
    )
  } catch (error) {
    if (!isErrno(error)) throw error
    log.error('metrics.go 90', 'Prometheus metrics endpoint failed, trying to restart it...', {
      error: raw(`listen tcp :${port}: bind: ${error.message.toLowerCase()}`),
    })
  }
}

function metrics(p: Process, { felix, dataplane }: Subject): string {
  const { counts } = dataplane.tables
  const own = Object.keys(p.net.sets()).filter((name) => name.startsWith('cali4')).length
  const tables = tableNames.map((name) => [name, dataplane.tables.kernel[name].chains()] as const)
  const labelled = (value: number, table: string): string => `{ip_version="4",table="${table}"} ${value}`
  return [
    metric('gauge', 'felix_active_local_endpoints', 'Number of active endpoints on this host.', [
      ` ${felix.active.endpoints}`,
    ]),
    metric('gauge', 'felix_active_local_policies', 'Number of active policies on this host.', [
      ` ${felix.active.policies.length}`,
    ]),
    metric('counter', 'felix_ipset_calls', 'Number of ipset commands executed.', [
      ` ${dataplane.sets.counts.calls}`,
    ]),
    metric('counter', 'felix_ipset_errors', 'Number of ipset command failures.', [
      ` ${dataplane.sets.counts.errors}`,
    ]),
    metric('gauge', 'felix_ipsets_calico', 'Number of active Calico IP sets.', [
      `{ip_version="inet"} ${own}`,
    ]),
    metric(
      'gauge',
      'felix_iptables_chains',
      'Number of active iptables chains.',
      tables.map(([name, chains]) =>
        labelled(Object.keys(chains).filter((each) => each.startsWith('cali-')).length, name),
      ),
    ),
    metric(
      'gauge',
      'felix_iptables_rules',
      'Number of active iptables rules.',
      tables.map(([name, chains]) =>
        labelled(
          Object.entries(chains).reduce(
            (sum, [each, rules]) => sum + (each.startsWith('cali-') ? rules.length : 0),
            0,
          ),
          name,
        ),
      ),
    ),
    metric('counter', 'felix_iptables_restore_calls', 'Number of iptables-restore calls.', [
      ` ${counts.restores}`,
    ]),
    metric('counter', 'felix_iptables_restore_errors', 'Number of iptables-restore errors.', [
      ` ${counts.restoreErrors}`,
    ]),
    metric('gauge', 'felix_resync_state', 'Current datastore state.', [' 3']),
  ].join('')
}

const metric = (type: string, name: string, help: string, values: readonly string[]): string =>
  `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${values.map((value) => `${name}${value}\n`).join('')}`
