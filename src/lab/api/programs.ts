/**
 * The `kube-apiserver` program: listens on the machine's port 6443 and serves an {@link ApiServer}, whose store outlives it.
 * While the process runs, requests from outside the lab (http.ts) are served too, and dial kubelets over its network.
 *
 * Not imitated: TLS beyond the certificate that everybody who connects is shown, whose names and dates (and not its authority) the
 * lab's clients look at; a new certificate without a restart; start-up time, log lines but those of refused credentials, flags beside --secure-port.
 */

import { watchAvailability } from '#lab/api/aggregation/availability.ts'
import { readRemote, remoteReading } from '#lab/api/aggregation/inside.ts'
import { egressOf } from '#lab/api/egress/selector.ts'
import type { Heartbeat } from '#lab/api/heartbeat.ts'
import { keepIdentityLease } from '#lab/api/identity-lease.ts'
import { type Answered, answerCall, callOf } from '#lab/api/inside-call.ts'
import { answerHttp, isHttp } from '#lab/api/inside-http.ts'
import { advertiseKubernetes } from '#lab/api/kubernetes-service.ts'
import { Outbox } from '#lab/api/outbox.ts'
import { gettingAgain, perform, performWatch } from '#lab/api/perform.ts'
import { resources } from '#lab/api/ports.ts'
import type { ApiServer } from '#lab/api/server.ts'
import { internalError, Refusal } from '#lab/api/status.ts'
import { KeyTrouble, useKeyFiles } from '#lab/api/tokens/key-files.ts'
import { Renewals, standingOf } from '#lab/api/verbs/renew.ts'
import type { Identity } from '#lab/api/verbs/state.ts'
import { Admission, admitted, hasWebhooks } from '#lab/api/webhooks/admission.ts'
import {
  type ClientFrame,
  clientFrame,
  type KubeRequest,
  type Renewal,
  type ServerFrame,
} from '#lab/api/wire.ts'
import { isErrno, type Process, type Program } from '#lab/host/ports.ts'
import { untilTerminated } from '#lab/host/process/until-terminated.ts'
import { Klog } from '#lab/kubelet/klog.ts'
import { kubeletClientCertificate } from '#lab/kubelet/serving-certificate.ts'
import type { Connection } from '#lab/network/ports.ts'

/** What one request costs the server, in virtual time. */
export const serviceMs = 1

/** The programs that serve an API server. */
export const apiPrograms = (api: ApiServer): Readonly<Record<string, Program>> => ({
  'kube-apiserver': (p) => run(p, api),
})

async function run(p: Process, api: ApiServer): Promise<number> {
  try {
    await useKeyFiles(p, api)
  } catch (error) {
    if (!(error instanceof KeyTrouble)) throw error
    new Klog(p).error('run.go:72', 'command failed', { err: error.message })
    return 1
  }
  const port = Number(p.argv.find((arg) => arg.startsWith('--secure-port='))?.split('=')[1] ?? 6443)
  const egress = await egressOf(p)
  if (typeof egress === 'string') {
    p.stderr.write(`Error: ${egress}\n`)
    return 1
  }
  let certificate: string | undefined
  let kubeletCertificate: string
  try {
    // A managed master keeps its own to itself: nobody looks at what it shows, and kubelets believe it.
    certificate = await fileOf(p, '--tls-cert-file')
    kubeletCertificate = (await fileOf(p, '--kubelet-client-certificate')) ?? kubeletClientCertificate(28)
  } catch (error) {
    if (!isErrno(error)) throw error
    new Klog(p).error('run.go:72', 'command failed', {
      err: `open ${error.path ?? ''}: ${error.message.toLowerCase()}`,
    })
    return 1
  }
  const shows = certificate === undefined ? {} : { certificate }
  try {
    await p.net.listen({ port, ...shows }, (connection) => serve(p, api, connection))
  } catch (error) {
    if (!isErrno(error)) throw error
    p.stderr.write(
      `Error: failed to create listener: failed to listen on 0.0.0.0:${port}: listen tcp 0.0.0.0:${port}: bind: ${error.message.toLowerCase()}\n`,
    )
    return 1
  }
  advertiseKubernetes(api)
  api.serveBy(p, {
    egress,
    kubeletCertificate,
    byEndpoint: p.argv.includes('--enable-aggregator-routing=true'),
  })
  p.task.onEnd(() => api.serveBy(undefined))
  watchAvailability(p, api)
  keepIdentityLease(p, api)
  return untilTerminated(p, 0)
}

/** What is in the file that a flag names; undefined without that flag. Rejects with Errno. */
async function fileOf(p: Process, flag: string): Promise<string | undefined> {
  const path = p.argv.find((arg) => arg.startsWith(`${flag}=`))?.split('=')[1]
  return path === undefined ? undefined : p.files.read(path)
}

interface Served {
  readonly api: ApiServer
  readonly connection: Connection
  readonly outbox: Outbox
  /** How to end each watch, by the id of its request. */
  readonly watches: Map<number, () => void>
}

/** Answers what arrives on a connection, each request {@link serviceMs} after it came; no task waits for it. */
function serve(p: Process, api: ApiServer, connection: Connection): void {
  const served = { api, connection, outbox: new Outbox(p.task, connection), watches: new Map() }
  let called: Answered | undefined
  connection.follow({
    afterMs: serviceMs,
    echoes: true,
    payload: (payload) => {
      const frame = clientFrame(payload)
      const call = frame === undefined ? callOf(payload) : undefined
      if (frame !== undefined) handle(served, frame)
      else if (call !== undefined) {
        if (called === undefined) called = answerCall(api, call, connection)
        else called.more(call)
      } else if (isHttp(payload)) answerHttp(api, payload, connection)
      else connection.close()
    },
    answer: (payload) => sure(api, clientFrame(payload)),
    end: () => {
      for (const stop of served.watches.values()) stop()
      served.watches.clear()
      called?.gone()
      connection.close()
    },
  })
}

function handle(served: Served, frame: ClientFrame): void {
  const { connection, watches } = served
  if (frame.kube === 'ping') connection.send({ kube: 'pong' })
  else if (frame.kube === 'cancel') {
    watches.get(frame.id)?.()
    watches.delete(frame.id)
  } else if (frame.kube === 'request') answer(served, frame)
}

function answer(
  { api, outbox, watches }: Served,
  { id, as, request }: Extract<ClientFrame, { readonly kube: 'request' }>,
): void {
  try {
    const user = api.authenticate(as)
    if (request.op === 'watch') watches.set(id, startWatch(api, outbox, { id, user, request }))
    else {
      const giveUp = ask(api, outbox, { id, user, request }, () => watches.delete(id))
      if (giveUp !== undefined) watches.set(id, giveUp)
    }
  } catch (error) {
    refuse(outbox, id, asRefusal(error))
  }
}

const refuse = (outbox: Outbox, id: number, { code, reason, message }: Refusal): void =>
  outbox.send({ kube: 'refusal', id, code, reason, message })

/** Carries out a request; answers how to give it up while it waits for webhooks, or for the server that answers for its group. */
function ask(
  api: ApiServer,
  outbox: Outbox,
  { id, user, request }: Asked<Exclude<KubeRequest, { readonly op: 'watch' }>>,
  over: () => void,
): (() => void) | undefined {
  const tell = {
    done: (value: unknown) => {
      over()
      outbox.send({ kube: 'answer', id, value })
    },
    failed: (refusal: Refusal) => {
      over()
      refuse(outbox, id, refusal)
    },
  }
  const reading = remoteReading(api, request)
  if (reading !== undefined) return readRemote(api, { ...reading, user }, tell)
  const asks = request.op !== 'get' && request.op !== 'list' && hasWebhooks(api)
  const admission = asks ? new Admission(api) : undefined
  return admitted(api, () => perform(api, request, user, admission), tell)
}

/**
 * The answer to a get, or to a write that nothing is in the way of, for a client that asks the same by the clock: a refusal is sent,
 * and so is what webhooks are asked about.
 */
function sure(api: ApiServer, frame: ClientFrame | undefined): ServerFrame | undefined {
  if (frame?.kube === 'renewal') return renewal(api, frame)
  if (frame?.kube !== 'request') return undefined
  const { id, as, request } = frame
  if (request.op !== 'get' && (request.op !== 'update' || hasWebhooks(api))) return undefined
  return quietly(() => {
    const value = perform(api, request, api.identify(as))
    if (request.op !== 'get') return { kube: 'answer', id, value }
    return { kube: 'answer', id, value, again: gettingAgain(api, request, as) }
  })
}

function renewal(
  api: ApiServer,
  { id, as, what, object }: Extract<ClientFrame, { readonly kube: 'renewal' }>,
): ServerFrame | undefined {
  const def = api.state.registry.find(what === 'lease' ? resources.leases : resources.nodes)
  if (def === undefined) return undefined
  const { namespace, name } = object
  const renewals = new Renewals(api.state, { def, namespace, name }, what)
  const again = (next?: Renewal): Heartbeat | undefined => {
    if (next === undefined) return undefined
    return quietly(() => {
      const user = api.identify(as)
      const quick = renewals.renewAgain(user, next)
      return quick !== undefined || hasWebhooks(api) ? quick : renewals.renew(user, next)
    })
  }
  const value = again(object)
  if (value === undefined) return undefined
  return { kube: 'answer', id, value, again, standing: standingOf(api.state, renewals, api.identify(as)) }
}

/** Nothing where it is refused: then it is sent, and the client hears of that. */
function quietly<T>(answer: () => T): T | undefined {
  try {
    return answer()
  } catch (error) {
    asRefusal(error)
    return undefined
  }
}

interface Asked<T extends KubeRequest> {
  readonly id: number
  readonly user: Identity
  readonly request: T
}

const startWatch = (
  api: ApiServer,
  outbox: Outbox,
  o: Asked<Extract<KubeRequest, { readonly op: 'watch' }>>,
): (() => void) => {
  const { id, user, request } = o
  const unhurried = request.unhurried === true
  return performWatch(api, request, {
    user,
    unhurried,
    tell: (change, audience) => outbox.add(id, change, { audience, unhurried }),
    stir: (follower, audience) => outbox.hear(id, follower, { audience, unhurried }),
  })
}

/** A refusal as it is; a bug of the lab passes on, so that it is seen. */
function asRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  throw error instanceof Error ? error : internalError(String(error))
}
