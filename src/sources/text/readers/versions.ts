import type { ReadRow } from '#sources/reading.ts'
import { place, type Reader } from '#sources/text/reader.ts'

/**
 * `calicoctl version` and `kubectl version`: both start alike, and what follows tells which it was.
 *
 * @see projectcalico/calico:calicoctl/calicoctl/commands/version.go
 * @see kubernetes/kubectl:pkg/cmd/version/version.go
 */
export const versionsReader: Reader = {
  read(source, at, scope) {
    let next = at
    while (line.test(source.lines[next]?.text ?? '')) next++
    if (next === at) return undefined
    const texts = source.lines.slice(at, next).map(({ text }) => text)
    const isCalico =
      texts.some((text) => /^\s*(?:Cluster (?:Version|Type)|Git commit):/.test(text)) ||
      /calicoctl/.test(scope.command ?? '')
    const rows = texts.flatMap((text, index): readonly ReadRow[] => {
      const [of, version] = versionOf(text, isCalico) ?? []
      if (of === undefined || version === undefined) return []
      return [{ relation: 'versions', row: { of, version }, from: place(source, at + index, scope) }]
    })
    return {
      lines: next - at,
      format: isCalico ? 'calicoctl version' : 'kubectl version',
      rows,
      covered: rows.length === 0 ? [] : [{ relation: 'versions', coverage: { kind: 'partial' } }],
    }
  },
}

const line =
  /^\s*(?:(?:Client|Server|Cluster|Kustomize) [Vv]ersion:\s+(?:v\d|version\.Info\{)|Cluster Type:\s|Git commit:\s)/

function versionOf(text: string, isCalico: boolean): readonly [of: string, version: string] | undefined {
  const m =
    /^\s*(?<who>Client|Server|Cluster) [Vv]ersion:\s+(?:.{0,200}?GitVersion:")?(?<version>v\d[\w.+-]{0,60})/.exec(
      text,
    )?.groups
  if (m?.version === undefined) return undefined
  if (m.who === 'Cluster') return ['calico', m.version]
  if (m.who === 'Server') return ['kubernetes', m.version]
  return [isCalico ? 'calicoctl' : 'kubectl', m.version]
}

/** `calicoctl node diags` tells what it collects, not what it found. */
export const diagsReader: Reader = {
  read(source, at) {
    let next = at
    while (diagsLine.test(source.lines[next]?.text ?? '')) next++
    return next === at ? undefined : { lines: next - at, format: 'calicoctl node diags', rows: [] }
  },
}

const diagsLine =
  /^(?:Collecting diagnostics$|Using temp dir: \/|Dumping (?:netstat|routes|iptables|ipsets?|ip |nft|BGP)\b|Copying (?:Calico logs|journal for)|Diags? saved to \/|Generating tarball|If required, you can upload the diagnostics bundle)/
