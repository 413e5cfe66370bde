import { parseLoad } from '#sources/formats/host/load.ts'
import { lineReader, ofNode } from '#sources/text/readers/host/line-reader.ts'

/** How busy machines and pods are, as settings of `other` in `load`, or in the pod that `kubectl top` names. */
export const loadReader = lineReader({
  format: 'load of machines and pods',
  relations: ['settings'],
  open: (scope) => ({
    line: (text) =>
      parseLoad(text, scope.command ?? '')?.map(({ name, value, node, pod }) => ({
        relation: 'settings',
        row: {
          of: 'other',
          in: pod ?? 'load',
          name,
          value,
          ...ofNode(scope),
          ...(node !== undefined && { node }),
        },
      })),
  }),
})
