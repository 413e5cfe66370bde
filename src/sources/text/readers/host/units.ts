import { systemctlLines } from '#sources/formats/host/systemctl.ts'
import { nodeOrPod } from '#sources/text/reader.ts'
import { argumentsOf, lineReader } from '#sources/text/readers/host/line-reader.ts'

/** `systemctl status`, `list-units`, `is-active`, `show`. */
export const unitsReader = lineReader({
  format: 'systemd units',
  relations: ['units'],
  open: (scope) => {
    const { line } = systemctlLines(argumentsOf(scope, 'systemctl') ?? [])
    return {
      line: (text) =>
        line(text)?.map((unit) => ({ relation: 'units', row: { node: nodeOrPod(scope), ...unit } })),
    }
  },
})
