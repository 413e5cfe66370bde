/** The fixed addresses and names of a lab's cluster. */

export const gateway = '10.0.0.1'
export const podCidr = '10.244.0.0/16'
export const serviceCidr = '10.96.0.0/12'
export const dnsServiceIp = '10.96.0.10'
export const apiPort = 6443

export interface NodePlan {
  readonly name: string
  readonly address: string
  readonly controlPlane: boolean
}

/** `k8s-control-01` 10.0.0.11, then `k8s-worker-01…` from 10.0.0.21 on. */
export function nodePlans(count: number): readonly NodePlan[] {
  return Array.from({ length: count }, (_, index) =>
    index === 0
      ? { name: 'k8s-control-01', address: '10.0.0.11', controlPlane: true }
      : {
          name: `k8s-worker-${String(index).padStart(2, '0')}`,
          address: `10.0.0.${20 + index}`,
          controlPlane: false,
        },
  )
}
