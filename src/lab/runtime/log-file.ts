import { gzipSync } from 'node:zlib'
import { byteLengthOf, bytesOfText, textOfBytes } from '#base/bytes.ts'
import { rfc3339Micro } from '#base/clock.ts'
import type { Stat } from '#lab/host/ports.ts'
import { type FileSystem, Inode } from '#lab/host/vfs.ts'
import { LogRoom } from '#lab/runtime/log-room.ts'
import { ContainerLog, type LogLine, pieceMax, type Written } from '#lab/runtime/logs.ts'

/** What makes the files differ between runtimes: how UTC ends a time. */
export interface LogFormat {
  readonly utc: 'Z' | '+00:00'
}

/**
 * One container's log as a file, made up when it is read. Once it has lost its name it is what it was then; once it was rotated it keeps its
 * lines.
 */
export class LogFile extends Inode {
  readonly #format: LogFormat
  readonly #createdMs: number
  #log: Written | undefined
  #left = ''
  /** While a container writes it, the log has it. */
  #room: LogRoom | undefined
  #isReleased = false

  constructor(
    fs: FileSystem,
    o: { readonly log: Written; readonly createdMs: number; readonly format: LogFormat },
  ) {
    super(fs, 'file', { mode: 0o640 })
    this.#log = o.log
    this.#createdMs = o.createdMs
    this.#format = o.format
  }

  override get text(): string {
    if (this.#log === undefined) return this.#left
    return this.#log
      .lines()
      .map((line) => framed(line, this.#format))
      .join('')
  }

  override get size(): number {
    if (this.#log === undefined) return byteLengthOf(this.#left)
    const { bytes, pieces } = this.#log.measure(pieceMax)
    return bytes + pieces * frameLength(this.#format)
  }

  /** open(2) with O_TRUNC. */
  override setText(text: string): void {
    if (this.#log instanceof ContainerLog) this.#log.empty()
    else {
      this.#log = undefined
      this.#left = text
      this.#room?.hold(this.size)
    }
    this.fs.host.moved()
  }

  override appendText(text: string): void {
    if (this.#log instanceof ContainerLog) return
    this.#left = this.text + text
    this.#log = undefined
    this.#room?.hold(this.size)
  }

  override padTo(): void {}

  override release(): void {
    this.#isReleased = true
    this.#room?.hold(0)
  }

  override stat(): Stat {
    const mtimeMs = this.#log === undefined ? this.mtimeMs : Math.max(this.#createdMs, this.#log.changedMs)
    return { ...super.stat(), mtimeMs }
  }

  detach(): void {
    const { mtimeMs } = this.stat()
    this.#left = this.text
    this.mtimeMs = mtimeMs
    if (this.#log instanceof ContainerLog) this.#keepRoom(this.#log)
    this.#log = undefined
  }

  /** The container writes elsewhere from now on; this has what it wrote so far. */
  rotated(log: ContainerLog): void {
    this.#keepRoom(log)
    this.#log = log.rotate()
  }

  #keepRoom(log: ContainerLog): void {
    this.#room = log.handOverRoom()
    if (this.#isReleased) this.#room?.hold(0)
  }
}

/** A rotated file as the kubelet packs it. */
export class PackedLog extends Inode {
  #bytes: Buffer
  readonly #room: LogRoom

  constructor(fs: FileSystem, log: Inode) {
    super(fs, 'file', { mode: log.mode })
    this.#bytes = gzipSync(bytesOfText(log.text))
    this.#room = new LogRoom(fs)
    this.#room.hold(this.size)
  }

  override get text(): string {
    return textOfBytes(this.#bytes)
  }

  override get size(): number {
    return this.#bytes.length
  }

  override setText(text: string): void {
    this.#bytes = bytesOfText(text)
    this.#room.hold(this.size)
    this.fs.host.moved()
  }

  override appendText(text: string): void {
    this.#bytes = Buffer.concat([this.#bytes, bytesOfText(text)])
    this.#room.hold(this.size)
  }

  override padTo(): void {}

  override release(): void {
    this.#room.hold(0)
  }
}

/**
 * One line as the runtime writes it: containerd/containerd:pkg/cri/io/logger.go (redirectLogs), containers/conmon:src/ctr_logging.c
 * (write_k8s_log).
 */
function framed({ timeMs, stream, text }: LogLine, format: LogFormat): string {
  const head = `${logTime(timeMs, format)} ${stream}`
  let left = text
  let pieces = ''
  for (; left.length > pieceMax; left = left.slice(pieceMax))
    pieces += `${head} P ${left.slice(0, pieceMax)}\n`
  return `${pieces}${head} F ${left}\n`
}

/** Bytes of a line in the file beside its text. */
export const frameLength = (format: LogFormat): number =>
  framed({ timeMs: 0, stream: 'stdout', text: '' }, format).length

/** Nine digits, of which the lab knows three: `2026-01-07T06:30:00.123000000Z`. */
const logTime = (ms: number, { utc }: LogFormat): string => rfc3339Micro(ms).replace('Z', `000${utc}`)
