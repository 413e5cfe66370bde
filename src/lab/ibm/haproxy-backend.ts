import type { CheckConfig, HaproxyConfig, ServerConfig } from '#lab/ibm/haproxy-config.ts'

/** How one check of a server went. */
export interface CheckResult {
  readonly isPassed: boolean
  /** As HAProxy names it: Layer4 timeout. */
  readonly reason: string
  /** What the system said of it. */
  readonly info?: string
  readonly tookMs: number
}

/**
 * A server as its checks have found it.
 *
 * @see haproxy/haproxy:src/check.c set_server_check_status (health, from 0 to rise + fall - 1)
 */
export class BackendServer {
  readonly config: ServerConfig
  /** Connections that are on it now. */
  sessions = 0
  /** At `rise` it is up: so it begins, and the first check that fails takes it down. */
  #health: number

  constructor(config: ServerConfig) {
    this.config = config
    this.#health = config.check?.rise ?? 0
  }

  get isUp(): boolean {
    const { check } = this.config
    return check === undefined || this.#health >= check.rise
  }

  /** Whether one more check with the same result would change nothing. */
  get isSettled(): boolean {
    const { check } = this.config
    return check === undefined || this.#health === 0 || this.#health === mostHealth(check)
  }

  checked(isPassed: boolean): void {
    const { check } = this.config
    if (check === undefined) return
    if (isPassed) this.#health = this.#health + 1 >= check.rise ? mostHealth(check) : this.#health + 1
    else this.#health = this.#health - 1 < check.rise ? 0 : this.#health - 1
  }
}

const mostHealth = ({ rise, fall }: CheckConfig): number => rise + fall - 1

/**
 * The servers of a backend: which of them the next connection goes to, and what is said when one goes up or down.
 *
 * @see haproxy/haproxy:src/server.c (the texts), doc/configuration.txt ("backup": the first backup server alone, unless `option
 *   allbackups`; "balance": roundrobin where nothing is said)
 */
export class Backend {
  readonly servers: readonly BackendServer[]
  readonly #name: string
  readonly #write: (line: string) => void
  #turn = 0

  constructor({ backend, servers }: HaproxyConfig, write: (line: string) => void) {
    this.#name = backend
    this.servers = servers.map((each) => new BackendServer(each))
    this.#write = write
  }

  /** In turns; none while all are down. */
  next(): BackendServer | undefined {
    const { active, backups } = this.#up()
    return active.length > 0 ? active[this.#turn++ % active.length] : backups[0]
  }

  /** Answers whether the server is now up that was down, or the other way round. */
  checked(server: BackendServer, result: CheckResult): boolean {
    const wasUp = server.isUp
    server.checked(result.isPassed)
    if (server.isUp === wasUp) return false
    this.#say(server, result)
    return true
  }

  #up() {
    const up = this.servers.filter(({ isUp }) => isUp)
    return {
      active: up.filter(({ config }) => !config.isBackup),
      backups: up.filter(({ config }) => config.isBackup),
    }
  }

  #say({ config, isUp, sessions }: BackendServer, { reason, info, tookMs }: CheckResult): void {
    const up = this.#up()
    const [active, backups] = [up.active.length, up.backups.length]
    const why = `reason: ${reason}${info === undefined ? '' : `, info: "${info}"`}, check duration: ${Math.floor(tookMs)}ms`
    const left = `${active} active and ${backups} backup servers ${isUp ? 'online' : 'left'}.${active === 0 && backups > 0 ? ' Running on backup.' : ''}`
    const queue = isUp
      ? '0 sessions requeued, 0 total in queue'
      : `${sessions} sessions active, 0 requeued, 0 remaining in queue`
    this.#write(
      `[WARNING]  (1) : ${config.isBackup ? 'Backup ' : ''}Server ${this.#name}/${config.name} is ${isUp ? 'UP' : 'DOWN'}, ${why}. ${left} ${queue}.\n`,
    )
    if (active + backups === 0)
      this.#write(`[ALERT]    (1) : backend '${this.#name}' has no server available!\n`)
  }
}
