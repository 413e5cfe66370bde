import { calicoLog, type Log } from '#lab/calico/log.ts'
import { isErrno, type Process } from '#lab/host/ports.ts'

/** The plugin's log: a file on the host, because its stdout belongs to the runtime. Lines that cannot be written are lost. */
export class CniLog {
  readonly log: Log
  readonly #p: Process
  readonly #path: string
  #text = ''

  constructor(p: Process, component: string, path: string) {
    this.#p = p
    this.#path = path
    const stdout = {
      write: (text: string) => {
        this.#text += text
      },
    }
    this.log = calicoLog({ now: () => p.now(), pid: p.pid, stdout }, component)
  }

  async flush(): Promise<void> {
    try {
      await this.#p.files.mkdir(this.#path.slice(0, this.#path.lastIndexOf('/')), { parents: true })
      await this.#p.files.append(this.#path, this.#text)
    } catch (error) {
      if (!isErrno(error)) throw error
    }
  }
}
