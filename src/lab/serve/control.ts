import type { IncomingMessage, ServerResponse } from 'node:http'
import { Trouble } from '#base/trouble.ts'
import { type Fault, flavoursOf } from '#lab/fault.ts'
import type { Lab } from '#lab/lab.ts'
import { refuseUnlessFit } from '#lab/serve/fit.ts'
import { isOwner } from '#lab/serve/owner.ts'
import {
  type ControlReply,
  type ControlRequest,
  controlRequest,
  type LabStatus,
} from '#lab/serve/protocol.ts'
import { refusalOf } from '#lab/serve/refusal.ts'
import { type StruckRecord, savedText } from '#lab/serve/saved.ts'

export interface ControlOptions {
  readonly lab: Lab
  readonly name: string
  readonly token: string
  readonly speed: number
  readonly faults: (mode: string) => Promise<Fault>
  /** Struck before the lab was saved. */
  readonly struck?: readonly StruckRecord[]
  /** Whether it ever asked a webhook outside of the lab, whose answers nobody records. */
  readonly asksOutside: () => boolean
  /** Takes the lab down. */
  readonly down: () => void
}

const bodyBytesMax = 4 * 1024 * 1024

/** The owner's door: answers one POST per act. Wrong token: 401. Everything else is answered as a {@link ControlReply}. */
export function controlDoor(
  options: ControlOptions,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const struck: StruckRecord[] = [...(options.struck ?? [])]
  return async (request, response) => {
    if (request.method !== 'POST' || !isOwner(request, options.token))
      return reply(response, 401, refusal('not-the-owner', 'this is not the owner of the lab'))
    const isWanted = (): boolean => !response.destroyed
    try {
      const parsed = controlRequest.safeParse(JSON.parse(await bodyOf(request)))
      if (!parsed.success)
        return reply(
          response,
          400,
          refusal('bad-request', 'the lab was asked for something it does not know'),
        )
      reply(response, 200, {
        ok: true,
        value: (await acted(parsed.data, options, { struck, isWanted })) ?? null,
      })
    } catch (error) {
      reply(response, 200, { ok: false, ...refusalOf(error) })
    }
  }
}

async function acted(
  request: ControlRequest,
  options: ControlOptions,
  {
    struck,
    isWanted,
  }: {
    readonly struck: StruckRecord[] /** Whether the client is still there. */
    readonly isWanted: () => boolean
  },
): Promise<unknown> {
  const { lab, down } = options
  switch (request.act) {
    case 'status':
      return statusOf(options, struck)
    case 'exec':
      return lab.run(request.node, request.argv, { stdin: request.stdin ?? '', hurried: { isWanted } })
    case 'reboot':
      return lab.reboot(request.node, { powerCut: request.powerCut })
    case 'advance':
      await lab.advance(request.ms)
      return { nowMs: lab.nowMs }
    case 'cloud':
      return lab.cloud(request.argv)
    case 'break':
      return strike(request, options, struck)
    case 'save':
      return saved(options, struck)
    case 'mend':
      return mend(options, struck)
    case 'down':
      return void setImmediate(down)
    default:
      return request satisfies never
  }
}

/** Breaks the lab, and advances it when it has to reboot for that. */
async function strike(
  { mode, node, variant, force }: Extract<ControlRequest, { act: 'break' }>,
  { lab, faults }: ControlOptions,
  struck: StruckRecord[],
): Promise<{ readonly node: string; readonly variant: string; readonly settleMs: number }> {
  const fault = await faults(mode)
  const variants = Object.keys(fault.variants)
  const fitting = variants.find((one) => flavoursOf(fault, one).includes(lab.options.flavour))
  const chosen = variant ?? fitting ?? (variants[0] as string) // a fault has a variant
  if (!variants.includes(chosen))
    throw new Trouble('unknown-variant', `${mode} has no variant "${chosen}"`, {
      hint: `one of: ${variants.join(', ')}`,
    })
  if (!force) refuseUnlessFit(mode, { fault, variant: chosen }, lab.options)
  const target = node ?? lab.nodes.find((name) => name.includes('worker')) ?? (lab.nodes[0] as string)
  lab.machine(target)
  const at = { node: target, variant: chosen }
  const memory = await fault.change(lab, at)
  await fault.trigger(lab, at)
  struck.push({ mode, ...at, memory })
  return { ...at, settleMs: fault.settleMs(chosen) }
}

function saved(
  { lab: { history }, asksOutside }: ControlOptions,
  struck: readonly StruckRecord[],
): { readonly text: string; readonly inputs: number } {
  if (asksOutside())
    throw new Trouble(
      'not-repeatable',
      'the lab asked a webhook outside of it, and its answers were not recorded',
      {
        hint: 'a lab can be saved while its webhooks are services of its own',
      },
    )
  return { text: savedText({ history, struck }), inputs: history.inputs.length }
}

async function mend(
  { lab, faults }: ControlOptions,
  struck: StruckRecord[],
): Promise<readonly { readonly mode: string; readonly node: string }[]> {
  const undone: { mode: string; node: string }[] = []
  for (let last = struck.at(-1); last !== undefined; last = struck.at(-1)) {
    const fault = await faults(last.mode)
    await fault.undo(lab, last, last.memory)
    struck.pop()
    undone.push({ mode: last.mode, node: last.node })
  }
  return undone
}

const statusOf = ({ lab, name, speed }: ControlOptions, struck: readonly StruckRecord[]): LabStatus => ({
  name,
  flavour: lab.options.flavour,
  seed: lab.options.seed,
  nowMs: lab.nowMs,
  speed,
  kubernetes: lab.options.kubernetes,
  calico: lab.options.calico,
  nodes: lab.nodes.map((node) => ({ name: node, up: lab.machine(node).up })),
  faults: struck.map(({ mode, node, variant }) => ({ mode, node, variant })),
})

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > bodyBytesMax) throw new Trouble('too-much', 'the request to the lab is too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

const refusal = (code: string, message: string): ControlReply => ({ ok: false, code, message, exit: 2 })

function reply(response: ServerResponse, status: number, body: ControlReply): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
