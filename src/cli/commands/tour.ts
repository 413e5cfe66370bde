import type { AddCommand } from '#cli/commands/index.ts'

export const addTour: AddCommand = (program, io, exit) => {
  program
    .command('tour')
    .description('boot a lab, break it, diagnose it over its API, mend it, and prove that it is mended')
    .option('--seed <seed>', 'same seed, same tour', '1')
    .addHelpText(
      'after',
      '\nNothing outside this process is touched; the lab is gone when the tour ends.\n\nExamples:\n  npm start\n  ninelives tour --seed 7',
    )
    .action(async ({ seed }: { seed: string }) => {
      const { tour } = await import('#cli/tour.ts')
      exit(await tour({ seed, io }))
    })
}
