/** Blocks of text that was copied from a rendered page: headings are known by their words, lists by their bullets. */
import type { Block, Reading } from '#drill/replay/blocks.ts'
import { copiedText } from '#drill/replay/words.ts'

/** Lines that a page puts around its article. */
const furniture =
  /^(?:skip to (?:main )?content|back to top|table of contents|made with|material for mkdocs|copy(?:ied)? to clipboard)$/i

export function textBlocks(text: string): Reading {
  const blocks: Block[] = []
  const lines = text.split('\n').map((raw) => raw.trim().replace(/[¶#]$/, '').trimEnd())
  let open: Open | undefined
  const close = (): void => {
    if (open !== undefined) blocks.push(blockOf(open))
    open = undefined
  }

  for (let at = firstLine(lines); at < lines.length; at += 1) {
    const [words, line] = [lines[at] as string, at + 1]
    const level = headingLevel(words)
    if (words === '' || furniture.test(words)) close()
    else if (level !== undefined) {
      close()
      blocks.push({ kind: 'heading', level, text: copiedText(words), line })
    } else if (open === undefined || begins(words)) {
      close()
      open = { line, lines: [words] }
    } else open.lines.push(words)
  }
  close()
  return { blocks, notices: [] }
}

interface Open {
  readonly line: number
  readonly lines: string[]
}

/** A page that was copied whole has its contents before its article: the replay begins at the last title before Setup's points. */
function firstLine(lines: readonly string[]): number {
  const setup = lines.findIndex((line) => /^(?:[•·*-]\s*)?System context:/i.test(line))
  const titles = lines.flatMap((line, at) =>
    headingLevel(line) === 1 && (setup < 0 || at < setup) ? [at] : [],
  )
  return titles.length > 1 ? (titles.at(-1) as number) : 0
}

function headingLevel(line: string): number | undefined {
  if (line.length > 200) return undefined
  if (/^Incident Replay\s*:/i.test(line)) return 1
  if (/^(?:Setup|Damage Report|Cross-? ?References)$|^Round \d+(?:\s*:.*)?$/i.test(line)) return 2
  return /^If you (?:chose|choose) [A-Z](?:(?:\s*[,/]\s*| or | and )[A-Z])*\s*(?:\([^)]*\))?\s*:$/i.test(line)
    ? 3
    : undefined
}

const bullet = /^(?<marker>[•·◦▪‣*-]|\d{1,3}[.)])\s+(?=\S)/

/** Does this line begin something, though no empty line stands before it? */
const begins = (line: string): boolean =>
  bullet.test(line) ||
  /^\[(?:Result|Pressure cue)\s*:|^(?:What you see|Choose your action|Actions)\s*:/i.test(line)

function blockOf({ line, lines }: Open): Block {
  const text = lines.join('\n')
  const marker = bullet.exec(text)?.groups?.marker
  if (marker === undefined)
    return { kind: 'paragraph', text: copiedText(text), line, links: [], within: false }
  return {
    kind: 'item',
    marker: /\d/.test(marker) ? marker.replace(')', '.') : '-',
    text: copiedText(text.replace(bullet, '')),
    line,
    links: [],
    within: false,
  }
}
