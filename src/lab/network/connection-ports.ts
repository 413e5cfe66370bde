/** TCP connections as programs use them, and what is said on them without being sent (docs/decisions/0012). */
import type { Errno } from '#lab/host/ports.ts'
import type { Task } from '#lab/kernel/kernel.ts'

/** What travels on a connection: text, or a frozen value that JSON could carry (so that nothing need be encoded in the simulated network). */
export type Payload = string | Readonly<Record<string, unknown>>

/** Who takes what arrives on a connection without a task that waits for it. Neither function may wait. */
export interface Reader {
  /** How long what arrives lies in the socket until it is taken; acknowledged only then. Default: no time. */
  readonly afterMs?: number
  payload(payload: Payload): void
  /**
   * Answers a payload in the same event, for who would get that very answer by sending it; `undefined`, and nothing done, for
   * one that has to be sent: see {@link Connection.ask}.
   */
  answer?(payload: Payload): Payload | undefined
  /** Answers a sign of life whenever one comes, by itself and at once. */
  readonly echoes?: true
  /** Sends what arrives on, at once, on this connection, and back what arrives there. */
  readonly relay?: Connection
  /** This end has nothing to say once the other has closed: it closes with it. */
  readonly closesWithOther?: true
  /** Once: `'closed'` after FIN or the own end's close, else ECONNRESET or ETIMEDOUT. */
  end(why: 'closed' | Errno): void
}

/** A TCP connection. Payloads keep their boundaries (the lab does not split or merge segments). */
export interface Connection {
  readonly local: { readonly address: string; readonly port: number }
  readonly remote: { readonly address: string; readonly port: number }
  /** The certificate (PEM) that the other end showed who dialled, where it has one; without a handshake of its own. */
  readonly shown?: string | undefined
  /** Never waits; what is lost is sent again until the path is back or the connection gives up (about 15 minutes). */
  send(payload: Payload): void
  /**
   * The next payload. `'closed'`: the other end closed in order (FIN) and all was read. Rejects with ECONNRESET, ETIMEDOUT.
   * `undefined`: nothing within `timeoutMs`.
   */
  receive(by: Task, o?: { readonly timeoutMs?: number }): Promise<Payload | 'closed' | undefined>
  /**
   * Instead of `receive`: from now on every payload is handed over in the event of its arrival, what has arrived already at
   * once, and then how the connection ended. For ends that answer without waiting: no task has to be woken for them.
   */
  follow(reader: Reader): void
  /** How it got there, for who asks whether the next one would get there too. */
  readonly way: Way
  /**
   * How long the answer to a sign of life would take that were sent now; `undefined` where it has to be sent to know: something
   * is on its way or in the way, the other end does not {@link Reader.echoes}, or nothing is to be left out.
   */
  readonly echoMs: number | undefined
  /**
   * What the other end would answer in so many ms, at once and without anything being sent: for who says much the same by the
   * clock. `undefined`, and nothing has happened, where it has to be sent. Missing where everything has to be.
   */
  ask?(payload: Payload): { readonly payload: Payload; readonly inMs: number } | undefined
  /**
   * Sends what the other end need not notice before it {@link look}s, or before more comes. Arrives in its time, without an event
   * where nothing is in the way.
   */
  leave?(payload: Payload): void
  /** {@link leave} of all that `source` says from now on until it has no more; false, and nothing is left, where it has to be sent. */
  leaveFrom?(source: LeftSource): boolean
  /** Takes what the other end has left here and has arrived. */
  look?(): void
  /** For ends that say the same by the clock; missing where each time has to be sent. */
  readonly beats?: Beats
  /** FIN. */
  close(): void
  /** RST. */
  abort(): void
}

/** Somebody who says one thing after another that nobody waits for. */
export interface LeftSource {
  /** Whether there is anything that was not taken. */
  readonly hasMore: boolean
  /** What was said until then, included, and not taken before. */
  take(untilMs: number): Payload | undefined
}

/** What one end says by the clock to show that it is alive (a keepalive). */
export interface Beat {
  readonly payload: Payload
  /** How long after the last one the next is said. Asked once for each, in order. */
  pauseMs(): number
  /** It rests no longer: the next is to be said in so many ms. The last answer came so long ago; `undefined`: none has since they rested. */
  sayIn(ms: number, sinceAnswerMs: number | undefined): void
}

/** Who would hear the other end's beats. */
export interface BeatListener {
  /** What it says to each, at once. Default: nothing. */
  readonly answer?: Payload
  /** From now on they come without being told. */
  rest(): void
  /** No longer; the last came so long ago. `undefined`: none has come since they rested. */
  wake(sinceHeardMs: number | undefined): void
}

/** Beats that need no events while nothing moves. Times are those of the lab. */
export interface Beats {
  /**
   * Has the beat that is due now, and those after it, said without being sent. False where it has to be sent: something is in
   * the way or on its way, the other end does not {@link listen}, or nothing is to be left out.
   */
  rest(beat: Beat): boolean
  listen(listener: BeatListener): void
  /** While this end's rest: when the next is said. */
  readonly untilNextMs: number | undefined
  /** While the other end's rest: when the last came. */
  readonly sinceHeardMs: number | undefined
}

/**
 * Signs of life of a connection on which nothing is said (SO_KEEPALIVE): the first after `idleMs`, the next every `intervalMs`; after so many
 * without an answer the connection fails with ETIMEDOUT.
 */
export interface KeepAlive {
  readonly idleMs: number
  readonly intervalMs: number
  readonly probes: number
  /** TCP_USER_TIMEOUT: so long may anything go without an answer, whatever else was said of signs of life and of sending again. */
  readonly userTimeoutMs?: number
}

/** The way of a connection's first packet. */
export interface Way {
  /** Of at least how many ends chance took this one; infinite when it depended on what was sent before. */
  readonly choices: number
  /** The socket at the other end, whatever addresses NAT put before it. */
  readonly end: string
}

/** A connection as `ss` shows it. */
export interface TcpConnection {
  readonly local: string
  readonly remote: string
  readonly state: string
  readonly holder?: SocketHolder
}

/** The process behind a socket, as `ss -p` tells it; its name is asked for then. */
export interface SocketHolder {
  readonly pid: number // of the machine
  readonly name: () => string
}

export interface Listener {
  readonly port: number
  /**
   * The TCP MD5 key (RFC 2385) for connections from an address; undefined: none. Segments that are signed otherwise, or not
   * at all, or that are signed where no key is set, are dropped without a word.
   */
  sign(address: string, key: string | undefined): void
  close(): void
}
