/** `all nodes carry the label projectcalico.org/… = pre-operator`: labels of nodes told in words. */
import type { SettingRow } from '#cluster/relations/settings.ts'

/** The labels of Calico's that the words of one sentence give nodes, as settings that somebody told. */
export const labelsSaid = (words: readonly string[]): readonly SettingRow[] =>
  words.flatMap((word, at) => {
    const m = label.exec(word)?.groups
    const key = m?.key
    const value = m?.value ?? (key === undefined ? undefined : valueBehind(words, at))
    if (key === undefined || value === undefined || isLacking(words, at)) return []
    return [{ of: 'Node', in: 'told', name: `labels.${key}`, value }]
  })

const label =
  /^(?<key>[a-z0-9-]{0,40}\.?projectcalico\.org\/[a-z0-9._-]{1,63})(?:[=:](?<value>[a-z0-9][\w.-]{0,62}))?$/

/** `label … stuck in pre-operator`, `… is still "migrated"`. */
function valueBehind(words: readonly string[], at: number): string | undefined {
  const behind = words.slice(at + 1, at + 8)
  const next = behind.findIndex((word) => !linking.has(word))
  const value = behind[next]
  return next > 0 && value !== undefined && !lacking.has(value) && /^[a-z][a-z0-9-]{2,62}$/.test(value)
    ? value
    : undefined
}

const linking = new Set(
  ': = label is are was were still stuck stays stayed remains remained keeps in at on to with value set as equal equals of has have'.split(
    ' ',
  ),
)

const isLacking = (words: readonly string[], at: number): boolean =>
  words.slice(Math.max(0, at - 4), at).some((word) => lacking.has(word))
const lacking = new Set('no not without removed removing remove deleted missing'.split(' '))
