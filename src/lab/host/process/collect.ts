import type { Child, ExitStatus, Output, Writer } from '#lab/host/ports.ts'
import { Collector } from '#lab/host/process/streams.ts'

/**
 * Starts a process and gathers what it writes; `until` lets time pass until its question is answered with yes. Answers code -1
 * when it had not ended by then.
 */
export async function outputOf(
  start: (o: { readonly stdout: Writer; readonly stderr: Writer }) => Promise<Pick<Child, 'onExit'>>,
  until: (done: () => boolean) => Promise<unknown>,
): Promise<Output> {
  const stdout = new Collector()
  const stderr = new Collector()
  const child = await start({ stdout, stderr })
  let status: ExitStatus | undefined
  child.onExit((told) => {
    status = told
  })
  await until(() => status !== undefined)
  return { ...(status ?? { code: -1 }), stdout: stdout.text, stderr: stderr.text }
}
