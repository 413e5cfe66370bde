import type { Command } from 'commander'
import { addCompletion } from '#cli/commands/completion.ts'
import { addDiagnose } from '#cli/commands/diagnose.ts'
import { addDrill } from '#cli/commands/drill.ts'
import { addExplain } from '#cli/commands/explain.ts'
import { addLab } from '#cli/commands/lab.ts'
import { addModes } from '#cli/commands/modes.ts'
import { addRepair } from '#cli/commands/repair.ts'
import { addTour } from '#cli/commands/tour.ts'
import { addVersion } from '#cli/commands/version.ts'
import type { Io } from '#cli/io.ts'

/** Puts one command into the tree. Its action reports its exit code through `exit`. */
export type AddCommand = (program: Command, io: Io, exit: (code: number) => void) => void

export const commands: readonly AddCommand[] = [
  addDiagnose,
  addRepair,
  addLab,
  addDrill,
  addExplain,
  addModes,
  addTour,
  addVersion,
  addCompletion,
]
