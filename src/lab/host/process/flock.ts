import type { ProcessState } from '#lab/host/process/state.ts'
import { existing } from '#lab/host/vfs/walk.ts'
import type { Inode } from '#lab/host/vfs.ts'
import type { Task } from '#lab/kernel/kernel.ts'

type Unlock = () => void

/** Who has a file locked, and who waits for it, in the order in which they came. */
interface Lock {
  holder: ProcessState | undefined
  readonly waiting: { readonly process: ProcessState; granted(unlock: Unlock): void }[]
}

const locks = new WeakMap<Inode, Lock>()

/**
 * Waits for the exclusive lock on a file (flock(2)). Whoever has it keeps it until it gives it back, or ends. Throws ENOENT.
 * Not imitated: shared locks, and those that several processes have through one open file.
 */
export async function flock(process: ProcessState, by: Task, path: string): Promise<Unlock> {
  const inode = existing(process.view, path).inode.keep()
  const lock = locks.get(inode) ?? { holder: undefined, waiting: [] }
  locks.set(inode, lock)
  if (lock.holder?.alive !== true) return grant(lock, process)
  return by.wait<Unlock>((wake) => {
    const waiter = { process, granted: wake }
    lock.waiting.push(waiter)
    return () => {
      const at = lock.waiting.indexOf(waiter)
      if (at >= 0) lock.waiting.splice(at, 1)
    }
  })
}

function grant(lock: Lock, process: ProcessState): Unlock {
  lock.holder = process
  const unlock = (): void => {
    process.closed(unlock)
    if (lock.holder !== process) return
    lock.holder = undefined
    const next = lock.waiting.shift()
    next?.granted(grant(lock, next.process))
  }
  process.opened(unlock)
  return unlock
}
