/**
 * The one catalogue of messages: lines of calico-node, kubelet, systemd … as typed values. Detectors hold no regular
 * expressions; they ask for `message.id`. Entries live in `messages/`, one file per program.
 */
export interface Message {
  /** Stable name, `<program>/<what>`: `bird/control-socket-refused`, `health/bird-not-established`. */
  readonly id: string
  /** The inner values: `{ path: '/var/run/calico/bird.ctl', error: 'Permission denied' }`. */
  readonly params: Readonly<Record<string, string>>
  /** Messages that its error quotes: a refused connection inside “failed to connect to Typha”. Most specific first. */
  readonly inner?: readonly Message[]
}

/** How one message is recognised and where its words come from. */
export interface MessageEntry {
  readonly id: string
  /** Tried on the message text after time, level and component were taken off. Named groups become `params`. */
  readonly pattern: RegExp
  /** A literal that every match contains, in lower case: lets the catalogue skip most entries cheaply. */
  readonly literal: string
  /** `projectcalico/calico:node/pkg/health/health.go`, or `bird:sysdep/unix/main.c`. */
  readonly source: string
  /** What the line means, for people. */
  readonly means: string
}
