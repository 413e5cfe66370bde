/** YAML as kubectl writes it: sigs.k8s.io/yaml with go-yaml's choice of quotes (yaml.v2: encode.go, emitterc.go). */
import { Document, isScalar, Scalar, visit } from 'yaml'

/** An object's text, with its keys sorted. */
export function yamlText(value: unknown): string {
  const document = new Document(value, { sortMapEntries: true, aliasDuplicateObjects: false, version: '1.1' })
  visit(document, {
    Scalar: (_, node) => {
      if (isScalar(node) && typeof node.value === 'string') node.type = styleOf(node.value)
    },
  })
  return document.toString({
    indentSeq: false,
    lineWidth: 0,
    minContentWidth: 0,
    directives: false,
    nullStr: 'null',
  })
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
