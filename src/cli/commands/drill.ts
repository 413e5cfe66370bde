import { Trouble } from '#base/trouble.ts'
import type { AddCommand } from '#cli/commands/index.ts'
import { versionText } from '#cli/commands/version.ts'
import { checkedFormat } from '#cli/format.ts'

export const addDrill: AddCommand = (program, io, exit) => {
  const drill = program
    .command('drill')
    .description(
      'rehearse an incident on a lab: choices are carried out, screens come from its state, damage is measured',
    )
    .addHelpText(
      'after',
      `
Examples:
  ninelives drill list
  ninelives drill play cni-broken-after-node-restart
  ninelives drill play cni-broken-after-node-restart --script B,D,D
  ninelives drill import incident.html
  ninelives drill new my-incident --from incident.md
  ninelives drill lint my-incident.md`,
    )
  for (const add of [addList, addPlay, addLint, addImport, addNew, addReport]) add(drill, io, exit)
}

const addList: AddCommand = (drill, io) => {
  drill
    .command('list')
    .alias('ls')
    .description('the drills that come with ninelives')
    .option('-t, --tag <tag>', 'only those with this tag; may be repeated', collected, [])
    .option('-d, --difficulty <level>', 'only those of this level: L1, L2 or L3')
    .option('-o, --output <format>', 'text, wide, name or json', 'text')
    .addHelpText(
      'after',
      '\nExamples:\n  ninelives drill list\n  ninelives drill list --tag BGP -o wide\n  ninelives drill list -d L1 -o name',
    )
    .action(async ({ tag, difficulty, output }: { tag: string[]; difficulty?: string; output: string }) => {
      const { list, listFormats } = await import('#cli/drill/list.ts')
      list(
        {
          tags: tag,
          output: checkedFormat(output, listFormats),
          ...(difficulty === undefined ? {} : { difficulty }),
        },
        io,
      )
    })
}

const collected = (value: string, before: readonly string[]): readonly string[] => [...before, value]

const addPlay: AddCommand = (drill, io, exit) => {
  drill
    .command('play')
    .argument(
      '[drill]',
      'the name of a drill, or a file: a scenario, or a replay in any form; none: you are asked',
    )
    .option('--script <letters>', 'choose these, in the order of the rounds: A,B,D')
    .option('--seed <seed>', 'of the order in which choices are shown', 'drill')
    .option(
      '--pace <factor>',
      "how fast the incident's clock runs against the wall; 0: it stands while you think",
      '1',
    )
    .option('--hands-on', 'no choices: the lab is served, and you have kubectl and shells', false)
    .option('--resume', 'go on with the game that was left', false)
    .option('-o, --output <format>', 'of the report: text, json, md or html', 'text')
    .description('play a drill in rounds; a replay without a lab part is read as text')
    .addHelpText(
      'after',
      `
Examples:
  ninelives drill play
  ninelives drill play cni-broken-after-node-restart
  ninelives drill play cni-broken-after-node-restart --script A,B,D,D -o html > report.html
  ninelives drill play cni-broken-after-node-restart --hands-on
  ninelives drill play cni-broken-after-node-restart --resume
  ninelives drill play downloaded.html`,
    )
    .action(async (name: string | undefined, flags: PlayFlags) => {
      const { play } = await import('#cli/drill/play.ts')
      const { drillFormats } = await import('#cli/drill/rendered.ts')
      const { paceOf } = await import('#cli/drill/paced.ts')
      const { script, seed, resume, handsOn } = flags
      refuseTogether(flags)
      const options = {
        seed,
        resume,
        handsOn,
        pace: paceOf(flags.pace),
        output: checkedFormat(flags.output, drillFormats),
        version: versionText(),
        ...(script === undefined ? {} : { script: lettersOf(script) }),
      }
      exit(
        await play(
          { name: name ?? (await (await import('#cli/drill/choose-drill.ts')).chooseDrill(io)), ...options },
          io,
        ),
      )
    })
}

interface PlayFlags {
  readonly script?: string
  readonly seed: string
  readonly pace: string
  readonly resume: boolean
  readonly handsOn: boolean
  readonly output: string
}

/** A script decides everything by itself. */
function refuseTogether({ script, handsOn, resume }: PlayFlags): void {
  const other = handsOn ? '--hands-on' : resume ? '--resume' : undefined
  if (script !== undefined && other !== undefined)
    throw new Trouble('flags-together', `--script and ${other} do not go together`, {
      hint: 'a script plays in rounds, from the beginning to the end',
    })
}

const addLint: AddCommand = (drill, io, exit) => {
  drill
    .command('lint')
    .argument('[drill...]', 'names or files; none: all that come with ninelives')
    .option('--live', 'play each on a lab too: left alone, mended in other ways, cheated at', false)
    .option('-o, --output <format>', 'text or json', 'text')
    .description('say by line what is wrong with scenarios; exit code 5 where something is')
    .addHelpText('after', '\nExamples:\n  ninelives drill lint\n  ninelives drill lint my-incident.md --live')
    .action(async (names: readonly string[], { live, output }: { live: boolean; output: string }) => {
      const { lint } = await import('#cli/drill/lint.ts')
      exit(await lint({ names, live, output: checkedFormat(output, ['text', 'json']) }, io))
    })

  drill
    .command('verify')
    .argument('<drill...>', 'names or files of scenarios, or records of games')
    .option('-o, --output <format>', 'text or json', 'text')
    .description('the acceptance run of a scenario, as lint --live; a record of a game is played again')
    .addHelpText('after', '\nExamples:\n  ninelives drill verify cni-broken-after-node-restart')
    .action(async (names: readonly string[], { output }: { output: string }) => {
      const format = checkedFormat(output, ['text', 'json'])
      const { verify } = await import('#cli/drill/verify.ts')
      exit(await verify({ names, output: format }, io))
    })
}

const addImport: AddCommand = (drill, io, exit) => {
  drill
    .command('import')
    .argument('<file>', 'Markdown, a page in HTML, or text copied from one')
    .option('--to <file>', 'write there; default: standard output')
    .option('-o, --output <format>', 'md or json', 'md')
    .description('read an incident replay in any form, and write it as clean Markdown')
    .addHelpText('after', '\nExamples:\n  ninelives drill import incident.html --to incident.md')
    .action(async (from: string, { to, output }: { to?: string; output: string }) => {
      const { importReplay } = await import('#cli/drill/write.ts')
      exit(
        importReplay(
          { from, output: checkedFormat(output, ['md', 'json']), ...(to === undefined ? {} : { to }) },
          io,
        ),
      )
    })
}

const addNew: AddCommand = (drill, io, exit) => {
  drill
    .command('new')
    .argument('<name>', 'of the drill, and of the file: NAME.md')
    .option('--from <replay>', 'keep the narrative of this replay')
    .option('--mode <mode>', 'what the lab is broken by (ninelives modes)')
    .option('--flavour <flavour>', 'of the lab')
    .description('write a scenario to begin with')
    .addHelpText(
      'after',
      '\nExamples:\n  ninelives drill new night-shift --mode typha-unhealthy --flavour operator\n  ninelives drill new cni-broken --from incident.html',
    )
    .action(async (id: string, o: { from?: string; mode?: string; flavour?: string }) => {
      const { newScenario } = await import('#cli/drill/write.ts')
      exit(newScenario({ id, ...o }, io))
    })
}

const addReport: AddCommand = (drill, io, exit) => {
  drill
    .command('report')
    .argument('[folder]', 'of records; default: your own')
    .option('-o, --output <format>', 'text, json, md or html', 'text')
    .description(
      'the games that were played: points and times, progress, what most get wrong; of a team where its folders lie together',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  ninelives drill report\n  ninelives drill report /srv/drills -o html > team.html',
    )
    .action(async (folder: string | undefined, { output }: { output: string }) => {
      const { report } = await import('#cli/drill/report.ts')
      const { drillFormats } = await import('#cli/drill/rendered.ts')
      exit(
        report(
          { output: checkedFormat(output, drillFormats), ...(folder === undefined ? {} : { folder }) },
          io,
        ),
      )
    })
}

function lettersOf(script: string): readonly string[] {
  const letters = script
    .split(',')
    .map((each) => each.trim().toUpperCase())
    .filter(Boolean)
  const odd = letters.find((each) => !/^[A-Z]$/.test(each))
  if (odd === undefined) return letters
  throw new Trouble('bad-script', `--script: "${odd}" is no letter`, { hint: 'write --script A,B,D' })
}
