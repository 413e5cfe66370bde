import { attempt } from '#lab/host/commands/cli.ts'
import type { Process } from '#lab/host/ports.ts'
import { readAll } from '#lab/host/process/streams.ts'
import { LineReader } from '#lab/host/shell/io.ts'

/** One input's text: a file, or the standard input for `-`. Tells why not as `NAME: why`, or as `tell` words it. */
export function inputText(
  p: Process,
  path: string,
  tell: (path: string, message: string) => string = (name, message) => `${name}: ${message}`,
): Promise<string | undefined> {
  if (path === '-') return readAll(p)
  return attempt(
    p,
    () => p.files.read(path),
    ({ message }) => tell(path, message),
  )
}

/** Lines without their ends; a missing end of the last line is no further line. */
export function linesOf(text: string): string[] {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines
}

/** A line without its end. `complete`: it had one; only the last of an input may lack it. */
export interface Line {
  readonly text: string
  readonly complete: boolean
}

/**
 * Gives each line of an input to `take`, those of the standard input (`-`) as they come, until it answers `false`. Answers whether the
 * input could be read; why not is told as {@link inputText} does. Not imitated: that what a filter writes into a pipe waits until there
 * are 4 KiB of it (`--line-buffered`, `-u`).
 */
export async function eachLine(
  p: Process,
  path: string,
  take: (line: Line) => boolean,
  tell?: (path: string, message: string) => string,
): Promise<boolean> {
  if (path === '-') {
    await eachComing(p, take)
    return true
  }
  const text = await inputText(p, path, tell)
  if (text !== undefined) eachOf(text, take)
  return text !== undefined
}

async function eachComing(p: Process, take: (line: Line) => boolean): Promise<void> {
  const input = LineReader.of(p.stdin)
  for (;;) {
    const line = await input.line(p)
    if (!line.complete && line.text === '') return
    if (!take(line)) return
  }
}

/** The same for lines of a text. */
export function eachOf(text: string, take: (line: Line) => boolean): void {
  for (let from = 0; from < text.length; ) {
    const end = text.indexOf('\n', from)
    const complete = end >= 0
    if (!take({ text: text.slice(from, complete ? end : undefined), complete })) return
    from = complete ? end + 1 : text.length
  }
}
