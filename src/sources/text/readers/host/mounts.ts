import { parseMount } from '#sources/formats/host/mounts.ts'
import { nodeOrPod } from '#sources/text/reader.ts'
import { fileOf, lineReader } from '#sources/text/readers/host/line-reader.ts'

/** fstab, `mount`, `findmnt`, /proc/mounts, `df`. A container's own mounts are not its node's. */
export const mountsReader = lineReader({
  format: 'mounts',
  relations: ['mounts'],
  open: (scope) => {
    const shown = fileOf(scope) ?? ''
    return {
      line: (text) => {
        const mounts = parseMount(text, shown)
        return scope.pod !== undefined
          ? mounts && []
          : mounts?.map((mount) => ({ relation: 'mounts', row: { node: nodeOrPod(scope), ...mount } }))
      },
    }
  },
})
