import { type Files, isErrno } from '#lab/host/ports.ts'

/** A file's text; `undefined` where there is no such file, or none that may be read. */
export async function readable(files: Pick<Files, 'read'>, path: string): Promise<string | undefined> {
  try {
    return await files.read(path)
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
  }
}
