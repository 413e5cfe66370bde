import { parseBpfNat } from '#sources/formats/bpf-services.ts'
import { lineReader, ofNode } from '#sources/text/readers/host/line-reader.ts'

/** `calico-node -bpf nat dump`. Only Services that nobody stands behind become rows: the others say nothing. */
export const bpfNatReader = lineReader({
  format: 'Services in eBPF’s maps',
  relations: ['endpoints'],
  open: (scope) => ({
    line: (text) => {
      const found = parseBpfNat(text)
      if (found === undefined) return undefined
      if (found.front === undefined || found.count !== 0) return []
      return [
        {
          relation: 'endpoints',
          row: { namespace: '', name: found.front, addresses: [], seenBy: 'dataplane', ...ofNode(scope) },
        },
      ]
    },
  }),
})
