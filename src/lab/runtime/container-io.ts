/** The streams of a running command or container, and who watches and types there: containerd's FIFOs and its attach. */
import { allOf, type Few, withOne, withoutOne } from '#base/few.ts'
import type { Child, Reader, SpawnOptions, Writer } from '#lab/host/ports.ts'
import { Pipe } from '#lab/host/process/streams.ts'
import { stamp } from '#lab/runtime/log-lines.ts'
import { Pty } from '#lab/runtime/pty.ts'

export type Tell = (stream: 'stdout' | 'stderr', text: string) => void

export interface IoOptions {
  /** Whether somebody may type. */
  readonly stdin: boolean
  /** The input ends with the first who typed. False: his attachment ends, and the input stays open for the next. */
  readonly stdinOnce?: boolean
  readonly tty: boolean
  /** Hears of everything that is written. */
  readonly tell: Tell
  /** The same of a line that begins with a time: see {@link Writer.writeStamped}. */
  readonly tellStamped?: (stream: 'stdout' | 'stderr', timeMs: number, rest: string) => void
}

/** Somebody's end of the streams. */
export interface Attached {
  input(text: string): void
  /**
   * Nothing more will be typed. `over`: the attachment ends with it, and what the container writes afterwards is for its log
   * alone (containerd:pkg/cri/io/container_io.go, Attach; cri-o:internal/oci/runtime_oci.go, AttachContainer).
   */
  inputEnd(): 'over' | 'goes on'
  /** Hears nothing more. With a terminal that the command alone has, it is hung up. */
  detach(): void
}

export class ContainerIo {
  readonly #o: IoOptions
  #taps: Few<Tell>
  readonly #pipe = new Pipe()
  readonly #pty: Pty | undefined
  #child: Child | undefined

  constructor(o: IoOptions) {
    this.#o = o
    this.#pty = o.tty
      ? new Pty({
          show: (text) => this.#write('stdout', text),
          signal: (name) => this.#child?.signalSession(name),
        })
      : undefined
  }

  /** What its first process is started with. */
  get streams(): Required<Pick<SpawnOptions, 'stdin' | 'stdout' | 'stderr'>> {
    const pty = this.#pty
    const stdin: Reader | string = this.#o.stdin ? (pty?.input ?? this.#pipe) : ''
    if (pty !== undefined) return { stdin, stdout: pty.output, stderr: pty.output }
    return { stdin, stdout: this.#writer('stdout'), stderr: this.#writer('stderr') }
  }

  /** Whom Ctrl-C is for. */
  belongsTo(child: Child): void {
    this.#child = child
  }

  attach(tell: Tell): Attached {
    this.#taps = withOne(this.#taps, tell)
    return {
      input: (text) => {
        if (!this.#o.stdin) return
        if (this.#pty === undefined) this.#pipe.write(text)
        else this.#pty.type(text)
      },
      inputEnd: () => {
        if (!this.#o.stdin) return 'goes on'
        if (this.#pty === undefined && this.#o.stdinOnce !== false) {
          this.#pipe.close()
          return 'goes on'
        }
        if (this.#o.stdinOnce === undefined) return 'goes on' // a command's own terminal
        this.#taps = withoutOne(this.#taps, tell)
        return 'over'
      },
      detach: () => {
        this.#taps = withoutOne(this.#taps, tell)
      },
    }
  }

  /** The only person at the terminal or pipe has gone. */
  hangUp(): void {
    this.#pipe.close()
    this.#pty?.hangUp()
  }

  #writer(stream: 'stdout' | 'stderr'): Writer {
    const write = (text: string): void => this.#write(stream, text)
    const { tellStamped } = this.#o
    if (tellStamped === undefined) return { write }
    return {
      write,
      writeStamped: (timeMs, rest) => {
        if (this.#taps === undefined) tellStamped(stream, timeMs, rest)
        else write(`${stamp(timeMs)}${rest}\n`)
      },
    }
  }

  #write(stream: 'stdout' | 'stderr', text: string): void {
    this.#o.tell(stream, text)
    for (const tell of allOf(this.#taps)) tell(stream, text)
  }
}
