import { parseArguments } from '#lab/host/commands/cli.ts'
import type { Program } from '#lab/host/ports.ts'
import { CriError } from '#lab/runtime/cri-error.ts'
import { exec, logs, pull, rm, rmi, rmp, stop, stopp } from '#lab/runtime/crictl/act.ts'
import { type CrictlCommand, UnknownFormat } from '#lab/runtime/crictl/command.ts'
import { info, inspect, inspectp, version } from '#lab/runtime/crictl/inspect.ts'
import { images, pods, ps } from '#lab/runtime/crictl/list.ts'
import { runtimeOf } from '#lab/runtime/install.ts'

/**
 * crictl 1.31 on the machine's runtime. Not imitated: `attach`, `create`, `run`, `runp`, `start`, `stats`, `port-forward`, `events`,
 * `checkpoint`, following logs, output in YAML and templates, its configuration file.
 *
 * @see kubernetes-sigs/cri-tools:cmd/crictl
 */
export const crictl: Program = async (p) => {
  const { runtime } = runtimeOf(p)
  const [, name = '', ...rest] = p.argv.filter(
    (word) => !/^(?:-r|--runtime-endpoint|unix:\/\/.*)(?:=|$)/.test(word),
  )
  const command = commands.get(name)
  if (command === undefined) {
    p.stderr.write(`No help topic for '${name}'\n`)
    return 3
  }
  // What comes after the container's id is the other command's.
  const id = name === 'exec' ? rest.findIndex((word) => !word.startsWith('-')) : -1
  const args = parseArguments(id < 0 ? rest : [...rest.slice(0, id), '--', ...rest.slice(id)], command)
  if (args.unknown !== undefined) {
    p.stderr.write(`FATA[0000] flag provided but not defined: -${args.unknown.replace(/^-+/, '')}\n`)
    return 1
  }
  try {
    return await command.run(p, runtime, args)
  } catch (error) {
    if (error instanceof UnknownFormat) {
      p.stderr.write(`FATA[0000] ${error.message}\n`)
      return 1
    }
    if (!(error instanceof CriError)) throw error
    const doing = error.code === 'Unavailable' ? 'validate service connection: ' : (doings[name] ?? '')
    p.stderr.write(`FATA[0000] ${doing}${error.message}\n`)
    return 1
  }
}

/** What the words of a failure begin with. */
const doings: Readonly<Record<string, string>> = {
  pull: 'pulling image: ',
  exec: 'execing command in container: ',
  stopp: 'stopping the pod sandbox: ',
  rmp: 'removing the pod sandbox: ',
  inspect: 'getting the status of the container: ',
  inspectp: 'getting the status of the pod sandbox: ',
}

const commands: ReadonlyMap<string, CrictlCommand> = new Map(
  Object.entries({
    ps,
    pods,
    images,
    image: images,
    img: images,
    pull,
    rmi,
    logs,
    exec,
    stop,
    rm,
    stopp,
    rmp,
    inspect,
    inspectp,
    version,
    info,
  }),
)
