import type { Command } from 'commander'
import type { Io } from '#cli/io.ts'
import { LabClient } from '#lab/serve/client.ts'
import { LabStates } from '#lab/serve/state.ts'

/** `--name N` on a command that speaks to one lab. */
export const withName = (command: Command): Command => command.option('--name <name>', 'which lab', 'default')

/** The running lab of that name, ready to be spoken to. */
export const labNamed = (name: string, io: Io): LabClient =>
  new LabClient(new LabStates(io.env).need(name), { signal: io.signal })
