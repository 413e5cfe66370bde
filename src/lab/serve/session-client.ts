import WebSocket from 'ws'
import { Trouble } from '#base/trouble.ts'
import { type SessionRequest, sessionPath, sessionReply } from '#lab/serve/protocol.ts'
import type { LabRecord } from '#lab/serve/state.ts'

export interface RemoteSession {
  type(text: string): void
  endInput(): void
  interrupt(): void
  /** The command's exit code. Rejects with the {@link Trouble} that the lab answers. */
  readonly ended: Promise<number>
}

/** Runs a command on a node of a served lab; what it writes is handed on as it comes. */
export function openRemote(
  record: LabRecord,
  o: {
    readonly node: string
    readonly argv: readonly string[]
    readonly terminal?: boolean
    readonly env?: Readonly<Record<string, string>>
    readonly stdout: (text: string) => void
    readonly stderr: (text: string) => void
  },
): RemoteSession {
  const ws = new WebSocket(`ws://127.0.0.1:${record.port}${sessionPath}`, {
    headers: { authorization: `Bearer ${record.token}` },
  })
  const early: SessionRequest[] = []
  const say = (request: SessionRequest): void => {
    if (ws.readyState === WebSocket.CONNECTING) early.push(request)
    else if (ws.readyState === WebSocket.OPEN) ws.send(JSON.stringify(request))
  }
  const { node, argv, terminal = false, env = {} } = o
  say({ say: 'open', node, argv: [...argv], terminal, env })
  ws.on('open', () => {
    for (const request of early.splice(0)) say(request)
  })
  const ended = new Promise<number>((resolve, reject) => {
    ws.on('message', (data) => {
      const reply = sessionReply.parse(JSON.parse(String(data)))
      switch (reply.say) {
        case 'stdout':
          return o.stdout(reply.text)
        case 'stderr':
          return o.stderr(reply.text)
        case 'exit':
          return resolve(reply.code)
        case 'refused': {
          const { code, message, hint, exit } = reply
          return reject(new Trouble(code, message, { exit, ...(hint === undefined ? {} : { hint }) }))
        }
        default:
          return reply satisfies never
      }
    })
    ws.on('close', () => reject(silent(record)))
    ws.on('error', (cause) => reject(silent(record, cause)))
  })
  return {
    type: (text) => say({ say: 'type', text }),
    endInput: () => say({ say: 'end-input' }),
    interrupt: () => say({ say: 'interrupt' }),
    ended,
  }
}

/** A lab that is not there, or went down meanwhile. */
export const silent = ({ name, port }: LabRecord, cause?: unknown): Trouble =>
  new Trouble('lab-silent', `the lab "${name}" does not answer on port ${port}`, {
    hint: `see its log with: ninelives lab status --name ${name}; or take it down: ninelives lab down --name ${name}`,
    ...(cause === undefined ? {} : { cause }),
  })
