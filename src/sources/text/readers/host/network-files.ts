import { networkLines } from '#sources/formats/host/network-files.ts'
import { fileOf, lineReader, ofNode } from '#sources/text/readers/host/line-reader.ts'

/** Files of systemd-networkd and NetworkManager, whole or cut. */
export const networkFilesReader = lineReader({
  format: 'files of a network manager',
  relations: ['settings'],
  spansBlanks: true,
  open: (scope) => {
    const path = fileOf(scope)
    const { line } = networkLines(path ?? '')
    return {
      line: (text) =>
        line(text)?.map((setting) => ({
          relation: 'settings',
          row: { ...setting, ...(path !== undefined && isOwn(path) && { in: path }), ...ofNode(scope) },
        })),
    }
  },
})

const isOwn = (path: string): boolean => /network/i.test(path)
