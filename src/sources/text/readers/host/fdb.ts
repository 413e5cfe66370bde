import { parseFdb } from '#sources/formats/host/fdb.ts'
import { argumentsOf, lineReader, ofNode } from '#sources/text/readers/host/line-reader.ts'

/** `bridge fdb`: whom a VXLAN device sends to, as settings of `fdb`: hardware address → node's address. */
export const fdbReader = lineReader({
  format: 'neighbours of a VXLAN device',
  relations: ['settings'],
  open: (scope) => {
    const words = argumentsOf(scope, 'bridge') ?? []
    const asked = words.includes('dev') ? words[words.indexOf('dev') + 1] : undefined
    return {
      line: (text) =>
        parseFdb(text, asked)?.map(({ mac, address }) => ({
          relation: 'settings',
          row: { of: 'other', in: 'fdb', name: mac, value: address, ...ofNode(scope) },
        })),
    }
  },
})
