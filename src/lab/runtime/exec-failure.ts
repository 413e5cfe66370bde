import type { Errno } from '#lab/host/ports.ts'

/** What runc says when it cannot start a process (opencontainers/runc:libcontainer/standard_init_linux.go). */
export function execFailure(argv: readonly string[], error: Errno): string {
  const name = argv[0] ?? ''
  const why =
    error.code === 'ENOENT'
      ? name.includes('/')
        ? `stat ${name}: no such file or directory`
        : 'executable file not found in $PATH'
      : error.message.toLowerCase()
  return `unable to start container process: exec: "${name}": ${why}: unknown`
}
