import type { Errno } from '#lab/host/ports.ts'

/** How Go prints a failed file operation: `open /var/lib/calico/nodename: permission denied`. */
export const pathError = (operation: string, path: string, error: Errno): string =>
  `${operation} ${path}: ${error.message.toLowerCase()}`
