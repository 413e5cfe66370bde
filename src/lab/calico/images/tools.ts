import type { Tree } from '#lab/host/ports.ts'

/** What people use inside Calico's images when they look around: a shell and its small tools, `ip`. */
export const tools = (): Tree => []
