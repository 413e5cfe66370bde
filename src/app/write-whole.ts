import { renameSync, rmSync, writeFileSync } from 'node:fs'

/** Nobody ever reads half of it, and only its owner reads it. Throws as the file system does. */
export function writeWhole(path: string, text: string): void {
  const part = `${path}.part`
  try {
    writeFileSync(part, text, { mode: 0o600 })
    renameSync(part, path)
  } catch (error) {
    rmSync(part, { force: true }) // on a full disk it would keep what little is left
    throw error
  }
}
