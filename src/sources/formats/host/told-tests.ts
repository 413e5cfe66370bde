import { outcomeOf, portNumber, type Reach, targetOf } from '#sources/formats/host/reach.ts'

export interface ToldTest extends Reach {
  /** From where it was tried, where the words say it. */
  readonly in?: 'host' | 'pod'
}

/**
 * Tests that somebody tells in a sentence: `curl to 10.9.8.7:443 from a pod hangs, ping 10.9.8.6 works`. Only those that name
 * what was tried, a number of where to, and how it ended; what people suppose, ask or advise tells nothing.
 */
export function toldTests(sentence: string): readonly ToldTest[] {
  if (!tool.test(sentence) || supposes.test(sentence)) return []
  return sentence.split(/[,;] |\. | (?:but|while|whereas|and|yet|although|though) /).flatMap(testIn)
}

const supposes = /\b(?:if|whether|would|could|should|might|may|unless|try|please|e\.g\.)\b|\?\s*$/i

const tool = /\b(?:ping|curl|telnet|nc|netcat|wget)\b/i

const pattern =
  /\b(?<tool>ping|curl|telnet|nc|netcat|wget)(?:ing|s)?(?: -[\w-]{1,20}){0,6}(?: (?:to|of|against|on|at))?(?: (?:the |port |address |service |pod |node )){0,2} (?<target>(?:https?:\/\/)?(?:\d{1,3}(?:\.\d{1,3}){3}|[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})(?::\d{1,5})?(?:\/\S{0,200})?)(?: (?:port )?(?<port>\d{1,5})\b)?(?<rest>.{0,200})$/i

function testIn(clause: string): readonly ToldTest[] {
  const m = pattern.exec(clause)?.groups
  const target = targetOf((m?.target ?? '').replace(/[.:]$/, ''))
  const outcome = verdictOf(m?.rest ?? '')
  if (m === undefined || target === undefined || outcome === undefined) return []
  const from = whereIn(clause)
  const isPing = m.tool?.toLowerCase() === 'ping'
  return [
    {
      ...target,
      ...portNumber(m.port),
      protocol: isPing ? 'icmp' : 'tcp',
      outcome,
      ...(from !== undefined && { in: from }),
    },
  ]
}

function verdictOf(rest: string): Reach['outcome'] | undefined {
  const failed =
    outcomeOf(rest) ??
    (/\b(?:hangs?|hung|no (?:reply|answer|response)|100 ?% (?:packet )?loss)\b/i.test(rest)
      ? 'timed-out'
      : undefined)
  if (failed !== undefined) return failed
  const works =
    /\b(?:works?|worked|succeeds?|succeeded|is ok|is fine|answers|responds|returns 200|goes through)\b/i.test(
      rest,
    )
  return works && !/\b(?:not|never|no longer|hardly)\b|n't\b/i.test(rest) ? 'ok' : undefined
}

const whereIn = (clause: string): ToldTest['in'] => {
  const m =
    /\b(?:from|on|in|inside|within)(?: inside)? (?:the |a |an |any |another |each |that |this |same )?(?:[\w-]{1,40} )?(?<where>pods?|containers?|hosts?|nodes?|workers?|masters?|machines?)\b/i.exec(
      clause,
    )?.groups?.where
  return m === undefined ? undefined : /^(?:pod|container)/i.test(m) ? 'pod' : 'host'
}
