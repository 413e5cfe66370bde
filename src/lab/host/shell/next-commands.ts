import { type ParsedScript, parse } from 'unbash'
import type { Io } from '#lab/host/shell/io.ts'
import { parseScript } from '#lab/host/shell/parse.ts'
import type { Shell } from '#lab/host/shell/state.ts'

/**
 * The next commands of the standard input that are whole: a line, or as many as quotes, here-documents and compound commands span.
 * What follows stays in the input, for the next call and for the commands themselves. `ask` is called before each line, with the prompt
 * that is due. Undefined at the end of the input.
 */
export async function nextCommands(
  shell: Shell,
  io: Io,
  ask: (prompt: 'PS1' | 'PS2') => void = () => {},
): Promise<ParsedScript | undefined> {
  let text = ''
  for (;;) {
    ask(text === '' ? 'PS1' : 'PS2')
    const line = await io.stdin.line(shell.p)
    if (!line.complete && line.text === '') return text === '' ? undefined : parseScript(text)
    if (text === '') shell.interrupted = false
    text += `${line.text}\n`
    const script = parseScript(text)
    if (!line.complete || !(isUnfinished(script) || spansMore(text))) return script
  }
}

/** Whether what is wrong with a text is that it ends too early. */
export const isUnfinished = ({ end, errors }: ParsedScript): boolean =>
  errors?.some(
    ({ message, pos }) =>
      message.startsWith('unterminated') || (message.startsWith('expected') && pos >= end),
  ) === true

const nextLine = 'of_another_line'

/** A here-document without its end, and a line that ends in a backslash, are no mistakes: they take in what follows. */
function spansMore(text: string): boolean {
  if (!text.includes('<<') && !text.endsWith('\\\n')) return false
  const command = parse(text + nextLine).commands.at(-1)?.command
  return !(command?.type === 'Command' && command.name?.text === nextLine && command.args.length === 0)
}
