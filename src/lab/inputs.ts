/** Carries out what comes in from outside, in an event of the lab's own: the same in its first life and in every replay. */
import { answer, carryOutCall, type Reply } from '#lab/api/http/entrance.ts'
import { type StreamDoors, startStreams } from '#lab/api/http/streams.ts'
import { serviceMs } from '#lab/api/programs.ts'
import type { ApiServer } from '#lab/api/server.ts'
import type { KubeletStreams } from '#lab/api/streams/exec.ts'
import type { ForwardPod } from '#lab/api/streams/port-forward.ts'
import type { CloudProvider } from '#lab/cloud.ts'
import type { LabInput } from '#lab/history.ts'
import { root } from '#lab/host/credentials.ts'
import type { LabMachine } from '#lab/host/machine.ts'
import type { Output, Writer } from '#lab/host/ports.ts'
import { nowhere } from '#lab/host/process/streams.ts'
import type { Kernel } from '#lab/kernel/kernel.ts'
import type { Underlay } from '#lab/network/ports.ts'
import { changeUnderlay } from '#lab/network/underlay-change.ts'
import { askPod, askServer, type LabExecAnswer, type LabResponse } from '#lab/request.ts'
import { restart } from '#lab/restart.ts'
import { loginEnv, openSession, type Session } from '#lab/session.ts'

/** Who waits for what comes of an input. In a replay nobody does. */
export interface Listener {
  readonly stdout?: Writer
  readonly stderr?: Writer
  /** A command's exit code. */
  ended?(code: number): void
  /** The command, or the session, could not be started. */
  failed?(error: unknown): void
  opened?(session: Session): void
  /** `undefined`: no kube-apiserver runs. */
  answered?(response: LabResponse | 'broken-off' | undefined): void
  toldByPod?(answer: LabExecAnswer | 'broken-off'): void
  /** Of a client of the served API. */
  readonly reply?: Reply
  readonly doors?: StreamDoors
  toldByCloud?(answer: Output): void
}

export interface Inside {
  readonly kernel: Kernel
  readonly api: ApiServer
  readonly underlay: Underlay
  /** Of a cluster that some provider runs. */
  readonly cloud: CloudProvider | undefined
  /** Those that were opened, by their ids. */
  readonly sessions: Map<number, Session>
  /** What to tell when the client of a request goes away, and the far ends of streams, by their ids. */
  readonly clients: Map<number, () => void>
  readonly streams: Map<number, KubeletStreams | ForwardPod>
  machine(node: string): LabMachine
}

/** Has the input carried out: now, or when the server has had time to look at it. */
export function carryOut(inside: Inside, input: LabInput, to: Listener): void {
  const { kernel } = inside
  const isServed = input.act === 'request' || input.act === 'api' || input.act === 'exec-in-pod'
  kernel.at(kernel.nowMs + (isServed ? serviceMs : 0), input.act, () => happen(inside, input, to))
}

function happen(inside: Inside, input: LabInput, to: Listener): void {
  const { api, underlay, sessions, clients } = inside
  switch (input.act) {
    case 'exec':
      startCommand(inside, input, to)
      break
    case 'open':
      open(inside, input, to)
      break
    case 'type':
      sessions.get(input.id)?.type(input.text)
      break
    case 'end-input':
      sessions.get(input.id)?.endInput()
      break
    case 'signal':
      sessions.get(input.id)?.signal(input.name)
      break
    case 'reboot':
      restart(underlay, inside.machine(input.node), input)
      break
    case 'request':
      askServer(api, input.request, (response) => to.answered?.(response))
      break
    case 'api':
      answer(api, input.asked, {
        reply: to.reply ?? nobody,
        gone: (tell) => {
          if (tell === undefined) clients.delete(input.id)
          else clients.set(input.id, tell)
        },
      })
      break
    case 'api-gone':
      clients.get(input.id)?.()
      clients.delete(input.id)
      break
    case 'stream':
      startStreams(api, input.asked, recordedDoors(inside, input.id, to.doors ?? noDoors))
      break
    case 'stream-call':
      callStream(inside, input)
      break
    case 'exec-in-pod':
      askPod(api, input.exec, (answer) => to.toldByPod?.(answer))
      break
    case 'add-rule':
      underlay.addRule(input.rule)
      break
    case 'remove-rule':
      underlay.removeRule(input.name)
      break
    case 'underlay':
      changeUnderlay(underlay, input.change)
      break
    case 'cloud':
      askCloud(inside, input, to)
      break
    default:
      input satisfies never
  }
}

type Input<A extends LabInput['act']> = Extract<LabInput, { readonly act: A }>

const nobody: Reply = {
  send: () => {},
  stream: () => ({ write: () => {}, end: () => {}, breakOff: () => {} }),
  onClose: () => {},
  cutOff: () => {},
}

/** Whose far ends are kept, so that what the client does later finds them. */
const recordedDoors = ({ streams }: Inside, id: number, doors: StreamDoors): StreamDoors => ({
  refuse: (refusal) => doors.refuse(refusal),
  cutOff: () => doors.cutOff(),
  exec: (kubelet) => {
    streams.set(id, kubelet)
    return doors.exec(kubelet)
  },
  forward: (pod) => {
    streams.set(id, pod)
    return doors.forward(pod)
  },
})

const ignore = (): void => {}

const noDoors: StreamDoors = {
  refuse: ignore,
  cutOff: ignore,
  exec: () => ({ output: ignore, finish: ignore, abort: ignore }),
  forward: () => ({ bytes: ignore, failed: ignore, end: ignore, abort: ignore }),
}

function callStream({ streams }: Inside, { id, call }: Input<'stream-call'>): void {
  const far = streams.get(id)
  if (far !== undefined) carryOutCall(far, call)
  if (call.does === 'close') streams.delete(id)
}

function startCommand({ kernel, machine }: Inside, input: Input<'exec'>, to: Listener): void {
  const { node, argv, stdin } = input
  kernel.start(`exec on ${node}`, async () => {
    try {
      const child = await machine(node).start(argv, {
        as: root,
        env: loginEnv,
        cwd: '/root',
        name: 'exec',
        stdin,
        stdout: to.stdout ?? nowhere,
        stderr: to.stderr ?? nowhere,
      })
      child.onExit(({ code }) => to.ended?.(code))
    } catch (error) {
      to.failed?.(error)
    }
  })
}

function open({ kernel, machine, sessions }: Inside, input: Input<'open'>, to: Listener): void {
  const { id, node, argv, terminal, env } = input
  const { stdout = nowhere, stderr = nowhere } = to
  kernel.start(`session on ${node}`, async () => {
    try {
      const session = await openSession(machine(node), { argv, terminal, env, stdout, stderr })
      sessions.set(id, session)
      session.onExit(() => sessions.delete(id))
      to.opened?.(session)
    } catch (error) {
      to.failed?.(error)
    }
  })
}

function askCloud({ kernel, cloud }: Inside, { argv }: Input<'cloud'>, to: Listener): void {
  kernel.start('ibmcloud', async (task) => {
    try {
      const answer = await cloud?.run(task, argv)
      if (answer !== undefined) to.toldByCloud?.(answer)
    } catch (error) {
      to.failed?.(error)
    }
  })
}
