import type { VersionRow } from '#cluster/relations.ts'

/**
 * The versions that references to Calico's images in a text tell: `docker.io/calico/node:v3.27.0`, mirrors that join the two
 * words (`rancher/mirrored-calico-node`) and the operator. Other images, digests and tags that are no version tell none.
 */
export const imageVersions = (text: string): readonly VersionRow[] =>
  /calico|tigera/.test(text)
    ? text.split(/[\s,;"'`()[\]<>=]+/).flatMap((word) => (word.includes(':') ? imageVersion(word) : []))
    : []

const reference =
  /^(?<path>[\w.-]{1,100}(?::\d{1,5}\/|\/|(?=:))[\w./-]{0,300}):(?<tag>(?:v|release-|master-?)?\d[\w.+-]{0,100})/

function imageVersion(word: string): readonly VersionRow[] {
  const m = reference.exec(word)?.groups
  const of = m?.path === undefined ? undefined : programOf(m.path)
  return of === undefined || m?.tag === undefined ? [] : [{ of, version: m.tag }]
}

function programOf(path: string): string | undefined {
  const [last = '', before = ''] = path.split('/').toReversed()
  if (before === 'tigera' && /^operator/.test(last)) return 'tigera-operator'
  if (/^tigera-operator/.test(last)) return 'tigera-operator'
  const joined = /(?:^|-)calico-(?<name>[a-z0-9-]{2,60})$/.exec(last)?.groups?.name
  if (joined !== undefined) return `calico/${joined}`
  return before === 'calico' || before.endsWith('-calico') ? `calico/${last}` : undefined
}
