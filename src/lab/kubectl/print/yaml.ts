/** YAML as kubectl writes it: sigs.k8s.io/yaml with go-yaml's choice of quotes and folds (yaml.v2: encode.go, emitterc.go). */
import { Document, isScalar, Scalar, visit } from 'yaml'

/** An object's text, with its keys sorted. */
export function yamlText(value: unknown): string {
  const document = new Document(value, { sortMapEntries: true, aliasDuplicateObjects: false })
  visit(document, {
    Scalar: (_, node) => {
      if (isScalar(node) && typeof node.value === 'string') node.type = styleOf(node.value)
    },
  })
  return folded(document.toString({ indentSeq: false, lineWidth: 0, minContentWidth: 0, nullStr: 'null' }))
}

function styleOf(text: string): Scalar.Type {
  if (text === '') return Scalar.QUOTE_DOUBLE
  const literal = text.includes('\n')
  const special = /[\u0000-\u0009\u000b-\u001f\u007f]/.test(text) || / \n/.test(text)
  if (literal) return special || text.endsWith(' ') ? Scalar.QUOTE_DOUBLE : Scalar.BLOCK_LITERAL
  if (special || resolves(text)) return Scalar.QUOTE_DOUBLE
  return isPlain(text) ? Scalar.PLAIN : Scalar.QUOTE_SINGLE
}

/** Texts that would be read as something else: yaml.v2 resolve.go, and base 60 numbers. */
const resolves = (text: string): boolean =>
  /^(?:~|null|Null|NULL|true|True|TRUE|false|False|FALSE|y|Y|yes|Yes|YES|n|N|no|No|NO|on|On|ON|off|Off|OFF|<<)$/.test(
    text,
  ) ||
  /^[-+]?(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][-+]?\d+)?$/.test(text) ||
  /^[-+]?(?:0x[\da-fA-F_]+|0b[01_]+|0o?[0-7_]+)$/.test(text) ||
  /^[-+]?\.(?:inf|Inf|INF)$|^\.(?:nan|NaN|NAN)$/.test(text) ||
  /^[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.[\d_]*)?$/.test(text) ||
  /^\d{4}-\d\d?-\d\d?(?:[Tt ]\d\d?:\d\d:\d\d(?:\.\d*)?(?:Z| *[-+]\d\d?(?::?\d\d)?)?)?$/.test(text)

/** Whether the emitter may write it without quotes. */
const isPlain = (text: string): boolean =>
  !/^[-?:](?:\s|$)|^[#,[\]{}&*!|>'"%@`]|^(?:---|\.\.\.)/.test(text) &&
  !/:(?:\s|$)|\s#/.test(text) &&
  !/^\s|\s$/.test(text)

const widthBest = 80

/** Breaks long values at the first blank after the 80th column; block literals stay as they are. */
function folded(text: string): string {
  if (!/[^\n]{81}/.test(text)) return text
  let literal: number | undefined
  return text
    .split('\n')
    .map((line) => {
      const indent = line.length - line.trimStart().length
      if (literal !== undefined && (line === '' || indent > literal)) return line
      literal = /(?:^|: |- )\|[-+\d]*$/.test(line) ? indentOf(line) : undefined
      return line.length > widthBest ? fold(line) : line
    })
    .join('\n')
}

/** Where the key of a line stands, or the dash of an item that is no mapping. */
function indentOf(line: string): number {
  const [dashes = ''] = /^\s*(?:- )*/.exec(line) ?? []
  return isPair(line.slice(dashes.length)) || !dashes.endsWith('- ') ? dashes.length : dashes.length - 2
}

const isPair = (rest: string): boolean => /^(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^\s'"][^\s]*?):(?: |$)/.test(rest)

function fold(line: string): string {
  const blanks = ' '.repeat(indentOf(line) + 2)
  const lines: string[] = []
  let rest = line
  for (;;) {
    const at = rest.slice(widthBest + 1).search(/(?<! ) (?=[^ ])/)
    const place = at + widthBest + 1
    if (at < 0 || place >= rest.length - 2) return [...lines, rest].join('\n')
    lines.push(rest.slice(0, place))
    rest = `${blanks}${rest.slice(place + 1)}`
  }
}
