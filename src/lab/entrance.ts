import { callingKubelet, callingPod, type Entrance, type StreamCall } from '#lab/api/http/entrance.ts'
import type { LabInput } from '#lab/history.ts'
import type { Listener } from '#lab/inputs.ts'

/** An entrance for clients of the served API through which all that they send enters as an input; ids tell them apart. */
export const recordedEntrance = ({
  enter,
  nextId,
}: {
  readonly enter: (input: LabInput, to?: Listener) => void
  readonly nextId: () => number
}): Entrance => ({
  request: (asked, reply) => {
    const id = nextId()
    enter({ act: 'api', id, asked }, { reply })
    return () => enter({ act: 'api-gone', id })
  },
  streams: (asked, doors) => {
    const id = nextId()
    const call = (what: StreamCall): void => enter({ act: 'stream-call', id, call: what })
    enter(
      { act: 'stream', id, asked },
      {
        doors: {
          refuse: (refusal) => doors.refuse(refusal),
          cutOff: () => doors.cutOff(),
          exec: () => doors.exec(callingKubelet(call)),
          forward: () => doors.forward(callingPod(call)),
        },
      },
    )
  },
})
