/** Data of ConfigMaps and Secrets: `--from-literal`, `--from-file`, `--from-env-file`. */
import { bool, texts } from '#lab/kubectl/flags.ts'
import { NoFile } from '#lab/kubectl/ports.ts'
import type { Run } from '#lab/kubectl/run.ts'
import { KubectlError } from '#lab/kubectl/trouble.ts'

export const sourceFlags = [
  texts('from-literal'),
  texts('from-file'),
  texts('from-env-file'),
  bool('append-hash'),
]

export async function fileText({ ports }: Run, path: string): Promise<string> {
  try {
    return await ports.read(path)
  } catch (error) {
    if (!(error instanceof NoFile)) throw error
    throw new KubectlError(`error reading ${path}: ${error.message}`)
  }
}

/** What the flags say. */
export async function dataOf(run: Run): Promise<{ readonly [key: string]: string }> {
  const { flags } = run
  const data: Record<string, string> = {}
  const put = (key: string, value: string): void => {
    if (key in data)
      throw new KubectlError(`cannot add key ${JSON.stringify(key)}, another key by that name already exists`)
    data[key] = value
  }
  for (const word of flags.all('from-file')) {
    const at = word.indexOf('=')
    const path = at < 0 ? word : word.slice(at + 1)
    put(at < 0 ? (path.split('/').at(-1) ?? '') : word.slice(0, at), await fileText(run, path))
  }
  for (const word of flags.all('from-literal')) {
    if (!word.includes('=') || word.startsWith('='))
      throw new KubectlError(`invalid literal source ${word}, expected key=value`)
    put(
      word.slice(0, word.indexOf('=')),
      word.slice(word.indexOf('=') + 1).replaceAll(/^(['"])(.*)\1$/g, '$2'),
    )
  }
  for (const path of flags.all('from-env-file'))
    for (const line of (await fileText(run, path)).split('\n'))
      if (/^\s*[^#\s]/.test(line))
        put(line.slice(0, line.indexOf('=')).trim(), line.slice(line.indexOf('=') + 1))
  return data
}
