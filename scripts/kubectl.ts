/**
 * Finds the kubectls that the end-to-end tests use: the one on the PATH, and an old one (1.20) that Debian packages,
 * unpacked into `.cache/` so that nobody's system is changed.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const cache = join(import.meta.dirname, '../.cache')
const unpacked = join(cache, 'kubernetes-client/usr/bin/kubectl')

export interface Kubectl {
  readonly path: string
  readonly version: string // 1.32.4
}

/** Every usable kubectl, oldest first; fetches Debian's on the first call. Empty where there is none. */
export function kubectls(): readonly Kubectl[] {
  if (!existsSync(unpacked)) fetchFromDebian()
  const found = [unpacked, 'kubectl'].flatMap((path) => {
    const version = versionOf(path)
    return version === undefined ? [] : [{ path, version }]
  })
  return found.sort((a, b) => a.version.localeCompare(b.version, 'en', { numeric: true }))
}

function versionOf(path: string): string | undefined {
  const { stdout } = spawnSync(path, ['version', '--client', '-o', 'json'], { encoding: 'utf8' })
  return /"gitVersion": "v([0-9.]+)/.exec(stdout ?? '')?.[1]
}

function fetchFromDebian(): void {
  const folder = join(cache, 'apt')
  const options = [
    `-oDir::State::Lists=${folder}/lists`,
    `-oDir::Cache=${folder}/cache`,
    '-oAPT::Sandbox::User=root',
  ]
  try {
    for (const each of ['lists/partial', 'cache/archives/partial', 'download'])
      mkdirSync(join(folder, each), { recursive: true })
    const quiet = { cwd: join(folder, 'download'), stdio: 'ignore' } as const
    execFileSync('apt-get', [...options, 'update'], quiet)
    execFileSync('apt-get', [...options, 'download', 'kubernetes-client'], quiet)
    const deb = readdirSync(join(folder, 'download')).find((name) => name.startsWith('kubernetes-client'))
    if (deb !== undefined) execFileSync('dpkg', ['-x', deb, join(cache, 'kubernetes-client')], quiet)
  } catch {
    // Not a Debian system, or no package source in reach: a kubectl on the PATH serves as well.
  }
}

if (import.meta.main) {
  const found = kubectls()
  for (const { path, version } of found) console.log(`kubectl ${version}: ${path}`)
  if (found.length === 0)
    console.log('no kubectl: install one, or run on a Debian system with a package source')
}
