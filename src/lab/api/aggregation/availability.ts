/**
 * Looks whether the servers behind remote APIServices answer, by asking for their discovery: when they or their Service change,
 * every 30 s, and sooner after a failure.
 *
 * Not imitated: five attempts at once (one is made); the answer's resources are what discovery shows.
 *
 * @see kubernetes/kubernetes:staging/src/k8s.io/kube-aggregator/pkg/controllers/status/remote/remote_available_controller.go
 */
import { rfc3339 } from '#base/clock.ts'
import { apiServiceBucket, conditionOf, type Remote, remoteOf } from '#lab/api/aggregation/services.ts'
import { DialFailure } from '#lab/api/egress/egress.ts'
import { askHttps, NoAnswer } from '#lab/api/egress/https.ts'
import { resolveService } from '#lab/api/egress/services.ts'
import { asList, asObject, isObject, type JsonObject } from '#lab/api/json.ts'
import type { ApiServer } from '#lab/api/server.ts'
import { keyOf, type Stored } from '#lab/api/store.ts'
import type { Process } from '#lab/host/ports.ts'
import { Mailbox } from '#lab/kernel/mailbox.ts'

const resyncMs = 30_000
const firstRetryMs = 5
const requestMs = 5000

/** Runs in the server's process until it ends; nothing happens while there is no remote APIService. */
export function watchAvailability(p: Process, api: ApiServer): void {
  const { store } = api.state
  const names = new Mailbox<string>(api.kernel)
  const failures = new Map<string, number>()
  const remotes = (): readonly Remote[] => [...api.remotes().values()]
  const about = (bucket: string): (() => void) =>
    store.watch(bucket, {}, store.revision, ({ object }) => {
      for (const { name, service } of remotes())
        if (service.namespace === object.metadata.namespace && service.name === object.metadata.name)
          names.put(name)
    })
  const stops = [
    about('/services'),
    about('/endpoints'),
    store.watch(apiServiceBucket, {}, store.revision, ({ object, previous }) => {
      // Not for the status that is written here.
      if (object.spec !== previous?.spec && remoteOf(object).length > 0) names.put(object.metadata.name)
    }),
  ]
  p.task.onEnd(() => {
    for (const stop of stops) stop()
  })
  for (const { name } of remotes()) names.put(name)
  const timers = new Map<string, () => void>()
  const again = (name: string, ms: number): void => {
    timers.get(name)?.()
    timers.set(
      name,
      p.task.after(ms, () => names.put(name)),
    )
  }
  p.thread('availability', async (self) => {
    for (;;) {
      for (const name of new Set(await names.take(self.task))) {
        const remote = remotes().find((each) => each.name === name)
        if (remote === undefined) continue
        const passed = await check(self, api, remote)
        const count = passed ? 0 : (failures.get(name) ?? 0) + 1
        failures.set(name, count)
        again(name, passed ? resyncMs : Math.min(resyncMs, firstRetryMs * 2 ** count))
      }
    }
  })
}

interface Finding {
  readonly status: 'True' | 'False'
  readonly reason: string
  readonly message: string
}

/** Writes what was found; answers whether the server may be used. */
async function check(self: Process, api: ApiServer, remote: Remote): Promise<boolean> {
  const finding = troubleWithService(api, remote) ?? (await asked(self, api, remote))
  const { store } = api.state
  const object = store.get(apiServiceBucket, remote.name)
  if (object === undefined) return true
  const old = conditionOf(object)
  if (old?.status !== finding.status || old.reason !== finding.reason || old.message !== finding.message)
    store.put(apiServiceBucket, remote.name, withCondition(object, finding, api.state.now()))
  return finding.status === 'True'
}

function withCondition(object: Stored, finding: Finding, nowMs: number): Stored {
  const old = conditionOf(object)
  const time = old?.status === finding.status ? old.lastTransitionTime : rfc3339(nowMs)
  return {
    ...object,
    status: { conditions: [{ lastTransitionTime: time, ...finding, type: 'Available' }] },
  }
}

function troubleWithService({ state }: ApiServer, { service }: Remote): Finding | undefined {
  const { namespace, name, port } = service
  const no = (reason: string, message: string): Finding => ({ status: 'False', reason, message })
  const key = keyOf(namespace, name)
  const found = state.store.get('/services', key)
  const where = `service/${name} in ${JSON.stringify(namespace)}`
  if (found === undefined) return no('ServiceNotFound', `${where} is not present`)
  const served = asList(asObject(found.spec).ports)
    .map(asObject)
    .find((each) => each.port === port)
  if (served === undefined) return no('ServicePortError', `${where} is not listening on port ${port}`)
  const endpoints = state.store.get('/endpoints', key)
  if (endpoints === undefined) return no('EndpointsNotFound', `cannot find endpoints for ${where}`)
  const portName = String(served.name ?? '')
  const ready = asList(endpoints.subsets)
    .map(asObject)
    .some(
      (subset) =>
        asList(subset.addresses).length > 0 &&
        asList(subset.ports).some((each) => (asObject(each).name ?? '') === portName),
    )
  return ready
    ? undefined
    : no(
        'MissingEndpoints',
        `endpoints for ${where} have no addresses with port name ${JSON.stringify(portName)}`,
      )
}

/** Asks for the group's discovery, whatever certificate is shown. */
async function asked(self: Process, api: ApiServer, remote: Remote): Promise<Finding> {
  const path = `/apis/${remote.group}/${remote.version}`
  const no = (message: string): Finding => ({ status: 'False', reason: 'FailedDiscoveryCheck', message })
  let url = `https://${remote.service.name}.${remote.service.namespace}.svc:${remote.service.port}${path}`
  try {
    const to = resolveService(api.state, remote.service, { byEndpoint: api.routesByEndpoint })
    url = `https://${to.address}:${to.port}${path}`
    const response = await askHttps(self, api.egress, {
      method: 'GET',
      host: to.address,
      path,
      headers: { 'x-remote-user': 'system:kube-aggregator', 'x-remote-group': 'system:masters' },
      authorities: '',
      verify: false,
      deadlineMs: self.now() + requestMs,
      resolve: () => to,
    })
    if (response.status < 200 || response.status > 299)
      return no(`failing or missing response from ${url}: bad status from ${url}: ${response.status}`)
    api.discovered.set(`${remote.group}/${remote.version}`, resourcesOf(response.body))
    return { status: 'True', reason: 'Passed', message: 'all checks passed' }
  } catch (error) {
    if (error instanceof DialFailure) return no(error.message)
    if (!(error instanceof NoAnswer)) throw error
    const says = error.message.replace(
      /^context deadline exceeded$/,
      'context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
    )
    return no(`failing or missing response from ${url}: Get ${JSON.stringify(url)}: ${says}`)
  }
}

/** The resources of an APIResourceList; none of a text that is no such list. */
function resourcesOf(body: string): readonly JsonObject[] {
  try {
    return asList(asObject(JSON.parse(body)).resources).filter(isObject)
  } catch (error) {
    if (error instanceof SyntaxError) return []
    throw error
  }
}
