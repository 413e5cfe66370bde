import { KubeUnreachable } from '#lab/api/ports.ts'
import type { Credential } from '#lab/api/wire.ts'
import { isErrno, type Process } from '#lab/host/ports.ts'

export type CredentialOf = (thread: Process) => Credential | Promise<Credential>

/** How a client shows who it is. */
export interface CredentialOptions {
  readonly token?: string
  /** A file that is read for the token, again every minute: client-go transport/token_source.go. */
  readonly tokenFile?: string
  /** The name that the process's client certificate would carry. */
  readonly user?: string
  readonly groups?: readonly string[]
  /** Finds the credential for each request, on the thread that asks; instead of the fields above. */
  readonly credential?: CredentialOf
}

interface ReadToken {
  atMs: number
  text?: string
  /** In which epoch of the machine's files it was read: until that moves the same would be read again. */
  epoch?: number
}

/** What a client and all its threads show the server with each request. */
export class Credentials {
  readonly #options: CredentialOptions
  readonly #token: ReadToken = { atMs: 0 }
  /** Where it is the same with each request. */
  #fixed: Credential | undefined

  constructor(options: CredentialOptions) {
    this.#options = options
  }

  /** Throws KubeUnreachable where a file that never was read cannot be. */
  of(thread: Process): Credential | Promise<Credential> {
    const { token, tokenFile, user, groups, credential } = this.#options
    if (credential !== undefined) return credential(thread)
    if (tokenFile !== undefined && token === undefined) return this.#read(thread, tokenFile)
    this.#fixed ??=
      token === undefined
        ? { ...(user === undefined ? {} : { user }), ...(groups === undefined ? {} : { groups }) }
        : { token }
    return this.#fixed
  }

  #read(thread: Process, path: string): Credential | Promise<Credential> {
    const read = this.#token
    const now = thread.now()
    const { epochHere } = thread
    if (read.text !== undefined) {
      const isDue = now >= read.atMs + 60_000
      if (isDue && read.epoch === epochHere) read.atMs = now
      if (!isDue || read.epoch === epochHere) return { token: read.text }
    }
    return thread.files.read(path).then(
      (text) => {
        read.text = text.trim()
        read.atMs = now
        read.epoch = epochHere
        return { token: read.text }
      },
      (error: unknown) => {
        // An old token stays in use while the file cannot be read.
        if (read.text !== undefined) return { token: read.text }
        if (!isErrno(error)) throw error
        throw new KubeUnreachable(`open ${path}: ${error.message.toLowerCase()}`)
      },
    )
  }
}
