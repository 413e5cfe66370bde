import { existsSync, writeFileSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { Trouble } from '#base/trouble.ts'
import { replayIn, textNamed } from '#cli/drill/files.ts'
import type { Io } from '#cli/io.ts'
import { replayAsMarkdown } from '#drill/replay/as-markdown.ts'
import { scaffoldOf } from '#drill/scenario/scaffold.ts'

/** `drill import`: a replay in whatever form as clean Markdown, and by line what was not understood. */
export function importReplay(
  { from, to, output }: { readonly from: string; readonly to?: string; readonly output: 'md' | 'json' },
  io: Io,
): number {
  const replay = replayIn(textNamed(from, io.cwd), from)
  for (const { line, message } of replay.notices) io.stderr.write(`${from}:${line}: ${message}\n`)
  const text = output === 'json' ? `${JSON.stringify(replay, null, 2)}\n` : replayAsMarkdown(replay)
  written(text, to, io)
  const { rounds } = replay
  io.stderr.write(
    `"${replay.title}": ${rounds.length} rounds, ${rounds.reduce((sum, { choices }) => sum + choices.length, 0)} choices\n`,
  )
  return 0
}

/** `drill new`: a scenario to begin with, around a replay where one is given. */
export function newScenario(
  {
    id,
    from,
    mode,
    flavour,
  }: { readonly id: string; readonly from?: string; readonly mode?: string; readonly flavour?: string },
  io: Io,
): number {
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(id))
    throw new Trouble('bad-name', `"${id}" is no name for a drill`, {
      hint: 'write lower-case words joined by "-"',
    })
  const path = `${id}.md`
  const text = scaffoldOf({
    id,
    ...(from === undefined ? {} : { replay: replayIn(textNamed(from, io.cwd), basename(from)) }),
    ...(mode === undefined ? {} : { mode }),
    ...(flavour === undefined ? {} : { flavour }),
  })
  written(text, path, io)
  io.stderr.write(`${path} is written; what is in capitals is yours to say\nninelives drill lint ${path}\n`)
  return 0
}

/** Into a new file, or to standard output. What is there is not written over. */
function written(text: string, path: string | undefined, io: Io): void {
  if (path === undefined) return void io.stdout.write(text)
  const at = resolve(io.cwd, path)
  if (existsSync(at))
    throw new Trouble('file-exists', `${path} is there already`, {
      hint: 'name another file, or move it away',
    })
  writeFileSync(at, text)
}
