import { chainName } from '#lab/calico/felix/names.ts'
import type { Policy } from '#lab/calico/felix/policy/model.ts'

/** `cali-pi-…` for what comes in, `cali-po-…` for what goes out. */
export const policyChain = (direction: 'in' | 'out', policy: Pick<Policy, 'id'>): string =>
  chainName(direction === 'in' ? 'cali-pi-' : 'cali-po-', policy.id)
