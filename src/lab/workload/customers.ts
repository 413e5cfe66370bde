/**
 * The shop's customers, behind their load balancer: a machine outside the cluster that asks for the shop's page every two seconds, at the
 * workers in turns, and leaves out those whose health checks fail. What customers lived through is in its log, one JSON object a line:
 *
 *     {"at":1767767400000,"to":"10.0.0.23","ok":true,"reached":["frontend","api","db"]}
 *     {"at":1767767402000,"to":"10.0.0.24","ok":false,"reached":["frontend"],"why":"upstream answered 502"}
 *     {"at":1767767407000,"worker":"10.0.0.24","in":false}
 *
 * While nothing moves, and every way behind a worker is known to lead to a whole page, its checks rest and pages are not really asked for
 * (docs/decisions/0012).
 *
 * Not imitated: workers that join or leave the balancer's list by themselves, sessions, retries of browsers.
 */

import { baseOs } from '#lab/host/os.ts'
import type { Process, Program, Tree } from '#lab/host/ports.ts'
import { untilTerminated } from '#lab/host/process/until-terminated.ts'
import { httpGet } from '#lab/network/http.ts'
import { goError, HttpFailure } from '#lab/network/http-failure.ts'
import { networkTools } from '#lab/network/tools.ts'
import { Servers } from '#lab/workload/servers.ts'

/** Where every worker takes the customers' requests. */
export const shopNodePort = 30_080

/** The name of the machine, which is no node, for `lab exec`. */
export const customersMachine = 'customers'

/** What the customers lived through. */
export const customersLog = '/var/log/customers.log'

const configPath = '/etc/customers.conf'

const everyMs = 2000
/** How long a customer waits before giving up. */
const patienceMs = 5000
/** As load balancers have it: checked every five seconds, out after two failures, in again after two successes. */
const checkEveryMs = 5000
const checkTimeoutMs = 2000
const checksToChange = 2

interface Worker {
  readonly address: string
  isIn: boolean
  /** Checks in a row that say otherwise. */
  against: number
  /** What is behind it, and what the last page was made of. */
  readonly servers: Servers
  reached: readonly string[]
  /** Its checks rest, since all of them would succeed. */
  rests: boolean
}

export const customers: Program = async (p) => {
  const addresses = String(await p.files.read(configPath))
    .split('\n')
    .filter(Boolean)
  const workers = addresses.map(
    (address): Worker => ({
      address,
      isIn: true,
      against: 0,
      servers: new Servers(),
      reached: [],
      rests: false,
    }),
  )
  for (const worker of workers)
    p.thread(`check ${worker.address}`, async (self) => {
      for (;;) {
        const dueMs = self.now() + checkEveryMs
        await check(self, worker)
        await self.sleep(dueMs - self.now())
        if (worker.isIn && worker.against === 0 && worker.servers.areWell(self)) await rest(self, worker)
      }
    })
  p.thread('customers', async (self) => {
    for (let turn = 0; ; turn++) {
      await self.sleep(everyMs)
      const open = workers.filter(({ isIn }) => isIn)
      // With nobody left, a balancer tries them all: an answer is unlikely, and none is certain otherwise.
      const worker = (open.length > 0 ? open : workers)[turn % (open.length || workers.length)]
      if (worker !== undefined) self.thread('customer', (customer) => visit(customer, worker))
    }
  })
  return untilTerminated(p, 0)
}

async function check(self: Process, worker: Worker): Promise<void> {
  const { ok } = await ask(self, worker, checkTimeoutMs)
  worker.against = ok === worker.isIn ? 0 : worker.against + 1
  if (worker.against < checksToChange) return
  worker.isIn = ok
  worker.against = 0
  await note(self, { at: Math.round(self.now()), worker: worker.address, in: ok })
}

/** Until the check after something has moved; those before it would find what the last one found. */
async function rest({ task }: Process, worker: Worker): Promise<void> {
  let due = (): void => {}
  const rested = task.rest({ periodMs: checkEveryMs, tick: () => due() })
  if (rested === undefined) return
  worker.rests = true
  await task.wait<void>((wake) => {
    due = wake
    return rested.cancel
  })
  worker.rests = false
}

async function visit(self: Process, worker: Worker): Promise<void> {
  const at = Math.round(self.now())
  const { address: to, reached } = worker
  // While its checks rest, nobody need ask what is certain.
  const visited =
    worker.rests && worker.servers.areWell(self) ? { ok: true, reached } : await ask(self, worker, patienceMs)
  await note(self, { at, to, ...visited })
}

interface Visit {
  readonly ok: boolean
  readonly reached: readonly string[]
  readonly why?: string
}

async function ask(self: Process, worker: Worker, timeoutMs: number): Promise<Visit> {
  try {
    const answer = await httpGet(self, `http://${worker.address}:${shopNodePort}/`, { timeoutMs })
    const { status, body } = answer
    worker.servers.answered(self, answer)
    // Every tier that took part begins its line with its name.
    const reached = [...body.matchAll(/^(\w+) \S+: ok$/gm)].map(([, tier = '']) => tier)
    if (status === 200) {
      worker.reached = reached
      return { ok: true, reached }
    }
    return { ok: false, reached: ['frontend'], why: body.trim() }
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error
    return { ok: false, reached: [], why: goError(error) }
  }
}

const note = (self: Process, event: object): Promise<void> =>
  self.files.append(customersLog, `${JSON.stringify(event)}\n`)

/** The disk of the machine; `workers`: addresses that the balancer knows. */
export const customersDisk = ({
  nameserver,
  workers,
}: {
  readonly nameserver: string
  readonly workers: readonly string[]
}): Tree => [
  ...baseOs({ hostname: customersMachine, nameserver }),
  ...networkTools(),
  { path: '/usr/bin/customers', kind: 'file', mode: 0o755, program: 'customers' },
  { path: configPath, kind: 'file', text: `${workers.join('\n')}\n` },
  { path: '/lib/systemd/system/customers.service', kind: 'file', text: unit },
  {
    path: '/etc/systemd/system/multi-user.target.wants/customers.service',
    kind: 'symlink',
    target: '/lib/systemd/system/customers.service',
  },
]

const unit = `[Unit]
Description=Customers of the shop and their load balancer
After=network.target

[Service]
ExecStart=/usr/bin/customers
Restart=always
RestartSec=5

[Install]
WantedBy=multi-user.target
`
