import { createServer, type IncomingMessage } from 'node:http'
import type { Server as Port } from 'node:net'
import type { Clock } from '#base/clock.ts'
import { rfc3339 } from '#base/clock.ts'
import { randomToken } from '#base/token.ts'
import { Trouble } from '#base/trouble.ts'
import { type Door, httpDoor } from '#lab/api/http.ts'
import type { Backend } from '#lab/backend.ts'
import type { Encapsulation } from '#lab/encapsulation.ts'
import type { Fault } from '#lab/fault.ts'
import { administrators, type Flavour } from '#lab/flavours/names.ts'
import { Lab } from '#lab/lab.ts'
import { controlDoor } from '#lab/serve/control.ts'
import { labKubeconfig } from '#lab/serve/kubeconfig.ts'
import { realOutward } from '#lab/serve/outward.ts'
import { Pacer } from '#lab/serve/pacer.ts'
import { controlPath, labTimePath, sessionPath } from '#lab/serve/protocol.ts'
import type { SavedLab } from '#lab/serve/saved.ts'
import { sessionDoor } from '#lab/serve/session-door.ts'
import type { LabStates } from '#lab/serve/state.ts'
import { labTls } from '#lab/serve/tls/lab-tls.ts'
import { secureServer, type TwoWayPort, twoWayPort } from '#lab/serve/two-ways.ts'

export interface ServeOptions {
  readonly name: string
  readonly nodes: number
  readonly flavour: Flavour
  readonly seed: string
  readonly kubernetes?: string
  readonly calico?: string
  readonly encapsulation?: Encapsulation
  readonly backend?: Backend
  /** A lab that runs already, in place of a new one. */
  readonly lab?: Lab
  /** A saved lab to go on with, in place of a new one. */
  readonly from?: SavedLab
  readonly speed: number
  readonly port: number // 0: any free one
  readonly states: LabStates
  /** Rejects with a Trouble for a mode that no lab can be broken by. */
  readonly faults: (mode: string) => Promise<Fault>
  readonly clock: Clock
  readonly signal: AbortSignal
}

export interface ServedLab {
  readonly lab: Lab
  readonly port: number
  /** Who knows it owns the lab. */
  readonly token: string
  /** Resolves when somebody took the lab down or interrupted it; rejects when a component of the lab crashed. */
  readonly ended: Promise<void>
  /** Stops serving; leaves nothing behind but what `states` remembers. */
  close(): Promise<void>
}

/** A lab boots in about three virtual minutes: it is begun in the past, so that it is ready now. */
const headStartMs = 5 * 60_000

/** Boots a lab and serves it on loopback, at the pace of the wall clock. Rejects with a Trouble when the port is taken. */
export async function serveLab(options: ServeOptions): Promise<ServedLab> {
  const { signal } = options
  const door = twoWayPort()
  const port = await listening(door.port, options.port)
  try {
    const lab = options.lab ?? (options.from ? await Lab.replay(options.from.history) : await booted(options))
    signal.throwIfAborted() // from here on an interruption is listened for
    return serveBooted(lab, door, port, options)
  } catch (error) {
    door.close()
    throw error
  }
}

/** A lab that is well, at the present of the wall clock. */
async function booted({ clock, signal, ...options }: ServeOptions): Promise<Lab> {
  const lab = await Lab.boot({
    seed: options.seed,
    flavour: options.flavour,
    nodes: options.nodes,
    ...(options.kubernetes && { kubernetes: options.kubernetes }),
    ...(options.calico && { calico: options.calico }),
    ...(options.encapsulation && { encapsulation: options.encapsulation }),
    ...(options.backend && { backend: options.backend }),
    startMs: Math.floor(clock.now() / 1000) * 1000 - headStartMs,
  })
  signal.throwIfAborted()
  await lab.advance(Math.max(0, clock.now() - lab.nowMs))
  return lab
}

function serveBooted(lab: Lab, door: TwoWayPort, port: number, options: ServeOptions): ServedLab {
  const { clock, signal, states, name } = options
  const tls = labTls({ nowMs: clock.now(), administrator: administrators[lab.options.flavour] })
  const servers = { plain: createServer(), secure: secureServer(tls) }
  const pacer = new Pacer(lab.kernel, { clock, speed: options.speed })
  lab.driveBy(pacer)
  let asksOutside = false
  const outward = realOutward(lab.api, pacer)
  lab.api.outward = (question, tell) => {
    asksOutside = true
    return outward(question, tell)
  }
  const token = randomToken()
  let down: () => void = () => {}
  const asked = new Promise<void>((resolve) => {
    down = resolve
  })
  signal.addEventListener('abort', down, { once: true })
  const api = httpDoor(lab.api, {
    driver: pacer,
    entrance: lab.entrance,
    presentedSkewMs: () => clock.now() - lab.nowMs,
  })
  const control = controlDoor({
    lab,
    token,
    name,
    speed: options.speed,
    faults: options.faults,
    struck: options.from?.struck ?? [],
    asksOutside: () => asksOutside,
    down,
  })
  const unshifted = httpDoor(lab.api, { driver: pacer, entrance: lab.entrance })
  const doorFor = (request: IncomingMessage): Door => {
    if (request.url?.startsWith(`${labTimePath}/`) !== true) return api
    request.url = request.url.slice(labTimePath.length)
    return unshifted
  }
  const session = sessionDoor({ lab, token })
  for (const server of Object.values(servers)) {
    server.keepAliveTimeout = 120_000
    server.on('request', (request, response) =>
      request.url === controlPath
        ? void control(request, response)
        : doorFor(request).request(request, response),
    )
    server.on('upgrade', (request, socket, head) =>
      request.url === sessionPath
        ? session(request, socket, head)
        : doorFor(request).upgrade(request, socket, head),
    )
  }
  door.serve(servers)
  const crashed = pacer.run()
  states.write(
    {
      name,
      pid: process.pid,
      port,
      token,
      flavour: lab.options.flavour,
      nodes: [...lab.nodes],
      seed: lab.options.seed,
      startedAt: rfc3339(clock.now()),
    },
    labKubeconfig({ name, port, tls }),
  )
  return {
    lab,
    port,
    token,
    ended: Promise.race([asked, crashed]),
    close: async () => {
      signal.removeEventListener('abort', down)
      door.close()
      await pacer.stop()
      await lab.shutdown()
    },
  }
}

const listening = (server: Port, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const taken = cause.code === 'EADDRINUSE'
      reject(
        taken
          ? new Trouble('port-taken', `port ${port} of 127.0.0.1 is taken`, {
              hint: 'choose another --port, or leave it out',
              cause,
            })
          : new Trouble('port-refused', `port ${port} of 127.0.0.1 cannot be used: ${cause.message}`, {
              hint: 'choose another --port, or leave it out',
              cause,
            }),
      )
    })
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
