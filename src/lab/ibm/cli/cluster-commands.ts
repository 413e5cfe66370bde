import { cluster, masterPort, services } from '#lab/ibm/account.ts'
import { type Call, type Commands, Refused } from '#lab/ibm/cli/command.ts'
import { ago, json, moment, sheet, table } from '#lab/ibm/cli/print.ts'
import { wantsJson } from '#lab/ibm/cli/words.ts'
import { versionOf } from '#lab/ibm/cli/worker-commands.ts'
import type { IbmAccount } from '#lab/ibm/cloud.ts'
import { refreshMaster, updateMaster } from '#lab/ibm/master-refresh.ts'
import { vpcId } from '#lab/ibm/vpc-zones.ts'
import { nodesOf, stateOf } from '#lab/ibm/worker-state.ts'

export const clusterCommands: Commands = {
  'ks cluster ls': {
    run: async (call) => {
      const state = await clusterState(call)
      const { account, words } = call
      if (wantsJson(words)) return json([clusterJson(call, state)])
      return `OK\n${table(
        [
          'Name',
          'ID',
          'State',
          'Created',
          'Workers',
          'Location',
          'Version',
          'Resource Group Name',
          'Provider',
        ],
        [
          [
            cluster.name,
            cluster.id,
            state,
            ago(account.site.kernel.nowMs - account.inventory.createdMs),
            String(account.inventory.workers.length),
            account.infrastructure.location,
            versionOf(account, account.inventory.masterVersion),
            cluster.resourceGroup,
            account.infrastructure.provider,
          ],
        ],
      )}`
    },
  },

  'ks cluster get': {
    needs: ['cluster'],
    run: async (call) => {
      const state = await clusterState(call)
      if (wantsJson(call.words)) return json(clusterJson(call, state))
      return `Retrieving cluster ${cluster.name}...\nOK\n\n${sheet(aboutCluster(call, state))}`
    },
  },

  'ks cluster master refresh': {
    needs: ['cluster'],
    run: ({ account }) => {
      if (account.inventory.master.state === 'updating')
        throw new Refused('The backend service is currently updating and cannot create or modify resources')
      refreshMaster(account)
      return 'OK\nThe master refresh was requested. Check the Master Status field of the cluster.\n'
    },
  },

  'ks cluster master update': {
    needs: ['cluster'],
    run: ({ account, words }) => {
      const { inventory } = account
      if (inventory.master.state === 'updating')
        throw new Refused('The backend service is currently updating and cannot create or modify resources')
      if (account.product.type === 'openshift') throw new Refused(noUpdate)
      updateMaster(account, nextVersion(inventory.masterVersion, words.option('version')))
      return 'OK\n'
    },
  },
}

const noUpdate =
  'The lab does not update OpenShift: make a lab of another release (ninelives lab up --flavour roks --kubernetes …).'

/** The last patches of the releases that follow one in which Calico came by manifest. */
const patches: Readonly<Record<string, string>> = {
  '1.25': '1.25.16',
  '1.26': '1.26.15',
  '1.27': '1.27.16',
  '1.28': '1.28.15',
  '1.29': '1.29.15',
}

/** A master goes one minor version at a time here. `asked`: 1.29 or 1.29.15; by default the next one. */
function nextVersion(present: string, asked: string | undefined): string {
  const next = `1.${Number(present.split('.')[1]) + 1}`
  const version = asked?.split('_')[0] ?? next
  if (version.split('.').slice(0, 2).join('.') !== next)
    throw new Refused(`The cluster can be updated to version ${next} only, not to ${version}.`)
  const full = version === next ? patches[next] : version
  if (full === undefined) throw new Refused(`The lab knows no version after ${present}.`)
  return full
}

type ClusterState = 'normal' | 'warning' | 'critical'

/** `critical` when the master does not answer or all workers are down. */
async function clusterState({ account, task }: Call): Promise<ClusterState> {
  const nodes = await nodesOf(account, task)
  if (nodes === undefined) return 'critical'
  const states = account.inventory.workers.map((worker) => stateOf(account, worker, nodes).state)
  const bad = states.filter((state) => state === 'critical' || state === 'unknown').length
  if (bad === states.length) return 'critical'
  return bad > 0 ? 'warning' : 'normal'
}

const masterUrl = `https://${services.internet.master}:${masterPort}`

/** By a cloud service endpoint. All clusters in a VPC have one. */
const privateUrl = ({ infrastructure, inventory }: IbmAccount): string | undefined =>
  infrastructure.provider === 'vpc-gen2' || inventory.hasPrivateMaster
    ? `https://${services.cse.master}:${masterPort}`
    : undefined

const isMasterUp = ({ account }: Call): boolean => account.site.api.process !== undefined

const aboutCluster = (call: Call, state: ClusterState): readonly (readonly [string, string])[] => {
  const { account } = call
  const { inventory, infrastructure, plan, site } = account
  const { master } = inventory
  return [
    ['Name', cluster.name],
    ['ID', cluster.id],
    ['State', state],
    ['Status', state === 'normal' ? 'All Workers Normal' : 'Some workers are not normal'],
    ['Created', moment(inventory.createdMs)],
    ['Location', infrastructure.location],
    ['Pod Subnet', plan.podCidr],
    ['Service Subnet', plan.serviceCidr],
    ['Master URL', masterUrl],
    ['Public Service Endpoint URL', masterUrl],
    ['Private Service Endpoint URL', privateUrl(account) ?? '-'],
    ['Master Location', infrastructure.location],
    ['Master Status', `${master.status} (${ago(site.kernel.nowMs - master.sinceMs)})`],
    ['Master State', master.state],
    ['Master Health', isMasterUp(call) ? 'normal' : 'error'],
    ['Workers', String(inventory.workers.length)],
    ['Worker Zones', infrastructure.zones.join(', ')],
    ['Version', versionOf(account, account.inventory.masterVersion)],
    ['Resource Group Name', cluster.resourceGroup],
    ...(inventory.outboundProtection === undefined
      ? []
      : [['Outbound Traffic Protection', inventory.outboundProtection] as const]),
  ]
}

/** As version 2 of the provider's API has it. @see IBM-Cloud/bluemix-go:api/container/containerv2/clusters.go */
function clusterJson(call: Call, state: ClusterState): object {
  const { account } = call
  const { inventory, infrastructure, plan } = account
  const { master } = inventory
  return {
    id: cluster.id,
    name: cluster.name,
    region: cluster.region,
    resourceGroupName: cluster.resourceGroup,
    createdDate: moment(inventory.createdMs),
    state,
    masterKubeVersion: versionOf(account, account.inventory.masterVersion),
    targetVersion: versionOf(account, account.inventory.masterVersion),
    type: account.product.type,
    provider: infrastructure.provider,
    podSubnet: plan.podCidr,
    serviceSubnet: plan.serviceCidr,
    masterURL: masterUrl,
    serverURL: masterUrl,
    workerCount: inventory.workers.length,
    workerZones: infrastructure.zones,
    ...(infrastructure.provider === 'vpc-gen2' && { vpcs: [vpcId] }),
    lifecycle: {
      masterStatus: master.status,
      masterStatusModifiedDate: moment(master.sinceMs),
      masterHealth: isMasterUp(call) ? 'normal' : 'error',
      masterState: master.state,
    },
    serviceEndpoints: {
      privateServiceEndpointEnabled: privateUrl(account) !== undefined,
      privateServiceEndpointURL: privateUrl(account) ?? '',
      publicServiceEndpointEnabled: true,
      publicServiceEndpointURL: masterUrl,
    },
  }
}
