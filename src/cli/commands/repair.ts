import { mkdirSync } from 'node:fs'
import { homedir, hostname, userInfo } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import type { RepairAppEvent } from '#app/repair.ts'
import { rfc3339 } from '#base/clock.ts'
import { Trouble } from '#base/trouble.ts'
import type { AddCommand } from '#cli/commands/index.ts'
import { checkedFormat } from '#cli/format.ts'
import type { Io } from '#cli/io.ts'
import { paletteFor } from '#cli/palette.ts'
import { RepairScreen } from '#cli/repair-screen.ts'
import { lookingOptions, openTarget, type Target, type TargetOptions, withTarget } from '#cli/target.ts'
import type { Disruption } from '#repair/types.ts'

interface RepairCommandOptions extends TargetOptions {
  readonly apply: boolean
  readonly goal: string
  readonly yes: boolean
  readonly confirm?: string
  readonly maxDisruption?: string
  readonly node?: string
  readonly offers: boolean
  readonly override: readonly string[]
  readonly deep: boolean
  readonly output: string
}

export const addRepair: AddCommand = (program, io, exit) => {
  withTarget(program.command('repair'))
    .description('plan the repair of what diagnose finds; with --apply carry it out and verify it')
    .option('--apply', 'act, after the name of the cluster was confirmed', false)
    .option('--confirm <cluster>', 'confirm the name of the cluster beforehand (its context, or the lab)')
    .option('--yes', 'a lab only: confirm without being asked', false)
    .option(
      '--goal <goal>',
      'restore (only that it works again counts) or rca (nothing before the data is gathered)',
      'restore',
    )
    .option('--max-disruption <what>', 'what the repair may cost: none, pod or node')
    .option('--node <node>', 'only this node')
    .option('--offers', 'also carry out what the plan offers on other nodes', false)
    .option(
      '--override <guard>',
      'go on although this guard refuses; repeatable',
      (value: string, before: readonly string[]) => [...before, value],
      [],
    )
    .option('--no-deep', 'plan from API objects and logs alone')
    .option('-o, --output <format>', 'text or json', 'text')
    .addHelpText(
      'after',
      `
Without --apply nothing is changed. Exit codes with --apply: 0 mended and verified · 4 refused by a guard · 5 a step or the
verification failed. What was done is written to a journal before and after each step.

Examples:
  ninelives repair --lab                        the plan
  ninelives repair --lab --apply --yes          carried out on the lab
  ninelives repair --context prod --apply       asks for the name of the context first`,
    )
    .action(async (options: RepairCommandOptions) => {
      const format = checkedFormat(options.output, ['text', 'json'])
      const target = await openTarget(options, io)
      try {
        exit(await run(options, { target, format, io }))
      } finally {
        target.cluster.transport.close()
      }
    })
}

interface RunContext {
  readonly target: Target
  readonly format: 'text' | 'json'
  readonly io: Io
}

async function run(options: RepairCommandOptions, { target, format, io }: RunContext): Promise<number> {
  const { repair } = await import('#app/repair.ts')
  const screen = new RepairScreen({ palette: paletteFor(io.stdout, io.env), target: target.cluster, format })
  const events = repair({
    ...(await lookingOptions(target, options, io)),
    ...(options.apply ? { act: await actOptions(options, { target, format, io }) } : {}),
  })
  let outcome: RepairAppEvent | undefined
  let plans = 0
  for await (const event of events) {
    io.stdout.write(screen.show(event))
    if (event.kind === 'finished') outcome = event
    if (event.kind === 'diagnosed') plans = event.plans.length
  }
  io.stdout.write(screen.end({ applied: options.apply, plans }))
  if (!options.apply || plans === 0 || outcome?.kind !== 'finished') return 0
  return { mended: 0, undone: 0, refused: 4, failed: 5 }[outcome.outcome]
}

async function actOptions(options: RepairCommandOptions, { target, io }: RunContext) {
  const { fileJournal } = await import('#repair/journal-file.ts')
  const folder = join(
    io.env['XDG_STATE_HOME'] || join(io.env['HOME'] ?? homedir(), '.local/state'),
    'ninelives/repairs',
  )
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const name = clusterName(target)
  const journal = join(
    folder,
    `${rfc3339(target.clock.now()).replaceAll(':', '')}-${name.replaceAll(/[^\w.-]/g, '_')}.jsonl`,
  )
  io.stderr.write(`journal: ${journal}\n`)
  return {
    journal: fileJournal(journal),
    goal: checkedFormat(options.goal, ['restore', 'rca'] as const),
    offers: options.offers,
    overrides: new Set(options.override),
    holder: `${userInfo().username}@${hostname()}`,
    confirm: () => confirmed(options, name, target, io),
    ...(options.maxDisruption === undefined
      ? {}
      : { maxDisruption: checkedFormat<Disruption>(options.maxDisruption, ['none', 'pod', 'node']) }),
  }
}

const clusterName = ({ cluster }: Target): string =>
  cluster.lab ?? (cluster.identity.context || cluster.identity.server)

/** The name of the cluster has to be typed, or given with `--confirm`; `--yes` is enough for a lab. */
async function confirmed(
  options: RepairCommandOptions,
  name: string,
  { cluster }: Target,
  io: Io,
): Promise<boolean> {
  if (options.confirm !== undefined) {
    if (options.confirm === name) return true
    throw new Trouble('wrong-cluster', `--confirm names "${options.confirm}", the cluster is "${name}"`, {
      exit: 4,
      hint: 'look at the context once more',
    })
  }
  if (options.yes && cluster.lab !== undefined) return true
  if (options.yes)
    throw new Trouble('yes-is-for-labs', '--yes is for labs', {
      exit: 4,
      hint: `confirm a real cluster by its name: --confirm ${name}`,
    })
  if (io.stdout.isTTY !== true)
    throw new Trouble('not-confirmed', 'nobody is there to confirm the cluster', {
      exit: 4,
      hint: `confirm it by its name: --confirm ${name}`,
    })
  const lines = createInterface({ input: io.stdin, output: io.stdout as NodeJS.WritableStream })
  try {
    const typed = await lines.question(`type the name of the cluster (${name}) to act on it: `, {
      signal: io.signal,
    })
    return typed.trim() === name
  } finally {
    lines.close()
  }
}
