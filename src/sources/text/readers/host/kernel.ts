import {
  isLsmodHeader,
  type KernelModule,
  moduleName,
  parseChecksystem,
  parseKernelOption,
  parseLinkKindError,
  parseLsmod,
  parseModuleError,
} from '#sources/formats/host/kernel-modules.ts'
import { isOsFiller, parseHostname, parseOsVersion } from '#sources/formats/host/os.ts'
import { parseToolVersions } from '#sources/formats/host/tool-versions.ts'
import { nodeOrPod, type Scope } from '#sources/text/reader.ts'
import { argumentsOf, lineReader, ofNode, type Told } from '#sources/text/readers/host/line-reader.ts'

/** `lsmod`, what modprobe refuses, `calicoctl node checksystem`, options of a kernel's configuration. */
export const kernelModulesReader = lineReader({
  format: 'kernel modules',
  relations: ['kernelModules', 'versions'],
  open: (scope) => {
    const wanted = argumentsOf(scope, 'modprobe')?.find((word) => /^[a-z]\w/.test(word))
    const link = argumentsOf(scope, 'ip')
    let sure = argumentsOf(scope, 'lsmod') !== undefined || scope.path === '/proc/modules'
    return {
      line: (text) => {
        if (isLsmodHeader(text)) {
          sure = true
          return []
        }
        const module =
          parseLsmod(text, { sure }) ??
          parseModuleError(text, wanted && moduleName(wanted)) ??
          parseLinkKindError(text, link)
        if (module !== undefined) return [moduleTold(module, scope), ...kernelOfFolder(text, scope)]
        const checked: Checked | undefined = parseChecksystem(text) ?? parseKernelOption(text)
        if (checked === undefined) return undefined
        return [
          ...(checked.module === undefined ? [] : [moduleTold(checked.module, scope)]),
          ...(checked.kernel === undefined ? [] : [kernelTold(checked.kernel, scope)]),
        ]
      },
    }
  },
})

interface Checked {
  readonly module?: KernelModule
  readonly kernel?: string
}

const moduleTold = (module: KernelModule, scope: Scope): Told => ({
  relation: 'kernelModules',
  row: { node: nodeOrPod(scope), ...module },
})

const kernelTold = (version: string, scope: Scope): Told => ({
  relation: 'versions',
  row: { of: 'kernel', version, ...ofNode(scope) },
})

/** modprobe looks in the folder of the kernel that runs. */
function kernelOfFolder(text: string, scope: Scope): readonly Told[] {
  const version = /in directory \/lib\/modules\/(?<version>\d[\w.+-]{2,80})/.exec(text)?.groups?.version
  return version === undefined ? [] : [kernelTold(version, scope)]
}

/** `uname`, os-release, `hostnamectl`: versions of the kernel and of the system. */
export const osVersionsReader = lineReader({
  format: 'versions of a host',
  relations: ['versions'],
  open: (scope) => {
    const asked = argumentsOf(scope, 'uname') !== undefined
    let hostname: string | undefined
    let isOpen = false
    return {
      line: (text) => {
        hostname = parseHostname(text) ?? hostname
        const found = parseOsVersion(text, asked && !isOpen)
        // The keys around a version also are anybody's words; they only count below one of their kind.
        if (found === undefined) return isOsFiller(text) ? [] : undefined
        isOpen = true
        const node = ofNode(scope).node ?? found.host ?? hostname
        const row = { of: found.of, version: found.version, ...(node !== undefined && { node }) }
        return [{ relation: 'versions', row }]
      },
    }
  },
})

/** What packet filters' programs say of themselves: which back-end of iptables a host or an image uses. */
export const toolVersionsReader = lineReader({
  format: 'versions of packet filters',
  relations: ['versions'],
  open: (scope) => ({
    line: (text) =>
      parseToolVersions(text)?.map(({ of, version }) => ({
        relation: 'versions',
        row: { of, version, ...ofNode(scope) },
      })),
  }),
})
