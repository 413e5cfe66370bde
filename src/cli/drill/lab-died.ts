import { Trouble } from '#base/trouble.ts'
import type { Io } from '#cli/io.ts'

/**
 * What is said of an error in the middle of a game. What a user can cause or meet says it itself; everything else means that the
 * lab is dead, and that is one message, with what was kept and how to go on.
 */
export function labDied(
  error: unknown,
  { kept, resume, io }: { readonly kept: string; readonly resume?: string; readonly io: Io },
): unknown {
  if (error instanceof Trouble || (error instanceof Error && error.name === 'AbortError')) return error
  if (io.env['NINELIVES_DEBUG'] !== undefined && error instanceof Error) io.stderr.write(`${error.stack}\n`)
  const says = error instanceof Error ? error.message : String(error)
  return new Trouble('lab-died', `the lab of this drill died: ${says}`, {
    hint: `${kept}${resume === undefined ? '' : `; go on from there: ${resume}`}. This is a bug: report what NINELIVES_DEBUG=1 prints`,
    cause: error,
  })
}

/** The end of a dead lab may fail, too, and says nothing new. */
export async function shutDown(game: { shutdown(): Promise<void> } | undefined): Promise<void> {
  await game?.shutdown().catch((error: unknown) => void error)
}
