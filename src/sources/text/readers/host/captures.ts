import { tcpdumpLines } from '#sources/formats/host/tcpdump.ts'
import { nodeOrPod } from '#sources/text/reader.ts'
import { argumentsOf, lineReader } from '#sources/text/readers/host/line-reader.ts'

/** What tcpdump shows. Asked before the logs: its lines may start with a date. */
export const capturesReader = lineReader({
  format: 'packets of tcpdump',
  relations: ['captures'],
  open: (scope) => {
    const { line } = tcpdumpLines(argumentsOf(scope, 'tcpdump'))
    const node = nodeOrPod(scope)
    return {
      line: (text) => line(text)?.map((capture) => ({ relation: 'captures', row: { node, ...capture } })),
    }
  },
})
