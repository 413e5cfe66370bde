import type { AddCommand } from '#cli/commands/index.ts'
import { checkedFormat } from '#cli/format.ts'

export const addModes: AddCommand = (program, io) => {
  program
    .command('modes')
    .description('list the failure modes that ninelives knows')
    .option('-o, --output <format>', 'text or json', 'text')
    .addHelpText('after', '\nExamples:\n  ninelives modes\n  ninelives modes -o json')
    .action(async ({ output }: { output: string }) => {
      const format = checkedFormat(output, ['text', 'json'])
      const { modes } = await import('#failures/generated/detectors.ts')
      const { remedies } = await import('#failures/generated/repairs.ts')
      const { faults } = await import('#failures/generated/faults.ts')
      const rows = modes.map(({ id, title, owner, maturity, symptoms, traffic }) => ({
        id,
        title,
        owner,
        maturity,
        repair: remedies[id] !== undefined,
        lab: faults[id] !== undefined,
        symptoms,
        traffic,
      }))
      if (format === 'json') return void io.stdout.write(`${JSON.stringify(rows, null, 2)}\n`)
      const width = Math.max(...rows.map(({ id }) => id.length))
      io.stdout.write(
        `${'MODE'.padEnd(width)}  ${'OWNER'.padEnd(11)} ${'PLAN'.padEnd(5)} ${'LAB'.padEnd(4)} TITLE\n`,
      )
      for (const { id, title, owner, repair, lab } of rows)
        io.stdout.write(
          `${id.padEnd(width)}  ${owner.padEnd(11)} ${(repair ? 'yes' : 'no').padEnd(5)} ${(lab ? 'yes' : 'no').padEnd(4)} ${title}\n`,
        )
      const evidenceOnly = rows.filter(({ maturity }) => maturity === 'evidence-only').length
      if (evidenceOnly > 0)
        io.stdout.write(`${evidenceOnly} of them the lab cannot carry: they are known from evidence only\n`)
    })
}
