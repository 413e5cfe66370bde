/**
 * What kubectl touches. Whoever runs it says how the API server is reached and who lets time pass: a program on a node, a
 * lab's owner outside, or a shell on somebody's desk.
 */

import type { JsonObject } from '#lab/api/json.ts'
import type { Writer } from '#lab/host/ports.ts'

/** One HTTP request; headers with lower-case names. */
export interface Asked {
  readonly method: string
  readonly path: string // with its query
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** What came of waiting for the next piece of a body. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'ended' }
  /** The connection broke. */
  | { readonly kind: 'cut' }
  /** The deadline passed before anything came. */
  | { readonly kind: 'late' }

/** An answer whose body comes in pieces. */
export interface Answering {
  readonly status: number
  /** With lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  /** Waits for the next piece; until `deadlineMs` (on {@link KubectlPorts.nowMs}'s clock) when it is given. */
  next(o?: { readonly deadlineMs?: number }): Promise<Piece>
  /** The rest is not wanted. */
  close(): void
}

export interface ExecCall {
  /** `/api/v1/namespaces/shop/pods/db/exec?command=ls&…` */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** All that is typed; `undefined` when standard input is not handed on. */
  readonly stdin: string | undefined
  readonly stdout: Writer
  readonly stderr: Writer
}

export type ExecEnd =
  /** The Status of the error channel. */
  | { readonly kind: 'ended'; readonly status: JsonObject }
  /** An answer in place of streams. */
  | { readonly kind: 'refused'; readonly status: number; readonly body: string }
  | { readonly kind: 'cut' }

/** How the server is reached. Calls reject with {@link Unreachable}. */
export interface ApiDoor {
  /** As kubeconfig names it: `https://10.0.0.11:6443`. */
  readonly server: string
  open(asked: Asked): Promise<Answering>
  exec(call: ExecCall): Promise<ExecEnd>
}

/** How long somebody looks on, in ms; `Infinity`: for ever. */
export interface Patience {
  /** At a command that only follows: `get -w`, `logs -f`. */
  readonly followMs: number
  /** At one that waits for something: a rollout, a deletion, a drain. */
  readonly waitMs: number
}

/** A deadline, where there is one. */
export const until = (deadlineMs: number): { readonly deadlineMs?: number } =>
  Number.isFinite(deadlineMs) ? { deadlineMs } : {}

export interface KubectlContext {
  readonly name: string
  /** `undefined`: it has none. */
  readonly namespace: string | undefined
  /** Makes it the namespace of the commands to come. */
  use(namespace: string): Promise<void>
}

export interface KubectlPorts {
  readonly api: ApiDoor
  /** Of the context; what `-n` overrides. */
  readonly namespace: string
  /** Of a kubeconfig that can be written; where there is none, nothing is remembered from one command to the next. */
  readonly context?: KubectlContext
  /** The version that this kubectl says it is: `1.31.9`. */
  readonly version: string
  readonly stdout: Writer
  readonly stderr: Writer
  stdin(): Promise<string>
  /** Whether somebody sits at a terminal. */
  readonly terminal: boolean
  /** A file's text; rejects with {@link NoFile}. */
  read(path: string): Promise<string>
  /** Writes a file, with the directories on its way; rejects with {@link NoFile}. Where there is none, no file can be written. */
  write?(path: string, text: string): Promise<void>
  /** When somebody presses Ctrl-C. */
  readonly patience: Patience
  nowMs(): number
  sleep(ms: number): Promise<void>
}

/** The server did not answer. `message` is Go's: `dial tcp 10.0.0.11:6443: connect: connection refused`. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable'
}

/** `message` is Go's, without the path: `no such file or directory`. */
export class NoFile extends Error {
  override readonly name = 'NoFile'
}

/** Somebody had enough of a command that follows (Ctrl-C). */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
}
