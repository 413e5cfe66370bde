import type { Writer } from '#lab/host/ports.ts'
import type { Task } from '#lab/kernel/kernel.ts'
import { type LogLine, LogLines } from '#lab/runtime/log-lines.ts'

export type { LogLine } from '#lab/runtime/log-lines.ts'

export interface LogQuery {
  readonly tailLines?: number | undefined
  readonly sinceMs?: number | undefined
}

/**
 * What one container instance wrote, line by line with the time. Bounded: the oldest lines go, as the kubelet's rotation drops
 * them at 10 MiB × 5 files; the lab keeps {@link keptBytes}. Not imitated: the files under /var/log/pods, the CRI framing.
 */
export class ContainerLog {
  readonly #nowMs: () => number
  readonly #partial = { stdout: '', stderr: '' }
  readonly #followers = new Set<() => void>()
  readonly #lines = new LogLines()
  #dropped = 0
  #bytes = 0
  #ended = false

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  get ended(): boolean {
    return this.#ended
  }

  /** How many lines were ever written: the cursor at which a follower goes on. */
  get written(): number {
    return this.#dropped + this.#lines.length
  }

  writer(stream: 'stdout' | 'stderr'): Writer {
    return { write: (text) => this.#write(stream, text) }
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
      const told = (): void => wake()
      this.#followers.add(told)
      return () => this.#followers.delete(told)
    })
  }

  #write(stream: 'stdout' | 'stderr', text: string): void {
    const parts = (this.#partial[stream] + text).split('\n')
    this.#partial[stream] = parts.pop() ?? ''
    for (const part of parts) this.#add(stream, part)
    if (parts.length > 0) this.#tell()
  }

  #add(stream: 'stdout' | 'stderr', text: string): void {
    this.#lines.push({ timeMs: this.#nowMs(), stream, text })
    this.#bytes += text.length + lineOverhead
    if (this.#bytes > keptBytes) this.#trim()
  }

  #trim(): void {
    let drop = 0
    // A quarter at a time, so that trimming costs nothing per line.
    while (this.#bytes > keptBytes * 0.75) {
      this.#bytes -= this.#lines.at(drop).text.length + lineOverhead
      drop++
    }
    this.#lines.drop(drop)
    this.#dropped += drop
  }

  #tell(): void {
    const followers = [...this.#followers]
    this.#followers.clear()
    for (const told of followers) told()
  }
}

/** Bytes that one instance's log may hold. */
export const keptBytes = 512 * 1024

const lineOverhead = 32
