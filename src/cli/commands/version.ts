import { readFileSync } from 'node:fs'
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
    try {
      const text = readFileSync(new URL(`${up}/package.json`, import.meta.url), 'utf8')
      const parsed = JSON.parse(text) as { name?: string; version?: string }
      if (parsed.name === 'ninelives' && parsed.version !== undefined) return parsed.version
    } catch {}
  }
  return 'unknown'
}
