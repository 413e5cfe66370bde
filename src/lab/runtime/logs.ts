import { allOf, type Few, withOne, withoutOne } from '#base/few.ts'
import type { DiskSpace, Writer } from '#lab/host/ports.ts'
import type { Task } from '#lab/kernel/kernel.ts'
import { type LogLine, LogLines, stamp, stampLength } from '#lab/runtime/log-lines.ts'
import { LogRoom } from '#lab/runtime/log-room.ts'

export type { LogLine } from '#lab/runtime/log-lines.ts'

export interface LogQuery {
  readonly tailLines?: number | undefined
  readonly sinceMs?: number | undefined
}

/**
 * Whether it can be read: its file has a name, has lost it, or has lost even the directory in which it would get it again.
 */
export type LogPlace = 'named' | 'unlinked' | 'homeless'

/** Lines of a log in a file. */
export interface Written {
  /** When the last one came; 0 while there is none. */
  readonly changedMs: number
  lines(): readonly LogLine[]
  measure(max: number): ReturnType<LogLines['measure']>
}

/** Who wants to know of logs that grow: the kubelet, which rotates them. */
export interface GrowthWatch {
  maxBytes: number
  /** A log holds that much or more; told with each further line. */
  tell(): void
}

/**
 * What one container instance wrote, line by line with the time. Its file is made when somebody looks (`log-files.ts`). Bounded, for
 * nobody may be there who rotates it: the oldest lines go. Not imitated: that they stay. Who follows does not hear what a file without a
 * name gets.
 */
export class ContainerLog implements Written {
  readonly #nowMs: () => number
  readonly #watch: GrowthWatch | undefined
  readonly #frame: number
  readonly #partial = { stdout: '', stderr: '' }
  #followers: Few<() => void>
  #lines = new LogLines()
  #room: LogRoom | undefined
  #dropped = 0
  #bytes = 0
  #ended = false
  #place: LogPlace = 'named'
  #emptiedMs = 0

  /** `frame`: bytes that a line takes in the file beside its text. `disk`: where the file takes room. */
  constructor(
    nowMs: () => number,
    o: {
      readonly watch?: GrowthWatch | undefined
      readonly frame?: number
      readonly disk?: Pick<DiskSpace, 'claim'>
    } = {},
  ) {
    this.#nowMs = nowMs
    this.#watch = o.watch
    this.#frame = o.frame ?? 41
    this.#room = o.disk && new LogRoom(o.disk)
  }

  /** How large its file is, a letter counted as a byte. */
  get bytes(): number {
    return this.#bytes
  }

  get ended(): boolean {
    return this.#ended
  }

  get place(): LogPlace {
    return this.#place
  }

  /** When it last changed; 0 while nothing has come. */
  get changedMs(): number {
    const { length } = this.#lines
    return Math.max(this.#emptiedMs, length === 0 ? 0 : this.#lines.at(length - 1).timeMs)
  }

  /** See {@link LogLines.measure}. */
  measure(max: number): ReturnType<LogLines['measure']> {
    return this.#lines.measure(max)
  }

  /** ftruncate(2): nothing older is there any more. */
  empty(): void {
    this.#dropped += this.#lines.length
    this.#lines.drop(this.#lines.length)
    this.#bytes = 0
    this.#room?.hold(0)
    this.#emptiedMs = this.#nowMs()
  }

  /** The room that its file takes: now that of who has it, while what comes takes some of its own. */
  handOverRoom(): LogRoom | undefined {
    const room = this.#room
    this.#room = room?.another()
    return room
  }

  /** Its file is gone with its container: nothing takes room any more. */
  releaseRoom(): void {
    this.#room?.hold(0)
    this.#room = undefined
  }

  /** Its file gets another name, and an empty one its own; answers what the old one holds. */
  rotate(): Written {
    const lines = this.#lines
    const { changedMs } = this
    this.#lines = new LogLines()
    this.#dropped += lines.length
    this.#bytes = 0
    this.#emptiedMs = this.#nowMs()
    return { changedMs, lines: () => lines.from(0), measure: (max) => lines.measure(max) }
  }

  /** unlink(2). What is written from now on goes where nobody can read it. */
  unlink(place: Exclude<LogPlace, 'named'>): void {
    if (this.#place === 'homeless') return
    this.empty()
    this.#place = place
  }

  /** CRI's ReopenContainerLog: an empty file under the old name. */
  reopen(): void {
    if (this.#place === 'unlinked' && !this.#ended) this.#place = 'named'
  }

  /** How many lines were ever written: the cursor at which a follower goes on. */
  get written(): number {
    return this.#dropped + this.#lines.length
  }

  writer(stream: 'stdout' | 'stderr'): Writer {
    return {
      write: (text) => this.#write(stream, text),
      writeStamped: (timeMs, rest) => this.#writeStamped(stream, timeMs, rest),
    }
  }

  /** The container has ended: an unfinished line is a line, followers are let go. */
  end(): void {
    for (const stream of ['stdout', 'stderr'] as const) {
      if (this.#partial[stream] !== '') this.#add(stream, this.#partial[stream])
      this.#partial[stream] = ''
    }
    this.#ended = true
    this.#tell()
  }

  lines({ tailLines, sinceMs }: LogQuery = {}): readonly LogLine[] {
    const first = sinceMs === undefined ? 0 : this.#lines.firstSince(sinceMs)
    return this.#lines.from(tailLines === undefined ? first : Math.max(first, this.#lines.length - tailLines))
  }

  /** Lines from `cursor` on, as {@link written} counts them. */
  from(cursor: number): readonly LogLine[] {
    return this.#lines.from(Math.max(0, cursor - this.#dropped))
  }

  /** Resolves at the next line or at the end. */
  changed(by: Task): Promise<void> {
    return by.wait<void>((wake) => {
      this.#followers = withOne(this.#followers, wake)
      return () => {
        this.#followers = withoutOne(this.#followers, wake)
      }
    })
  }

  #write(stream: 'stdout' | 'stderr', text: string): void {
    // Most programs write one whole line at a time.
    if (this.#partial[stream] === '' && text.indexOf('\n') === text.length - 1 && text !== '') {
      this.#add(stream, text.slice(0, -1))
      this.#tell()
      return
    }
    const parts = (this.#partial[stream] + text).split('\n')
    this.#partial[stream] = parts.pop() ?? ''
    for (const part of parts) this.#add(stream, part)
    if (parts.length > 0) this.#tell()
  }

  #add(stream: 'stdout' | 'stderr', text: string): void {
    if (this.#place !== 'named' || !this.#fits(text.length)) return
    this.#lines.push({ timeMs: this.#nowMs(), stream, text })
    this.#grow(text.length)
  }

  #writeStamped(stream: 'stdout' | 'stderr', timeMs: number, rest: string): void {
    // What stands before it may be unfinished, and the writer's clock may not be the runtime's.
    if (this.#partial[stream] !== '' || timeMs !== this.#nowMs() || rest.includes('\n')) {
      this.#write(stream, `${stamp(timeMs)}${rest}\n`)
      return
    }
    if (this.#place === 'named' && this.#fits(stampLength + rest.length)) {
      this.#lines.pushStamped({ timeMs, stream }, rest)
      this.#grow(stampLength + rest.length)
    }
    this.#tell()
  }

  /**
   * Whether the disk takes the line; what it does not take is lost, and the container hears nothing of it (containerd/containerd:pkg/cri/io/logger.go,
   * redirectLogs). Not imitated: that a part of it may fit, and what the runtime logs.
   */
  #fits(length: number): boolean {
    return this.#room?.hold(this.#bytes + this.#sizeOf(length)) ?? true
  }

  #grow(length: number): void {
    this.#bytes += this.#sizeOf(length)
    if (this.#watch !== undefined && this.#bytes >= this.#watch.maxBytes) this.#watch.tell()
    if (this.#bytes > keptBytes) this.#trim()
  }

  #sizeOf(length: number): number {
    return length + (length <= pieceMax ? 1 : Math.ceil(length / pieceMax)) * this.#frame
  }

  #trim(): void {
    let drop = 0
    // A quarter at a time, so that trimming costs nothing per line.
    while (this.#bytes > keptBytes * 0.75) {
      this.#bytes -= this.#sizeOf(this.#lines.at(drop).text.length)
      drop++
    }
    this.#lines.drop(drop)
    this.#dropped += drop
    this.#room?.hold(this.#bytes)
  }

  #tell(): void {
    const followers = this.#followers
    this.#followers = undefined
    for (const told of allOf(followers)) told()
  }
}

/** Bytes that one instance's log may hold: more than three times of what the kubelet leaves it. */
export const keptBytes = 32 * 1024 * 1024

/** containerd cuts longer lines to pieces (pkg/cri/config: max_container_log_line_size). */
export const pieceMax = 16_384
