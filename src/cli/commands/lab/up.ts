import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { InvalidArgumentError, Option } from 'commander'
import { wallClock } from '#base/clock.ts'
import { Trouble } from '#base/trouble.ts'
import type { AddCommand } from '#cli/commands/index.ts'
import { heapFlags, nodesMax, nodesMaxInZones, sizeWarning } from '#cli/commands/lab/size.ts'
import type { Io } from '#cli/io.ts'
import { type Backend, backends } from '#lab/backend.ts'
import { type Encapsulation, encapsulations } from '#lab/encapsulation.ts'
import { type Flavour, flavourSays, flavours } from '#lab/flavours/names.ts'
import type { SavedLab } from '#lab/serve/saved.ts'
import { LabStates } from '#lab/serve/state.ts'

interface UpOptions {
  readonly name: string
  readonly nodes: number
  readonly flavour: Flavour
  readonly seed: string
  readonly kubernetes?: string
  readonly calico?: string
  readonly encapsulation?: Encapsulation
  readonly backend?: Backend
  readonly from?: string
  readonly speed: number
  readonly port: number
  readonly detach: boolean
}

/** `lab up`, in the foreground or detached. */
export const addLabUp: AddCommand = (lab, io) => {
  lab
    .command('up')
    .description('boot a lab and serve its Kubernetes API on loopback')
    .option('--name <name>', 'its name', 'default')
    .option(
      '--nodes <count>',
      `how many nodes, the control plane included (2 to ${nodesMax}; on IBM Cloud to ${nodesMaxInZones})`,
      whole(2, nodesMax),
      5,
    )
    .option('--flavour <flavour>', `one of ${flavours.join(', ')}`, flavour, 'plain')
    .option(
      '--kubernetes <version>',
      'Kubernetes of the cluster (1.24.0 and newer)',
      version([1, 24], '1.31.9'),
      undefined,
    )
    .option(
      '--calico <version>',
      'Calico of the cluster (3.24.0 and newer)',
      version([3, 24], '3.29.3'),
      undefined,
    )
    .option(
      '--encapsulation <way>',
      `of the default pool: one of ${encapsulations.join(', ')}`,
      encapsulation,
      undefined,
    )
    .addOption(new Option('--from <file>', 'go on with a lab that `lab save` wrote').conflicts(ofNewLab))
    .option(
      '--backend <way>',
      `what calico-node runs for routing: one of ${backends.join(', ')} (not on IBM Cloud)`,
      backend,
      undefined,
    )
    .option('--seed <seed>', 'same seed, same lab', '1')
    .option('--speed <factor>', 'how fast its clock runs against the wall', factor, 1)
    .option('--port <port>', 'port on 127.0.0.1 (0: any free one)', whole(0, 65_535), 0)
    .option('--detach', 'serve in the background', false)
    .addHelpText(
      'after',
      `
Flavours:
${flavours.map((name) => `  ${name.padEnd(12)} ${flavourSays[name]}`).join('\n')}

Examples:
  ninelives lab up                                    until Ctrl-C
  ninelives lab up --flavour hardened --detach        in the background; ninelives lab down ends it
  ninelives lab up --name second --nodes 3 --seed 7
  ninelives lab up --from monday.lab                  a lab that was saved: ninelives lab save monday.lab`,
    )
    .action((o: UpOptions) => {
      if (o.from === undefined) io.stderr.write(sizeWarning(o) ?? '')
      return o.detach ? detached(o, io) : foreground(o, io)
    })
}

async function foreground(o: UpOptions, io: Io): Promise<void> {
  const states = new LabStates(io.env)
  refuseTaken(states, o.name)
  const { serveLab } = await import('#lab/serve/serve.ts')
  const { faults } = await import('#cli/faults.ts')
  const { from: file, ...options } = o
  const from = file === undefined ? {} : { from: await savedIn(file) }
  io.stderr.write(
    file === undefined
      ? `booting ${o.nodes} nodes (${o.flavour}, seed ${o.seed}) …\n`
      : `going through what ${file} has recorded …\n`,
  )
  const served = await serveLab({ ...options, ...from, states, faults, clock: wallClock, signal: io.signal })
  try {
    io.stdout.write(ready(o, states))
    await served.ended
  } finally {
    await served.close()
    states.removeOwn(o.name, served.token)
  }
}

/** Reads it whole before anything is started. */
async function savedIn(file: string): Promise<SavedLab> {
  const { savedLab } = await import('#lab/serve/saved.ts')
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    throw new Trouble('unreadable', `cannot read ${file}: ${(cause as Error).message}`, { cause })
  }
  return savedLab(text, file)
}

async function detached(o: UpOptions, io: Io): Promise<void> {
  const states = new LabStates(io.env)
  refuseTaken(states, o.name)
  states.prepare(o.name)
  const log = openSync(states.logOf(o.name), 'w', 0o600)
  const main = process.argv[1] as string
  const child = spawn(process.execPath, [...heapFlags(o.nodes), main, 'lab', 'up', ...flags(o)], {
    detached: true,
    stdio: ['ignore', log, log],
    env: io.env,
  })
  closeSync(log)
  let exited: number | undefined
  child.on('exit', (code) => {
    exited = code ?? 1
  })
  try {
    while (states.find(o.name) === undefined) {
      if (exited !== undefined) throw couldNotStart(states, o.name)
      await wallClock.sleep(15, { signal: io.signal })
    }
  } catch (error) {
    child.kill('SIGTERM')
    states.remove(o.name)
    throw error
  }
  child.unref()
  io.stdout.write(ready(o, states))
}

const flags = (o: UpOptions): string[] =>
  ['name', ...(o.from === undefined ? ofNewLab : ['from']), 'speed', 'port'].flatMap((key) => {
    const value = o[key as keyof UpOptions]
    return value === undefined ? [] : [`--${key}`, String(value)]
  })

const ofNewLab = ['nodes', 'flavour', 'kubernetes', 'calico', 'encapsulation', 'backend', 'seed']

function couldNotStart(states: LabStates, name: string): Trouble {
  const log = readFileSync(states.logOf(name), 'utf8').trim().split('\n')
  const said = log.find((line) => line.startsWith('error: '))?.slice('error: '.length)
  const hint = log.find((line) => line.startsWith('hint: '))?.slice('hint: '.length)
  return new Trouble(
    'lab-not-started',
    said ?? `the lab "${name}" ended before it was ready`,
    hint === undefined ? {} : { hint },
  )
}

function refuseTaken(states: LabStates, name: string): void {
  if (states.find(name) === undefined) return
  throw new Trouble('lab-name-taken', `a lab named "${name}" is running`, {
    hint: `take it down first: ninelives lab down --name ${name}; or choose another --name`,
  })
}

function ready({ name }: UpOptions, states: LabStates): string {
  const { nodes, flavour } = states.need(name)
  return `[LAB] ${name} is ready: ${nodes.length} nodes, ${flavour}
  export KUBECONFIG=${states.kubeconfigOf(name)}
  kubectl get nodes
`
}

const whole =
  (from: number, to: number) =>
  (text: string): number => {
    const value = Number(text)
    if (Number.isInteger(value) && value >= from && value <= to) return value
    throw new InvalidArgumentError(`Give a whole number from ${from} to ${to}.`)
  }

const factor = (text: string): number => {
  const value = Number(text)
  if (value > 0 && value <= 1000) return value
  throw new InvalidArgumentError('Give a number above 0, at most 1000.')
}

const backend = (text: string): Backend => {
  if ((backends as readonly string[]).includes(text)) return text as Backend // looked up on this line
  throw new InvalidArgumentError(`Choose one of ${backends.join(', ')}.`)
}

const encapsulation = (text: string): Encapsulation => {
  if ((encapsulations as readonly string[]).includes(text)) return text as Encapsulation
  throw new InvalidArgumentError(`Choose one of ${encapsulations.join(', ')}.`)
}

/** Whole, of this major release, and not older than its oldest minor one. */
const version =
  ([major, oldest]: readonly [number, number], example: string) =>
  (text: string): string => {
    const [, own, minor] = /^(\d+)\.(\d+)\.\d+$/.exec(text) ?? []
    if (own === undefined) throw new InvalidArgumentError(`Give a whole version, such as ${example}.`)
    if (Number(own) === major && Number(minor) >= oldest) return text
    throw new InvalidArgumentError(`Give a version from ${major}.${oldest}.0 on.`)
  }

const flavour = (text: string): Flavour => {
  if ((flavours as readonly string[]).includes(text)) return text as Flavour
  throw new InvalidArgumentError(`Choose one of ${flavours.join(', ')}.`)
}
