import { place, type Reader } from '#sources/text/reader.ts'

/**
 * What old calicoctl answers to `bgp node-mesh` (before 1.0) and `config get nodeToNodeMesh` (up to 2.x): `on` or `off`.
 *
 * @see projectcalico/calicoctl:calicoctl/commands/config.go
 */
export const meshCommandReader: Reader = {
  read(source, at, scope) {
    const value = source.lines[at]?.text.trim()
    if ((value !== 'on' && value !== 'off') || !asksForMesh.test(scope.command ?? '')) return undefined
    const row = {
      of: 'BGPConfiguration' as const,
      in: 'default',
      name: 'nodeToNodeMeshEnabled',
      value: String(value === 'on'),
    }
    return {
      lines: 1,
      format: 'calicoctl config',
      rows: [{ relation: 'settings', row, from: place(source, at, scope) }],
      covered: [{ relation: 'settings', coverage: { kind: 'partial' } }],
      notUnderstood: 0,
    }
  },
}

const asksForMesh = /\bcalicoctl (?:bgp node-mesh|config get nodeToNodeMesh)\s{0,8}$/
