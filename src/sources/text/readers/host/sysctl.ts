import { parseSysctl, parseSysctlAbsent, type Sysctl, sysctlOfPath } from '#sources/formats/host/sysctl.ts'
import { nodeOrPod, type Scope } from '#sources/text/reader.ts'
import { fileOf, isInPod, lineReader, ofNode, type Told } from '#sources/text/readers/host/line-reader.ts'

/**
 * `sysctl`, files of sysctl.d, `cat /proc/sys/…`. What was read inside a pod has `in: 'pod/NAME'` (`pod/` where nobody said
 * which), what a file sets has the file there; only rows without `in` are a host's values as they are now.
 */
export const sysctlReader = lineReader({
  format: 'kernel parameters',
  relations: ['settings', 'kernelModules'],
  open: (scope, above) => {
    let file = fileOf(scope)
    // Only right below the command or the heading: any other number is somebody's.
    let value = above.includes(scope.path ?? '') ? sysctlOfPath(scope.path) : undefined
    return {
      line: (text) => {
        const heading = /^\s*\* Applying (?<path>\/\S{3,160}?) ?\.{0,3}$/.exec(text)?.groups?.path
        if (heading !== undefined) {
          file = heading
          return []
        }
        const absent = parseSysctlAbsent(text)
        if (absent !== undefined)
          return [
            {
              relation: 'kernelModules',
              row: { node: nodeOrPod(scope), name: absent.module, loaded: false, error: absent.error },
            },
          ]
        const found = parseSysctl(text) ?? bareValue(text, value)
        value = undefined
        return found === undefined ? undefined : [told(found, file, scope)]
      },
    }
  },
})

/** The one line that `cat` prints of a file in /proc/sys. */
const bareValue = (text: string, name: string | undefined): Sysctl | undefined =>
  name !== undefined && /^-?\d{1,20}(?:\s{1,8}\d{1,20}){0,3}$/.test(text) ? { name, value: text } : undefined

function told({ name, value, ...found }: Sysctl, file: string | undefined, scope: Scope): Told {
  const conf = found.file ?? (file !== undefined && /sysctl/.test(file) ? file : undefined)
  const pod = found.inPod ?? (isInPod(scope) ? scope.pod?.name : undefined)
  const where = pod === undefined ? conf : `pod/${pod}`
  return {
    relation: 'settings',
    row: { of: 'sysctl', name, value, ...(where !== undefined && { in: where }), ...ofNode(scope) },
  }
}
