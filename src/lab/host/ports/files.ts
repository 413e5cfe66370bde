import type { Process } from '#lab/host/ports/processes.ts'

export type FileKind = 'file' | 'directory' | 'symlink' | 'socket' | 'device'

export interface Stat {
  readonly kind: FileKind
  /** Permission bits with setuid/setgid/sticky: 0o7777 at most. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly size: number
  readonly mtimeMs: number
  readonly inode: number
}

export interface DirectoryEntry {
  readonly name: string
  readonly kind: FileKind
}

/**
 * The files as one process sees them: its mounts, its credentials, its working directory. Every call rejects with
 * {@link Errno}. Links are followed unless it says otherwise.
 */
export interface Files {
  read(path: string): Promise<string>
  /** Creates (mode 0666 less umask 022 unless `mode` says so) or truncates. */
  write(path: string, text: string, o?: { readonly mode?: number }): Promise<void>
  append(path: string, text: string): Promise<void>
  stat(path: string): Promise<Stat>
  lstat(path: string): Promise<Stat>
  list(path: string): Promise<readonly DirectoryEntry[]> // sorted by name
  /** `apart`, with `parents`: if it is new, what changes in it is counted apart from the machine's other files (docs/decisions/0012). */
  mkdir(
    path: string,
    o?: { readonly mode?: number; readonly parents?: boolean; readonly apart?: boolean },
  ): Promise<void>
  remove(path: string, o?: { readonly recursive?: boolean }): Promise<void>
  rename(from: string, to: string): Promise<void>
  chmod(path: string, mode: number): Promise<void>
  chown(path: string, uid: number | undefined, gid: number | undefined): Promise<void>
  symlink(target: string, path: string): Promise<void>
  readlink(path: string): Promise<string>
  exists(path: string): Promise<boolean>
  /** access(2): may this process read / write / execute it? */
  access(path: string, how: 'r' | 'w' | 'x'): Promise<boolean>
}

/** A connected path socket; texts keep their boundaries. */
export interface PathConnection {
  send(text: string): void
  /** The next text; `undefined` once the other end has closed and all was read. */
  receive(by: Process, o?: { readonly timeoutMs?: number }): Promise<string | undefined>
  close(): void
}
