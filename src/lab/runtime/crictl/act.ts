import { rfc3339 } from '#base/clock.ts'
import { type CrictlCommand, containerOf, sandboxOf } from '#lab/runtime/crictl/command.ts'
import { fullImageName, imageId } from '#lab/runtime/images.ts'
import type { Image } from '#lab/runtime/ports.ts'
import type { ContainerRuntime } from '#lab/runtime/runtime.ts'

export const pull: CrictlCommand = {
  values: ['--creds', '--auth', 'u'],
  run: async (p, runtime, { operands: [name = ''], values }) => {
    const [user = '', password = ''] = (values.get('--creds') ?? '').split(':')
    const host = fullImageName(name).split('/')[0] ?? ''
    const { image } = await runtime.pull(p, name, user === '' ? undefined : { host, user, password })
    p.stdout.write(`Image is up to date for ${imageId(image.name)}\n`)
    return 0
  },
}

export const rmi: CrictlCommand = {
  flags: 'aq',
  long: ['--all', '--prune'],
  run: (p, runtime, { operands, flags }) => {
    const named = operands.map((word) => ({ word, image: imageOf(runtime, word) }))
    const all = flags.has('a') || flags.has('--all') ? runtime.images.list() : []
    const doomed = flags.has('--prune') ? unused(runtime) : [...all, ...named.map(({ image }) => image)]
    for (const image of doomed) {
      if (image === undefined) continue
      runtime.images.remove(image.name)
      p.stdout.write(`Deleted: ${fullImageName(image.name)}\n`)
    }
    const unknown = named.filter(({ image }) => image === undefined)
    for (const { word } of unknown) p.stderr.write(`ERRO[0000] no such image ${word}\n`)
    if (unknown.length === 0) return 0
    p.stderr.write('FATA[0000] unable to remove the image(s)\n')
    return 1
  },
}

function unused(runtime: ContainerRuntime): readonly Image[] {
  const used = new Set(runtime.containers().map(({ image }) => fullImageName(image)))
  return runtime.images.list().filter(({ name }) => !used.has(fullImageName(name)))
}

/** By name, or by the beginning of its id. */
const imageOf = (runtime: ContainerRuntime, word: string): Image | undefined =>
  runtime.images.list().find((image) => isNamed(image, word))

function isNamed({ name }: Image, word: string): boolean {
  const digest = imageId(name).split('@sha256:')[1] ?? ''
  return fullImageName(name) === fullImageName(word) || digest.startsWith(word.replace(/^sha256:/, ''))
}

export const logs: CrictlCommand = {
  flags: 'ftp',
  long: ['--follow', '--timestamps', '--previous'],
  values: ['--tail', '--since'],
  run: (p, runtime, { operands: [id = ''], values, flags }) => {
    const tail = values.get('--tail')
    const instance = containerOf(runtime, id)
    const missing = runtime.logFiles.missing(instance)
    if (missing !== undefined) {
      p.stderr.write(`FATA[0000] ${missing}\n`)
      return 1
    }
    const { log } = instance
    const lines = log.lines(tail === undefined ? {} : { tailLines: Number(tail) })
    for (const { text, stream, timeMs } of lines)
      p[stream].write(
        flags.has('t') || flags.has('--timestamps') ? `${rfc3339(timeMs)} ${text}\n` : `${text}\n`,
      )
    return 0
  },
}

export const exec: CrictlCommand = {
  flags: 'its',
  long: ['--interactive', '--tty', '--sync'],
  run: async (p, runtime, { operands: [id = '', ...argv] }) => {
    const { id: full } = containerOf(runtime, id)
    const child = await runtime.exec(full, argv, { stdout: p.stdout, stderr: p.stderr, stdin: p.stdin })
    const { code } = await child.exited(p)
    if (code === 0) return 0
    p.stderr.write(`FATA[0000] command terminated with exit code ${code}\n`)
    return 1
  },
}

/** `stop` gives no time unless it is told to. */
export const stop: CrictlCommand = {
  values: ['t', '--timeout'],
  run: async (p, runtime, { operands, values }) => {
    const graceMs = Number(values.get('t') ?? values.get('--timeout') ?? 0) * 1000
    for (const id of operands) {
      await runtime.stop(p.task, containerOf(runtime, id).id, graceMs)
      p.stdout.write(`${id}\n`)
    }
    return 0
  },
}

export const rm: CrictlCommand = {
  flags: 'fa',
  long: ['--force', '--all'],
  run: (p, runtime, { operands, flags }) => {
    for (const id of operands) {
      const found = containerOf(runtime, id)
      if (found.state === 'running' && !flags.has('f') && !flags.has('--force')) {
        p.stderr.write(
          `ERRO[0000] container "${id}" is running, please stop it first\nFATA[0000] unable to remove container(s)\n`,
        )
        return 1
      }
      runtime.removeContainer(found.id)
      p.stdout.write(`${id}\n`)
    }
    return 0
  },
}

export const stopp: CrictlCommand = {
  run: async (p, runtime, { operands }) => {
    for (const id of operands) {
      await runtime.stopSandbox(p.task, sandboxOf(runtime, id).id)
      p.stdout.write(`Stopped sandbox ${id}\n`)
    }
    return 0
  },
}

export const rmp: CrictlCommand = {
  flags: 'fa',
  long: ['--force', '--all'],
  run: async (p, runtime, { operands, flags }) => {
    const all = flags.has('a') || flags.has('--all')
    const force = flags.has('f') || flags.has('--force')
    for (const id of all ? runtime.sandboxes().map((each) => each.id) : operands) {
      const found = sandboxOf(runtime, id)
      if (found.ready && !force) {
        p.stderr.write(
          `ERRO[0000] pod sandbox "${id}" is running, please stop it first\nFATA[0000] unable to remove sandbox(es)\n`,
        )
        return 1
      }
      await runtime.stopSandbox(p.task, found.id)
      await runtime.removeSandbox(found.id)
      p.stdout.write(`Removed sandbox ${id}\n`)
    }
    return 0
  },
}
