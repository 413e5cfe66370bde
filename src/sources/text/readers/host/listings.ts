import { canonicalPath } from '#sources/formats/stat.ts'
import { isBlank } from '#sources/text/lines.ts'
import { promptScope } from '#sources/text/prompt.ts'
import { nodeOrPod, type Reader, type Scope, type Source } from '#sources/text/reader.ts'
import { lineReader, type Told } from '#sources/text/readers/host/line-reader.ts'

/**
 * `ls FOLDER` without `-l`: names alone. They count right below the command, or where they can only be files of
 * /etc/cni/net.d; anywhere else a few words are a sentence.
 */
export const listingsReader: Reader = {
  read: (source, at, scope) => (isBelowCommand(source, at, scope) ? below : lone).read(source, at, scope),
}

function isBelowCommand(source: Source, at: number, { command, path }: Scope): boolean {
  if (path === undefined || !/(?:^|[\s'"])ls\s/.test(command ?? '') || /\s-\w*[lR]/.test(command ?? ''))
    return false
  const before = source.lines[at - 1]?.text ?? ''
  return !isBlank(before) && promptScope(before) !== undefined
}

const format = { format: 'names of files', relations: ['hostPaths'] } as const

const below = lineReader({
  ...format,
  open: (scope) => {
    const folder = (scope.path ?? '').replace(/\/+$/, '')
    return {
      line: (text) => {
        const names = text.trim().split(/\s{1,40}/)
        // A terminal sets names at least two blanks apart; with one between them they must look like files.
        const isList = !/\S \S/.test(text) || names.every((name) => /[.\d_-]/.test(name))
        return isList && names.every(isFileName)
          ? names.map((name) => existing(`${folder}/${name}`, scope))
          : undefined
      },
    }
  },
})

const isFileName = (name: string): boolean => /^[\w@+.][\w@+.:~-]{0,200}(?<!:)$/.test(name)

const cniFolder = '/etc/cni/net.d'

const lone = lineReader({
  ...format,
  open: (scope) => ({
    line: (text) => {
      const m =
        /^\s*(?:(?:ls )?\/etc\/cni\/net\.d\/?:\s+)?(?<names>[\w.-]{2,80}(?:,?\s{1,10}[\w.-]{2,80}){0,20})$/.exec(
          text,
        )
      const names = m?.groups?.names?.split(/,?\s+/) ?? []
      if (
        names.some((name) => name.endsWith('.conflist') || /^\d\d-[\w.-]+\.conf$/.test(name)) &&
        names.every(isCniFile)
      )
        return names.map((name) => existing(`${cniFolder}/${name}`, scope))
      const path = /^\s*(?<path>\/(?:etc\/cni\/net\.d|opt\/cni\/bin)\/[\w.-]{2,80})$/.exec(text)?.groups?.path
      return path === undefined ? undefined : [existing(path, scope)]
    },
  }),
})

/** Names that occur there, so that two words and a file are not three files. */
const isCniFile = (name: string): boolean =>
  /\.(?:conf|conflist|kubeconfig|bak|json|conf_?\w{1,20})$|^(?:calico|multus|flannel|cilium|weave|whereabouts|nsx)[\w.-]*(?:kubeconfig|tls|\.d)$|^(?:whereabouts|multus)\.d$/.test(
    name,
  )

const existing = (path: string, scope: Scope): Told => ({
  relation: 'hostPaths',
  row: { node: nodeOrPod(scope), path: canonicalPath(path), exists: true },
})
