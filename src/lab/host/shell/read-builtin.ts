import type { Builtin } from '#lab/host/shell/builtins.ts'

/** `read [-r] [-p PROMPT] NAME…`: one line; the last name gets the rest. Code 1 at the end of input. */
export const readBuiltin: Builtin = async (shell, args, io) => {
  let raw = false
  const names: string[] = []
  const left = [...args]
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    if (word === '-p') io.stderr.write(left.shift() ?? '')
    else if (word === '-t' || word === '-n' || word === '-d') left.shift()
    else if (/^-\w+$/.test(word)) raw ||= word.includes('r')
    else names.push(word)
  }
  let { text, complete } = await io.stdin.line(shell.p)
  while (!raw && complete && /(?<!\\)(\\\\)*\\$/.test(text)) {
    const next = await io.stdin.line(shell.p)
    text = text.slice(0, -1) + next.text
    complete = next.complete
  }
  const line = raw ? text : text.replaceAll(/\\(.)/gs, '$1')
  distribute(line, names.length === 0 ? ['REPLY'] : names, {
    separators: shell.text('IFS') ?? ' \t\n',
    set: (name, value) => shell.set(name, value),
  })
  return complete ? 0 : 1
}

function distribute(
  line: string,
  names: readonly string[],
  o: { readonly separators: string; readonly set: (name: string, value: string) => void },
): void {
  if (o.separators === '') {
    for (const [at, name] of names.entries()) o.set(name, at === 0 ? line : '')
    return
  }
  const set = o.separators.replaceAll(/[\]\\^-]/g, '\\$&')
  const blanks = [...o.separators].filter((c) => /\s/.test(c)).join('')
  const isBlank = blanks.length === o.separators.length
  const edge = new RegExp(`^[${blanks}]+|[${blanks}]+$`, 'g')
  const separator = new RegExp(isBlank ? `[${set}]+` : `[${set}]`)
  let rest = blanks === '' ? line : line.replace(edge, '')
  for (const [at, name] of names.entries()) {
    const found = at < names.length - 1 ? separator.exec(rest) : null
    o.set(name, found === null ? rest : rest.slice(0, found.index))
    rest = found === null ? '' : rest.slice(found.index + found[0].length)
  }
}
