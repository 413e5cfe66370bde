import { pool } from '#lab/ibm/account.ts'
import { moment } from '#lab/ibm/cli/print.ts'
import type { IbmAccount } from '#lab/ibm/cloud.ts'
import type { Worker } from '#lab/ibm/infrastructure.ts'
import type { WorkerOperation } from '#lab/ibm/inventory.ts'

/** A worker as version 2 of the provider's API has it. @see IBM-Cloud/bluemix-go:api/container/containerv2/worker.go */
export function workerJson(account: IbmAccount, worker: Worker, { state, status }: WorkerOperation): object {
  const { infrastructure, inventory, product, site, version } = account
  const [full, target] = [version, inventory.masterVersion].map((each) => product.numbered(each))
  return {
    dedicatedHostId: '',
    flavor: infrastructure.machineType,
    health: { state: healthOf(state), message: status },
    id: worker.id,
    kubeVersion: { actual: full, desired: full, eos: '', masterEOS: '', target },
    lifecycle: {
      actualState: state,
      desiredState: state.startsWith('delet') ? 'deleted' : 'deployed',
      message: status,
      messageDate: moment(site.kernel.nowMs),
      messageDetails: '',
      messageDetailsDate: '',
      pendingOperation: '',
      reasonForDelete: '',
    },
    location: worker.zone,
    poolID: pool.id,
    poolName: pool.name,
    ...networkOf(account, worker),
  }
}

const healthOf = (state: WorkerOperation['state']): string =>
  state === 'normal' || state === 'warning' || state === 'critical' ? state : 'pending'

function networkOf({ infrastructure }: IbmAccount, worker: Worker): object {
  const {
    privateVLAN,
    publicVLAN,
    'ibm-cloud.kubernetes.io/subnet-id': subnetID,
  } = infrastructure.labels(worker)
  if (infrastructure.provider === 'classic')
    return {
      networkInformation: {
        privateIP: worker.privateIp,
        privateVLAN,
        publicIP: worker.publicIp ?? '',
        publicVLAN: publicVLAN ?? '',
      },
    }
  return { networkInterfaces: [{ cidr: '', ipAddress: worker.privateIp, primary: true, subnetID }] }
}
