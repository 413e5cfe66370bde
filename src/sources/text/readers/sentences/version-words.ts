/** `Kubernetes 1.27 with Calico 3.26 on kernel 5.15`: versions that people tell of what they run. */
import type { VersionRow } from '#cluster/relations/versions.ts'

/** What runs in which version, by the words of one sentence; not what was fixed where, or comes from where. */
export const versionsSaid = (words: readonly string[]): readonly VersionRow[] =>
  words.flatMap((word, at) => {
    const of = programs.get(word)
    if (of === undefined) return []
    const behind = words.slice(at + 1, at + 1 + reach)
    const version = behind[behind.findIndex((one) => !linking.has(one))]
    const isElse = words.slice(Math.max(0, at - 3), at + reach).some((one) => elsewhere.has(one))
    if (version === undefined || isElse || !formOf(of).test(version)) return []
    return [{ of, version: of === 'kernel' ? version : `v${version.replace(/^v/, '')}` }]
  })

const reach = 3

const formOf = (of: string): RegExp =>
  of === 'calico'
    ? /^v?3\.\d{1,2}(?:\.\d{1,3})?$/
    : of === 'kubernetes'
      ? /^v?1\.[123]\d(?:\.\d{1,3})?$/
      : /^[3-6]\.\d{1,2}(?:\.\d{1,3}(?:-[\w.-]{1,40})?)?$/

const programs: ReadonlyMap<string, string> = new Map([
  ['calico', 'calico'],
  ['calico-node', 'calico'],
  ['kubernetes', 'kubernetes'],
  ['kernel', 'kernel'],
])

const linking = new Set('version : is = on in at v runs run release'.split(' '))
/** An upgrade, a fix, a wish, a comparison: of two versions one does not run. */
const elsewhere = new Set(
  'from to since before after until fixed fix not newer older least than upgrade upgraded upgrading downgraded requires needs > < >= <= below above prior later'.split(
    ' ',
  ),
)
