import type { SettingRow } from '#cluster/relations.ts'
import { birdSettings, goesOnAsBirdConfig, startsBirdConfig } from '#sources/formats/bird-config.ts'
import { hidden } from '#sources/formats/objects/flatten.ts'
import type { ReadRow } from '#sources/reading.ts'
import { isBlank } from '#sources/text/lines.ts'
import { nodeOrPod, place, type Reader, type Scope, type Source } from '#sources/text/reader.ts'

/** BIRD's configuration, or statements that somebody cut out of it. A node's own: whose, the prompt or the pod says. */
export const birdConfigReader: Reader = {
  read(source, at, scope) {
    if (!startsBirdConfig(source.lines[at]?.text ?? '')) return undefined
    const lines = stretch(source, at)
    const found = birdSettings(source.lines.slice(at, at + lines).map(({ text }) => text))
    const rows = found.map(({ name, value, line }): ReadRow => {
      const quote = value === hidden ? `${name} ${hidden}` : undefined
      return {
        relation: 'settings',
        row: rowOf(name, value, scope),
        from: place(source, at + line, scope, quote === undefined ? {} : { quote }),
      }
    })
    return {
      lines,
      format: 'configuration of BIRD',
      rows,
      notUnderstood: rows.length === 0 ? lines : 0,
      covered: [{ relation: 'settings', coverage: { kind: 'partial' } }],
    }
  },
}

function rowOf(name: string, value: string, scope: Scope): SettingRow {
  const node = nodeOrPod(scope)
  return {
    of: 'bird',
    ...(scope.path !== undefined && { in: scope.path }),
    name,
    value,
    ...(node !== '' && { node }),
  }
}

function stretch(source: Source, at: number): number {
  let next = at + 1
  for (; next < source.lines.length; next++) {
    const text = source.lines[next]?.text ?? ''
    const below = source.lines[next + 1]?.text ?? ''
    if (isBlank(text) ? isBlank(below) || !goesOnAsBirdConfig(below) : !goesOnAsBirdConfig(text)) break
  }
  return next - at
}
