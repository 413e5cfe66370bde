import { writeWhole } from '#app/write-whole.ts'
import { wallClock } from '#base/clock.ts'
import { durationText, parseDuration } from '#base/duration.ts'
import { Trouble } from '#base/trouble.ts'
import type { AddCommand } from '#cli/commands/index.ts'
import { labNamed, withName } from '#cli/commands/lab/name.ts'
import type { Io } from '#cli/io.ts'
import { LabClient } from '#lab/serve/client.ts'
import { isAlive, type LabRecord, LabStates } from '#lab/serve/state.ts'

/** `lab break`, `lab mend`, `lab save`, `lab advance`, `lab reboot`, `lab down`. */
export const addLabAct: AddCommand = (lab, io) => {
  withName(lab.command('break'))
    .argument('<mode>', 'a failure mode; see: ninelives modes')
    .description('break a lab in one way: a change of low-level state; the symptoms follow by themselves')
    .option('--node <node>', 'where it strikes (default: a worker that the mode can strike)')
    .option('--variant <variant>', 'one of the variants of the mode; see: ninelives explain MODE')
    .option('--force', 'also where it can do no harm (for near misses)', false)
    .addHelpText(
      'after',
      '\nExamples:\n  ninelives lab break runtime-dir-permissions --node k8s-worker-03\n  ninelives lab break kubelet-lost-contact --variant flapping',
    )
    .action(async (mode: string, o: { name: string; node?: string; variant?: string; force: boolean }) => {
      const { name, ...what } = o
      const done = (await labNamed(name, io).break({ mode, ...what })) as {
        node: string
        variant: string
        settleMs: number
      }
      io.stdout.write(`[LAB] ${name}: ${mode} (${done.variant}) struck ${done.node}\n`)
      io.stderr.write(
        `all symptoms are there after ${durationText(done.settleMs)}: ninelives lab advance ${durationText(done.settleMs)}${name === 'default' ? '' : ` --name ${name}`}\n`,
      )
    })

  withName(lab.command('mend'))
    .description('take back every change that `lab break` made (not what happened since)')
    .addHelpText('after', '\nExamples:\n  ninelives lab mend')
    .action(async ({ name }: { name: string }) => {
      const undone = (await labNamed(name, io).mend()) as readonly { mode: string; node: string }[]
      for (const { mode, node } of undone) io.stdout.write(`[LAB] ${name}: ${mode} on ${node} taken back\n`)
      if (undone.length === 0) io.stdout.write(`[LAB] ${name}: nothing is broken by \`lab break\`\n`)
    })

  withName(lab.command('save'))
    .argument('<file>', 'where to; an older file is replaced')
    .description('write a lab to a file, from which `lab up --from` brings it up again as it is now')
    .addHelpText(
      'after',
      '\nExamples:\n  ninelives lab save monday.lab\n  ninelives lab up --from monday.lab',
    )
    .action(async (file: string, { name }: { name: string }) => {
      const { text, inputs } = await labNamed(name, io).save()
      savedWhole(file, text)
      io.stdout.write(`[LAB] ${name}: saved to ${file} (${inputs} inputs since it was switched on)\n`)
    })

  withName(lab.command('advance'))
    .argument('<duration>', '30s, 5m, 1h30m')
    .description("let a lab's clock jump")
    .addHelpText('after', '\nExamples:\n  ninelives lab advance 10m')
    .action(async (duration: string, { name }: { name: string }) => {
      const ms = parseDuration(duration)
      await labNamed(name, io).advance(ms)
      io.stdout.write(`[LAB] ${name}: ${durationText(ms)} later\n`)
    })

  withName(lab.command('reboot'))
    .argument('<node>')
    .description('reboot a node (SIGTERM to everything on it)')
    .option('--power-cut', 'pull the plug instead: nothing is told to anybody', false)
    .addHelpText(
      'after',
      '\nExamples:\n  ninelives lab reboot k8s-worker-03\n  ninelives lab reboot k8s-worker-03 --power-cut',
    )
    .action(async (node: string, { name, powerCut }: { name: string; powerCut: boolean }) => {
      await labNamed(name, io).reboot(node, { powerCut })
      io.stdout.write(`[LAB] ${name}: ${node} was ${powerCut ? 'switched off and on' : 'rebooted'}\n`)
    })

  lab
    .command('down')
    .description('take labs down and remove what they left')
    .option('--name <name>', 'which lab', 'default')
    .option('--all', 'every running lab', false)
    .addHelpText('after', '\nExamples:\n  ninelives lab down\n  ninelives lab down --all')
    .action(async ({ name, all }: { name: string; all: boolean }) => {
      const states = new LabStates(io.env)
      const names = all ? states.list().map((each) => each.name) : [states.need(name).name]
      for (const each of names) {
        await takeDown(states.need(each), { states, io })
        io.stdout.write(`[LAB] ${each}: down\n`)
      }
      if (names.length === 0) io.stdout.write('no lab is running\n')
    })
}

const endWithinMs = 10_000

/** Resolves when the lab's process has ended and its files are gone. Rejects with a Trouble when it does not answer. */
async function takeDown(
  record: LabRecord,
  { states, io }: { readonly states: LabStates; readonly io: Io },
): Promise<void> {
  const { name, pid, token } = record
  try {
    await new LabClient(record, { signal: io.signal }).down()
  } catch (error) {
    if (!(error instanceof Trouble) || error.code !== 'lab-silent') throw error
    throw new Trouble('lab-silent', error.message, {
      hint: `process ${pid} holds its place; if that is no lab, remove ${states.folderOf(name)}, else end it: kill ${pid}`,
    })
  }
  const startedMs = wallClock.monotonic()
  while (pid !== process.pid && isAlive(pid) && wallClock.monotonic() - startedMs < endWithinMs)
    await wallClock.sleep(10, { signal: io.signal })
  states.removeOwn(name, token)
}

/** Throws {@link Trouble} where nothing can be written. */
function savedWhole(file: string, text: string): void {
  try {
    writeWhole(file, text)
  } catch (cause) {
    throw new Trouble('not-writable', `cannot write ${file}: ${(cause as Error).message}`, { cause })
  }
}
