import { failed, ok, type Result } from '#base/result.ts'
import { nodeArgv } from '#repair/commands.ts'
import type { Hand, HandTrouble } from '#repair/hands.ts'

/** Root's shell on a node, as this hand consumes it. */
export type RunOnNode = (
  node: string,
  argv: readonly string[],
  o?: { readonly signal?: AbortSignal },
) => Promise<
  Result<
    { readonly stdout: string; readonly stderr: string; readonly code: number },
    { readonly kind: string; readonly says: string }
  >
>

/** Acts on nodes: runs commands, writes and removes files. A command that ends with another code than 0 has failed. */
export function nodeShellHand(run: RunOnNode): Hand {
  return {
    acts: ['node-shell', 'write-file', 'remove-file'],
    async carryOut(act, o) {
      if (act.hand !== 'node-shell' && act.hand !== 'write-file' && act.hand !== 'remove-file')
        return failed({ kind: 'no-hand', says: `a node's shell cannot do "${act.hand}"` })
      const answer = await run(act.node, nodeArgv(act), o)
      if (!answer.ok) return failed(shellTrouble(answer.error, act.node))
      const { code, stdout, stderr } = answer.value
      if (code !== 0)
        return failed({ kind: 'failed', says: `exit ${code} on ${act.node}: ${lastLine(stderr || stdout)}` })
      return ok(lastLine(stdout) || `done on ${act.node}`)
    },
  }
}

const shellTrouble = ({ kind, says }: { kind: string; says: string }, node: string): HandTrouble => ({
  kind: kind === 'forbidden' || kind === 'timed-out' || kind === 'unreachable' ? kind : 'failed',
  says: `no shell on ${node}: ${says}`,
})

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? ''
