import type { Command } from 'commander'
import { Trouble } from '#base/trouble.ts'
import type { AddCommand } from '#cli/commands/index.ts'

const shells = ['bash', 'zsh', 'fish'] as const

export const addCompletion: AddCommand = (program, io) => {
  program
    .command('completion')
    .argument('<shell>', `one of ${shells.join(', ')}`)
    .description('print the completion script of a shell')
    .addHelpText(
      'after',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the words of a shell
      '\nExamples:\n  source <(ninelives completion bash)\n  ninelives completion zsh > "${fpath[1]}/_ninelives"\n  ninelives completion fish > ~/.config/fish/completions/ninelives.fish',
    )
    .action((shell: string) => {
      const script = scripts[shell as (typeof shells)[number]]
      if (script === undefined)
        throw new Trouble('unknown-shell', `no completion for the shell "${shell}"`, {
          hint: `use one of ${shells.join(', ')}`,
        })
      io.stdout.write(script)
    })

  program
    .command('__complete', { hidden: true })
    .argument('[words...]')
    .allowUnknownOption()
    .helpOption(false)
    .action(async (words: readonly string[]) => {
      for (const candidate of await candidates(program, words)) io.stdout.write(`${candidate}\n`)
    })
}

/** What may stand in the place of the last of `words` (which may be empty). */
async function candidates(program: Command, words: readonly string[]): Promise<readonly string[]> {
  const last = words.at(-1) ?? ''
  let command = program
  for (const word of words.slice(0, -1)) {
    command = command.commands.find((sub) => sub.name() === word) ?? command
  }
  const valued = await valuesOf(words.at(-2) ?? '')
  if (valued !== undefined) return valued.filter((value) => value.startsWith(last))
  if (last.startsWith('-')) {
    return command.options.flatMap(({ long }) => (long?.startsWith(last) ? [long] : []))
  }
  const subs = command.commands
    .map((sub) => sub.name())
    .filter((name) => !name.startsWith('_') && name !== 'help')
  const named = subs.length > 0 ? subs : await argumentsOf(command.name())
  return named.filter((name) => name.startsWith(last))
}

async function argumentsOf(command: string): Promise<readonly string[]> {
  if (command === 'explain' || command === 'break') {
    const { modes } = await import('#failures/generated/detectors.ts')
    return modes.map(({ id }) => id)
  }
  if (['play', 'lint', 'verify'].includes(command)) return (await import('#app/scenarios.ts')).scenarioIds()
  return command === 'completion' ? shells : []
}

/** What may stand behind an option; undefined where that is anything, or the word is none. */
async function valuesOf(option: string): Promise<readonly string[] | undefined> {
  switch (option) {
    case '--mode':
      return Object.keys((await import('#failures/generated/faults.ts')).faults)
    case '--flavour':
      return (await import('#lab/flavours/names.ts')).flavours
    case '-d':
    case '--difficulty':
      return ['L1', 'L2', 'L3']
    default:
      return undefined
  }
}

const scripts: Readonly<Record<(typeof shells)[number], string>> = {
  bash: `_ninelives() {
  local IFS=$'\\n'
  COMPREPLY=($(ninelives __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _ninelives ninelives
`,
  zsh: `#compdef ninelives
_ninelives() {
  local -a found
  found=(\${(f)"$(ninelives __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)"})
  compadd -a found
}
compdef _ninelives ninelives
`,
  fish: `complete -c ninelives -f -a '(ninelives __complete -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'
`,
}
