import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { named } from '#cli/drill/files.ts'
import { verifyRecord } from '#cli/drill/game.ts'
import { lint } from '#cli/drill/lint.ts'
import type { Io } from '#cli/io.ts'
import { readRecord } from '#drill/play/record.ts'

/** Scenarios have their acceptance run; records are played again. Answers 0, or 5 where something is not so. */
export async function verify(
  { names, output }: { readonly names: readonly string[]; readonly output: 'text' | 'json' },
  io: Io,
): Promise<number> {
  const records = names.filter((name) => name.endsWith('.json'))
  const scenarios = names.filter((name) => !name.endsWith('.json'))
  let isGood = true
  for (const file of records) {
    const record = readRecord(readFileSync(resolve(io.cwd, file), 'utf8'), file)
    const drill = named(record.drill, io.cwd)
    if (drill.kind === 'scenario') isGood = (await verifyRecord(record, drill, io)) && isGood
  }
  const code = scenarios.length === 0 ? 0 : await lint({ names: scenarios, live: true, output }, io)
  return isGood ? code : 5
}
