import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { parsedJson } from '#base/json.ts'
import type { Lab } from '#lab/lab.ts'
import { isOwner } from '#lab/serve/owner.ts'
import { type SessionReply, type SessionRequest, sessionRequest } from '#lab/serve/protocol.ts'
import { refusalOf } from '#lab/serve/refusal.ts'
import type { Session } from '#lab/session.ts'

/** The owner's door for commands that run while somebody watches and types. A wrong token is answered 401. */
export function sessionDoor({
  lab,
  token,
}: {
  readonly lab: Lab
  readonly token: string
}): (request: IncomingMessage, socket: Duplex, head: Buffer) => void {
  const server = new WebSocketServer({ noServer: true })
  return (request, socket, head) => {
    if (isOwner(request, token)) server.handleUpgrade(request, socket, head, (ws) => serveOne(ws, lab))
    else socket.end('HTTP/1.1 401 Unauthorized\r\nconnection: close\r\n\r\n')
  }
}

function serveOne(ws: WebSocket, lab: Lab): void {
  let session: Promise<Session | undefined> | undefined
  const say = (reply: SessionReply): void => ws.send(JSON.stringify(reply))
  const end = (reply: SessionReply): void => {
    say(reply)
    ws.close()
  }
  ws.on('message', (data) => {
    const request = parsed(String(data))
    if (request === undefined || (request.say === 'open') !== (session === undefined)) {
      end(unknownRequest)
      return
    }
    if (request.say === 'open') session = opened(lab, request, { say, end })
    else void session?.then((open) => open && carry(open, request))
  })
  // Who goes away hangs up.
  ws.on('close', () => void session?.then((open) => open?.signal('SIGHUP')))
  ws.on('error', () => ws.terminate())
}

const unknownRequest: SessionReply = {
  say: 'refused',
  code: 'bad-request',
  message: 'the lab was asked for something it does not know',
  exit: 2,
}

/** The session that was asked for; `undefined` when it was refused, which has been told then. */
async function opened(
  lab: Lab,
  { node, argv, terminal, env }: Extract<SessionRequest, { say: 'open' }>,
  { say, end }: Readonly<Record<'say' | 'end', (reply: SessionReply) => void>>,
): Promise<Session | undefined> {
  try {
    const session = await lab.open(node, {
      argv,
      terminal,
      env,
      stdout: { write: (text) => say({ say: 'stdout', text }) },
      stderr: { write: (text) => say({ say: 'stderr', text }) },
    })
    session.onExit(({ code }) => end({ say: 'exit', code }))
    return session
  } catch (error) {
    end({ say: 'refused', ...refusalOf(error) })
    return undefined
  }
}

function carry(session: Session, request: Exclude<SessionRequest, { say: 'open' }>): void {
  switch (request.say) {
    case 'type':
      session.type(request.text)
      break
    case 'end-input':
      session.endInput()
      break
    case 'interrupt':
      session.signal('SIGINT')
      break
    default:
      request satisfies never
  }
}

const parsed = (text: string): SessionRequest | undefined => sessionRequest.safeParse(parsedJson(text)).data
