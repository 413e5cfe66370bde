import { existsSync, readFileSync } from 'node:fs'
import type { AddCommand } from '#cli/commands/index.ts'

export const addVersion: AddCommand = (program, io) => {
  program
    .command('version')
    .description('print the version')
    .option('-o, --output <format>', 'text or json', 'text')
    .addHelpText('after', '\nExamples:\n  ninelives version\n  ninelives version -o json')
    .action(({ output }: { output: string }) => {
      const version = versionText()
      io.stdout.write(
        output === 'json'
          ? `${JSON.stringify({ version, node: process.versions.node })}\n`
          : `ninelives ${version} (Node.js ${process.versions.node})\n`,
      )
    })
}

/** The package's version: beside the sources in a checkout, beside `dist/` in a published package. */
export function versionText(): string {
  for (const up of ['../../..', '..', '../..']) {
    const url = new URL(`${up}/package.json`, import.meta.url)
    if (!existsSync(url)) continue
    const { name, version } = JSON.parse(readFileSync(url, 'utf8')) as { name?: string; version?: string }
    if (name === 'ninelives' && version !== undefined) return version
  }
  return 'unknown'
}
