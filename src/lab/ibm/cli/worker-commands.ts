import { pool } from '#lab/ibm/account.ts'
import { type Call, type Commands, Refused } from '#lab/ibm/cli/command.ts'
import { json, sheet, table } from '#lab/ibm/cli/print.ts'
import { wantsJson } from '#lab/ibm/cli/words.ts'
import { workerJson } from '#lab/ibm/cli/worker-json.ts'
import type { Worker } from '#lab/ibm/infrastructure.ts'
import type { WorkerOperation } from '#lab/ibm/inventory.ts'
import { reload, remove, replace } from '#lab/ibm/worker-operations.ts'
import { nodesOf, stateOf } from '#lab/ibm/worker-state.ts'
import { restart } from '#lab/restart.ts'

/** Reload is for classic machines: virtual ones of a VPC are replaced. */
export const workerCommands: Commands = {
  'ks worker ls': {
    needs: ['cluster'],
    run: async ({ account, task, words }) => {
      const nodes = await nodesOf(account, task)
      const rows = account.inventory.workers.map(
        (worker) => [worker, stateOf(account, worker, nodes)] as const,
      )
      if (wantsJson(words)) return json(rows.map(([worker, state]) => workerJson(account, worker, state)))
      const isClassic = account.infrastructure.provider === 'classic'
      const isBehind = account.version !== account.inventory.masterVersion
      const heads = isClassic
        ? ['ID', 'Public IP', 'Private IP', 'Machine Type', 'State', 'Status', 'Zone', 'Version']
        : ['ID', 'Primary IP', 'Flavor', 'State', 'Status', 'Zone', 'Version']
      return `OK\n${table(
        heads,
        rows.map(([worker, { state, status }]) => [
          worker.id,
          ...(isClassic ? [worker.publicIp ?? '-'] : []),
          worker.privateIp,
          account.infrastructure.machineType,
          state,
          status,
          worker.zone,
          `${versionOf(account, account.version)}${isBehind ? '*' : ''}`,
        ]),
      )}${isBehind ? behind(account) : ''}`
    },
  },

  'ks worker get': {
    needs: ['cluster', 'worker'],
    run: async (call) => {
      const { account, task, words } = call
      const [worker] = named(call)
      const state = stateOf(account, worker, await nodesOf(account, task))
      if (wantsJson(words)) return json(workerJson(account, worker, state))
      return `Retrieving worker ${worker.id}...\nOK\n\n${sheet(aboutWorker(call, worker, state))}`
    },
  },

  'ks worker reboot': {
    needs: ['cluster', 'worker'],
    run: (call) => {
      const { site } = call.account
      const powerCut = call.words.has('hard')
      return each(call, 'Processing', (worker) => {
        const machine = site.machine(worker.privateIp)
        if (machine === undefined || (!powerCut && machine.state !== 'up'))
          throw new Refused(
            'The worker did not respond to the soft reboot request. A hard reboot might be necessary.',
          )
        restart(site.underlay, machine, { powerCut })
      })
    },
  },

  'ks worker reload': {
    needs: ['worker'],
    only: 'classic',
    run: (call) => each(call, 'Reloading', (worker) => reload(call.account, worker)),
  },

  'ks worker replace': {
    needs: ['cluster', 'worker'],
    run: (call) => each(call, 'Replacing', (worker) => replace(call.account, worker)),
  },

  'ks worker rm': {
    needs: ['cluster', 'worker'],
    run: (call) => each(call, 'Removing', (worker) => remove(call.account, worker)),
  },
}

/** The workers that were named, all of them there. */
function named({ account, words }: Call): readonly [Worker, ...Worker[]] {
  const workers = words.options('worker').map((name) => {
    const worker = account.inventory.workers.find(({ id, privateIp }) => id === name || privateIp === name)
    if (worker === undefined) throw new Refused('The specified worker node could not be found.')
    return worker
  })
  const [first, ...others] = workers
  if (first === undefined) throw new Refused('Incorrect Usage: Required flag "worker" not set')
  return [first, ...others]
}

/** Does it with each worker; the provider takes no second order for one that it works on. */
function each(call: Call, verb: string, act: (worker: Worker) => void): string {
  const { inventory } = call.account
  let out = ''
  for (const worker of named(call)) {
    const operation = inventory.operation(worker)
    if (operation !== undefined && !operation.state.endsWith('_failed'))
      throw new Refused('The backend service is currently updating and cannot create or modify resources')
    act(worker)
    out += `${verb} ${worker.id}...\nProcessing ${worker.id} complete.\n`
  }
  return `${out}OK\n`
}

/** `version`: without suffix. */
export const versionOf = ({ product }: Call['account'], version: string): string => product.numbered(version)

const behind = (account: Call['account']): string =>
  `\n* To update to ${versionOf(account, account.inventory.masterVersion)} version, run 'ibmcloud ks worker update'. Review and make any required version changes before you update: 'https://ibm.biz/upworker'\n`

const aboutWorker = (
  { account }: Call,
  worker: Worker,
  { state, status }: WorkerOperation,
): readonly (readonly [string, string])[] => [
  ['ID', worker.id],
  ['State', state],
  ['Status', status],
  ...vlansOf(account, worker),
  ['Private IP', worker.privateIp],
  ...(worker.publicIp === undefined ? [] : [['Public IP', worker.publicIp] as const]),
  [
    account.infrastructure.provider === 'classic' ? 'Machine Type' : 'Flavor',
    account.infrastructure.machineType,
  ],
  ['Pool Name', pool.name],
  ['Pool ID', pool.id],
  ['Zone', worker.zone],
  ['Version', versionOf(account, account.version)],
]

const vlansOf = (
  { infrastructure }: Call['account'],
  worker: Worker,
): readonly (readonly [string, string])[] => {
  const { privateVLAN, publicVLAN } = infrastructure.labels(worker)
  return privateVLAN === undefined
    ? []
    : [
        ['Private VLAN', privateVLAN],
        ['Public VLAN', publicVLAN ?? '-'],
      ]
}
