/**
 * The configuration that runs, and its plugin `reload`: the file is looked at every 30 s or so, and what cannot be read leaves the old one
 * in force (coredns/coredns:plugin/reload/{reload,setup}.go).
 *
 * Not imitated: the digest is the text's, not that of its parsed form; the servers' restart.
 */
import { createHash } from 'node:crypto'
import { type Corefile, parseCorefile } from '#lab/coredns/corefile.ts'
import { isErrno, type Process } from '#lab/host/ports.ts'
import { machineOf } from '#lab/host/process/process.ts'

/** Why it cannot start, in its own words. */
export class CorefileError extends Error {}

export class Running {
  readonly #path: string
  #text: string
  #corefile: Corefile

  private constructor(path: string, text: string, corefile: Corefile) {
    this.#path = path
    this.#text = text
    this.#corefile = corefile
  }

  /** Reads the file that `-conf` names. Rejects with {@link CorefileError}. */
  static async start(p: Process): Promise<Running> {
    const path = p.argv[p.argv.indexOf('-conf') + 1] ?? 'Corefile'
    const text = await textOf(p, path)
    try {
      return new Running(path, text, parseCorefile(text, path))
    } catch (error) {
      throw new CorefileError(error instanceof Error ? error.message : String(error))
    }
  }

  get zone(): string {
    return this.#corefile.zone ?? 'cluster.local'
  }

  get announcement(): string {
    if (this.#corefile.reload === undefined) return ''
    const digest = createHash('sha512').update(this.#text).digest('hex')
    return `[INFO] plugin/reload: Running configuration SHA512 = ${digest}\n`
  }

  watch(p: Process): void {
    if (this.#corefile.reload !== undefined) p.thread('reload', (self) => this.#look(self))
  }

  async #look(self: Process): Promise<void> {
    const { everyMs, jitterMs } = this.#corefile.reload ?? { everyMs: 30_000, jitterMs: 15_000 }
    const periodMs = Math.round(everyMs + (self.random.next() - 0.5) * jitterMs)
    let readIn = self.epochHere
    let tried = this.#text
    for (;;) {
      await nextLook(self, { periodMs, readIn })
      readIn = self.epochHere
      const text = await textOf(self, this.#path).catch((error: unknown) => {
        if (error instanceof CorefileError) return tried
        throw error
      })
      if (text !== tried) this.#reload(self, text)
      tried = text
    }
  }

  #reload(self: Process, text: string): void {
    self.stdout.write('[INFO] Reloading\n')
    try {
      this.#corefile = parseCorefile(text, this.#path)
      this.#text = text
      self.moved()
      self.stdout.write(`${this.announcement}[INFO] Reloading complete\n`)
    } catch (error) {
      const says = error instanceof Error ? error.message : String(error)
      self.stdout.write(
        `[ERROR] Restart failed: ${says}\n[ERROR] plugin/reload: Corefile changed but reload failed: ${says}\n`,
      )
    }
  }
}

async function textOf(p: Process, path: string): Promise<string> {
  try {
    return await p.files.read(path)
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new CorefileError(`loading Caddyfile via flag: open ${path}: ${error.message.toLowerCase()}`)
  }
}

/** Beats pass while no file of the machine is another one. */
async function nextLook(
  self: Process,
  { periodMs, readIn }: { readonly periodMs: number; readonly readIn: number },
): Promise<void> {
  await self.sleep(periodMs)
  if (self.epochHere !== readIn) return
  await self.task.wait<void>((wake) => {
    const rested = self.task.rest({ periodMs, place: machineOf(self).apart, tick: () => wake() })
    if (rested === undefined) wake()
    return rested?.cancel
  })
}
