import { calicoLog, type Log } from '#lab/calico/log.ts'
import type { Process } from '#lab/host/ports.ts'

/** The log of one of calico-node's small services: under its own name, or that of the process which runs them all (3.32 on). */
export const serviceLog = (p: Process, name: string): Log =>
  calicoLog(p, p.argv.some((word) => word.endsWith('-node-services')) ? 'node-services' : name)
