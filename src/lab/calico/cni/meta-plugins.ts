import type { Program } from '#lab/host/ports.ts'

/**
 * The chained plugins `portmap` and `bandwidth`: they hand on the result before them (containernetworking/plugins:plugins/meta).
 * Not imitated: host ports and traffic shaping, which no pod of the lab asks for.
 */
export const passResult: Program = async (p) => {
  let text = ''
  for (let part = await p.stdin.read(p); part !== undefined; part = await p.stdin.read(p)) text += part
  if (p.env.CNI_COMMAND !== 'ADD') return 0
  const { prevResult } = JSON.parse(text) as { prevResult?: unknown } // written by the runtime
  p.stdout.write(`${JSON.stringify(prevResult ?? {})}\n`)
  return 0
}
