import type { FileKind } from '#lab/host/ports.ts'

const kindLetters: Readonly<Record<FileKind, string>> = {
  file: '-',
  directory: 'd',
  symlink: 'l',
  socket: 's',
  device: 'c',
}

/** `drwxr-xr-x`. */
export function modeText(kind: FileKind, mode: number): string {
  const triple = (shift: number, special: number, letter: string): string => {
    const bits = (mode >> shift) & 7
    const x = (bits & 1) !== 0
    const last = (mode & special) === 0 ? (x ? 'x' : '-') : x ? letter : letter.toUpperCase()
    return `${bits & 4 ? 'r' : '-'}${bits & 2 ? 'w' : '-'}${last}`
  }
  return `${kindLetters[kind]}${triple(6, 0o4000, 's')}${triple(3, 0o2000, 's')}${triple(0, 0o1000, 't')}`
}

const who: Readonly<Record<string, number>> = { u: 0o4700, g: 0o2070, o: 0o1007, a: 0o7777 }
const what: Readonly<Record<string, number>> = { r: 0o444, w: 0o222, x: 0o111, s: 0o6000, t: 0o1000 }

/** The mode that `text` (octal, or symbolic as in `u+x,go-w`) makes of `before`; `undefined` when it is none. */
export function changedMode(text: string, before: number, isDirectory: boolean): number | undefined {
  if (/^[0-7]{1,5}$/.test(text)) {
    const mode = Number.parseInt(text, 8)
    return mode > 0o7777 ? undefined : mode
  }
  let mode = before
  for (const clause of text.split(',')) {
    const [, people, actions] = /^([ugoa]*)((?:[-+=][rwxXstugo]*)+)$/.exec(clause) ?? []
    if (people === undefined || actions === undefined) return undefined
    // Without "who" it is everybody, less the umask.
    const mask =
      people === '' ? 0o7777 & ~0o022 : [...people].reduce((all, each) => all | (who[each] ?? 0), 0)
    for (const [, operator, letters = ''] of actions.matchAll(/([-+=])([rwxXstugo]*)/g)) {
      const bits = bitsOf(letters, mode, isDirectory) & mask
      if (operator === '+') mode |= bits
      else if (operator === '-') mode &= ~bits
      else mode = (mode & ~(mask & 0o777)) | bits
    }
  }
  return mode
}

function bitsOf(letters: string, mode: number, isDirectory: boolean): number {
  let bits = 0
  for (const letter of letters) {
    if (letter === 'X') bits |= isDirectory || (mode & 0o111) !== 0 ? 0o111 : 0
    else if (letter === 'u') bits |= ((mode >> 6) & 7) * 0o111
    else if (letter === 'g') bits |= ((mode >> 3) & 7) * 0o111
    else if (letter === 'o') bits |= (mode & 7) * 0o111
    else bits |= what[letter] ?? 0
  }
  return bits
}
