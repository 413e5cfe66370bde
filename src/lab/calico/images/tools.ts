import { shellTools } from '#lab/host/os.ts'
import type { Tree } from '#lab/host/ports.ts'
import { networkTools } from '#lab/network/tools.ts'

/** What people use inside calico-kube-controllers when they look around: a shell with its small tools, `ip`, `iptables-save`. */
export const tools = (): Tree => [...shellTools(), ...networkTools()]
