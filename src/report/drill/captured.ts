/** What was typed and what it printed, in a terminal that is too narrow for it. Nothing is left out; what goes on in the next line says so. */

/** A command goes on behind a `\`, as it would in a shell; between words where that is possible. */
export function commandLines(
  command: string,
  { first, width }: { readonly first: string; readonly width: number },
): readonly string[] {
  const inner = Math.max(4, width - first.length)
  const lines: string[] = []
  let left = command
  while (left.length > inner) {
    const indent = lines.length === 0 ? '' : '  '
    const room = inner - indent.length - 2
    const blank = left.lastIndexOf(' ', room)
    const at = blank > room / 3 ? blank : Math.max(1, room + 1)
    lines.push(`${indent}${left.slice(0, at)}${blank === at ? ' ' : ''}\\`)
    left = blank === at ? left.slice(at + 1) : left.slice(at)
    if (lines.length > 0 && left.length + 2 <= inner) break
  }
  lines.push(lines.length === 0 ? left : `  ${left}`)
  return lines.map((line) => `${first}${line}`)
}

/** Output goes on behind a `↪`; between columns where it has some, else between words. Only blanks where it breaks are lost. */
export function outputLines(
  line: string,
  { first, width }: { readonly first: string; readonly width: number },
): readonly string[] {
  const lines: string[] = []
  let left = line.trimEnd()
  for (;;) {
    const mark = lines.length === 0 ? '' : '↪ '
    const room = Math.max(2, width - first.length - mark.length)
    if (left.length <= room) return [...lines, `${first}${mark}${left}`.trimEnd()]
    const at = breakOf(left, room)
    lines.push(`${first}${mark}${left.slice(0, at).trimEnd()}`)
    left = left.slice(at).trimStart()
  }
}

/** At most `room`; not so early that the line would be nearly empty. */
function breakOf(line: string, room: number): number {
  const within = line.slice(0, room + 1)
  const places = [/\s{2,}/g, /\s+/g].map((gap) => [...within.matchAll(gap)].at(-1)?.index ?? 0)
  return places.find((at) => at > room / 3) ?? room
}
