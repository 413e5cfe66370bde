/**
 * What `ninelives` and a served lab say to each other under `/ninelives/v1/` of the lab's own port, beside the Kubernetes
 * API: the acts of the lab's owner, which no cluster's API has. Every call carries the lab's token.
 */
import { z } from 'zod'

export const controlPath = '/ninelives/v1'

/**
 * The Kubernetes API under this path shows the lab's own times. Without it times are shown shifted, so that kubectl, which
 * compares them with the wall clock, shows right ages after a jump.
 */
export const labTimePath = '/ninelives/lab-time'

export const controlRequest = z.discriminatedUnion('act', [
  z.object({ act: z.literal('status') }),
  z.object({
    act: z.literal('exec'),
    node: z.string(),
    argv: z.array(z.string()).min(1),
    stdin: z.string().optional(),
  }),
  z.object({ act: z.literal('reboot'), node: z.string(), powerCut: z.boolean() }),
  z.object({ act: z.literal('advance'), ms: z.number().int().nonnegative() }),
  z.object({
    act: z.literal('break'),
    mode: z.string(),
    node: z.string().optional(),
    variant: z.string().optional(),
    force: z.boolean(),
  }),
  z.object({ act: z.literal('cloud'), argv: z.array(z.string()) }),
  z.object({ act: z.literal('mend') }),
  z.object({ act: z.literal('save') }),
  z.object({ act: z.literal('down') }),
])
export type ControlRequest = z.infer<typeof controlRequest>

export const controlReply = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), value: z.unknown() }),
  z.object({
    ok: z.literal(false),
    code: z.string(),
    message: z.string(),
    hint: z.string().optional(),
    exit: z.number(),
  }),
])
export type ControlReply = z.infer<typeof controlReply>

export const execResult = z.object({ code: z.number(), stdout: z.string(), stderr: z.string() })

/** The text of the file. */
export const saveResult = z.object({ text: z.string(), inputs: z.number() })

export const advanceResult = z.object({ nowMs: z.number() })

export const labStatus = z.object({
  name: z.string(),
  flavour: z.string(),
  seed: z.string(),
  nowMs: z.number(),
  speed: z.number(),
  kubernetes: z.string(),
  calico: z.string(),
  nodes: z.array(z.object({ name: z.string(), up: z.boolean() })),
  faults: z.array(z.object({ mode: z.string(), node: z.string(), variant: z.string() })),
})
export type LabStatus = z.infer<typeof labStatus>

/** Where a WebSocket carries a command that is watched while it runs: one JSON text a message, as the two shapes below say. */
export const sessionPath = `${controlPath}/session`

/** From the owner. `open` comes first, and once. */
export const sessionRequest = z.discriminatedUnion('say', [
  z.object({
    say: z.literal('open'),
    node: z.string(),
    argv: z.array(z.string()).min(1),
    terminal: z.boolean(),
    env: z.record(z.string(), z.string()),
  }),
  z.object({ say: z.literal('type'), text: z.string() }),
  z.object({ say: z.literal('end-input') }),
  z.object({ say: z.literal('interrupt') }),
])
export type SessionRequest = z.infer<typeof sessionRequest>

/** From the lab. `exit` or `refused` comes last. */
export const sessionReply = z.discriminatedUnion('say', [
  z.object({ say: z.literal('stdout'), text: z.string() }),
  z.object({ say: z.literal('stderr'), text: z.string() }),
  z.object({ say: z.literal('exit'), code: z.number() }),
  z.object({
    say: z.literal('refused'),
    code: z.string(),
    message: z.string(),
    hint: z.string().optional(),
    exit: z.number(),
  }),
])
export type SessionReply = z.infer<typeof sessionReply>
