import { existsSync, readFileSync } from 'node:fs'
import type { AddCommand } from '#cli/commands/index.ts'
import { checkedFormat } from '#cli/format.ts'

export const addVersion: AddCommand = (program, io) => {
  program
    .command('version')
    .description('print the version')
    .option('-o, --output <format>', 'text or json', 'text')
    .addHelpText('after', '\nExamples:\n  ninelives version\n  ninelives version -o json')
    .action(({ output }: { output: string }) => {
      const format = checkedFormat(output, ['text', 'json'])
      io.stdout.write(
        format === 'json'
          ? `${JSON.stringify({ version: versionText(), node: process.versions.node })}\n`
          : `${versionLine()}\n`,
      )
    })
}

/** `ninelives 0.1.0 (Node.js 24.11.1)` */
export const versionLine = (): string => `ninelives ${versionText()} (Node.js ${process.versions.node})`

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
