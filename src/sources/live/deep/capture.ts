import { commandLine } from '#base/command-line.ts'
import type { Provenance } from '#cluster/facts.ts'
import { type Capture, tcpdumpLines } from '#sources/formats/host/tcpdump.ts'
import type { NodeShell } from '#sources/live/api.ts'
import type { LiveContext } from '#sources/live/context.ts'

/** What one `tcpdump` on one node saw. */
export interface Captured {
  readonly node: string
  readonly packets: readonly Seen[]
  /** It ended before its time because it had seen so many: that a packet is not among them says nothing. */
  readonly isFull: boolean
  readonly from: (quote: string) => Provenance
}

export interface Seen {
  readonly packet: Capture
  readonly line: string
}

export interface CaptureRequest {
  readonly shell: NodeShell
  readonly node: string
  readonly direction: 'in' | 'out'
  readonly seconds: number
  /** In pcap-filter's words: `ip proto 4`. */
  readonly filter: string
}

const packetsMax = 300

/**
 * Captures on all devices of a node for some seconds. Changes nothing there; needs `tcpdump` and `timeout` on the host.
 * Undefined where it could not be run.
 */
export async function captured(
  context: LiveContext,
  { shell, node, direction, seconds, filter }: CaptureRequest,
): Promise<Captured | undefined> {
  const argv = [
    ...['timeout', String(seconds), 'tcpdump', '-nn', '-i', 'any', '-Q', direction],
    ...['-c', String(packetsMax), ...filter.split(' ')],
  ]
  const answer = await shell.run(node, argv, context.call)
  // tcpdump says how many it saw when it is asked to end, by its count or by timeout (whose code is 124).
  if (!answer.ok || !/^\d+ packets? captured$/m.test(answer.value.stderr)) return undefined
  const packets = packetsIn(answer.value.stdout, argv)
  const command = shell.command(node, argv)
  return {
    node,
    packets,
    isFull:
      packets.length >= packetsMax || /^[1-9]\d* packets? dropped by kernel$/m.test(answer.value.stderr),
    from: (quote) => ({ source: commandLine(argv), command, quote }),
  }
}

function packetsIn(stdout: string, argv: readonly string[]): readonly Seen[] {
  const { line } = tcpdumpLines(argv)
  return stdout
    .split('\n')
    .flatMap((text) => (line(text) ?? []).map((packet) => ({ packet, line: text.trim() })))
}
