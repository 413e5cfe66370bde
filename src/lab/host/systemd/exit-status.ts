/** How a unit's processes ended, in systemd's words. */
import type { ExitStatus } from '#lab/host/ports.ts'
import type { RestartPolicy } from '#lab/host/systemd/unit.ts'

/** Why a service ended. */
export type ServiceResult = 'success' | 'exit-code' | 'signal' | 'timeout' | 'start-limit-hit'

const exitNames: Readonly<Record<number, string>> = {
  0: 'SUCCESS',
  1: 'FAILURE',
  203: 'EXEC',
  216: 'GROUP',
  217: 'USER',
}

/** `code=exited, status=203/EXEC`, `code=killed, status=9/KILL`. */
export function exitText({ code, signal }: ExitStatus): string {
  if (signal !== undefined) return `code=killed, status=${code - 128}/${signal.slice(3)}`
  const name = exitNames[code]
  return `code=exited, status=${code}/${name ?? 'n/a'}`
}

export const isClean = ({ code, signal }: ExitStatus): boolean =>
  signal === undefined ? code === 0 : ['SIGHUP', 'SIGINT', 'SIGTERM'].includes(signal)

export const resultOf = (exit: ExitStatus): ServiceResult =>
  isClean(exit) ? 'success' : exit.signal === undefined ? 'exit-code' : 'signal'

/** Whether a service that ended so is started again: the table of Restart= in systemd.service(5). */
export function isRestarted(policy: RestartPolicy, result: ServiceResult, exit: ExitStatus): boolean {
  switch (policy) {
    case 'no':
      return false
    case 'always':
      return true
    case 'on-success':
      return result === 'success'
    case 'on-failure':
      return result !== 'success'
    case 'on-abnormal':
      return result === 'timeout' || (exit.signal !== undefined && !isClean(exit))
  }
}
