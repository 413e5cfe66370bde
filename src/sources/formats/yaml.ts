import { parseDocument } from 'yaml'
import { parsePlainYaml } from '#sources/formats/plain-yaml.ts'

/** The first document of a text; what is broken in it costs itself. Undefined where nothing can be made of it. */
export function parseYaml(text: string): unknown {
  const plain = parsePlainYaml(text)
  return plain === undefined ? parseAnyYaml(text) : plain.value
}

function parseAnyYaml(text: string): unknown {
  try {
    const document = parseDocument(text, {
      logLevel: 'silent',
      prettyErrors: false,
      strict: false,
      uniqueKeys: false,
    })
    const value: unknown = document.toJS({ maxAliasCount: 50 })
    return value
  } catch {
    return undefined
  }
}
