import type { ProcStatus } from '#sources/formats/proc-status.ts'
import type { StatLine } from '#sources/formats/stat.ts'

export interface Credentials {
  readonly uid: number
  readonly gid: number
  readonly groups: readonly number[]
  readonly capabilities?: readonly string[]
}

/**
 * With which credentials an executable would run if this process started it: the rules of execve(2) and
 * capabilities(7), as far as a mode and a status tell them. File capabilities are not visible to `stat`; they can never
 * exceed the bounding set, so the capabilities are told only where that settles the question who may pass a folder
 * (DAC_OVERRIDE, DAC_READ_SEARCH).
 */
export function credentialsOf(parent: ProcStatus, executable: StatLine | undefined): Credentials {
  const setuid = isSet(executable, 0o4000) && !parent.noNewPrivileges
  const setgid = isSet(executable, 0o2000) && !parent.noNewPrivileges
  const uid = setuid && executable !== undefined ? executable.uid : parent.uid
  const gid = setgid && executable !== undefined ? executable.gid : parent.gid
  const who = { uid, gid, groups: parent.groups }
  // Root's executables get everything the bounding set leaves.
  if (uid === 0) return { ...who, capabilities: parent.bounding }
  if (parent.noNewPrivileges) return { ...who, capabilities: parent.effective }
  // An executable that nobody saw may be setuid root.
  if (executable === undefined) return who
  const mayPass = parent.bounding.some((name) => name === 'DAC_OVERRIDE' || name === 'DAC_READ_SEARCH')
  return mayPass ? who : { ...who, capabilities: parent.bounding }
}

const isSet = (file: StatLine | undefined, bit: number): boolean =>
  file !== undefined && (file.mode & bit) !== 0
