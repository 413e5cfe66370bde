import { Quiet } from '#base/quiet.ts'

/** errno names that the lab's machines answer with, and their glibc texts (strerror). */
export const errnoTexts = {
  EPERM: 'Operation not permitted',
  ENOENT: 'No such file or directory',
  ESRCH: 'No such process',
  EIO: 'Input/output error',
  EAGAIN: 'Resource temporarily unavailable',
  EMFILE: 'Too many open files',
  EBADF: 'Bad file descriptor',
  EACCES: 'Permission denied',
  EBUSY: 'Device or resource busy',
  EEXIST: 'File exists',
  EXDEV: 'Invalid cross-device link',
  ENOTDIR: 'Not a directory',
  EISDIR: 'Is a directory',
  EINVAL: 'Invalid argument',
  ENOSPC: 'No space left on device',
  EROFS: 'Read-only file system',
  EPIPE: 'Broken pipe',
  EPROTO: 'Protocol error',
  EOPNOTSUPP: 'Operation not supported',
  ENOTEMPTY: 'Directory not empty',
  ELOOP: 'Too many levels of symbolic links',
  ENOEXEC: 'Exec format error',
  ENODEV: 'No such device',
  EADDRINUSE: 'Address already in use',
  EADDRNOTAVAIL: 'Cannot assign requested address',
  ENETDOWN: 'Network is down',
  ENETUNREACH: 'Network is unreachable',
  ECONNRESET: 'Connection reset by peer',
  ECONNREFUSED: 'Connection refused',
  ETIMEDOUT: 'Connection timed out',
  EHOSTUNREACH: 'No route to host',
} as const

export type ErrnoCode = keyof typeof errnoTexts

/** A refused system call. `message` is the glibc text; programs put their own words before it. */
export class Errno extends Quiet {
  readonly code: ErrnoCode
  readonly path: string | undefined

  constructor(code: ErrnoCode, path?: string) {
    super(errnoTexts[code])
    this.name = 'Errno'
    this.code = code
    this.path = path
  }
}

export const isErrno = (error: unknown, code?: ErrnoCode): error is Errno =>
  error instanceof Errno && (code === undefined || error.code === code)
