/** Felix gives up: logrus' Panic writes the line, Go's runtime the stack, and the process ends with 2. */
export class FelixPanic extends Error {
  readonly code = 2
}

/** Felix wants to be started anew; runit does that. */
export class FelixRestart extends Error {
  readonly code = 129
}

export const pause = { firstMs: 1, tries: 10 } as const

/** Tries ten times, waiting 1, 2, 4, … ms in between (felix/iptables/table.go, felix/ipsets/ipsets.go). Answers the last failure. */
export async function patiently<E>(
  sleep: (ms: number) => Promise<void>,
  attempt: (left: number) => Promise<E | undefined>,
): Promise<E | undefined> {
  let failure: E | undefined
  for (let tried = 0; tried < pause.tries; tried++) {
    failure = await attempt(pause.tries - 1 - tried)
    if (failure === undefined) return undefined
    if (tried < pause.tries - 1) await sleep(pause.firstMs * 2 ** tried)
  }
  return failure
}

/** What Go prints after a panic; the addresses are of no use to anybody. */
export const goroutineTrace = (log: { readonly write: (text: string) => void }, says: string): void =>
  log.write(
    `panic: (*logrus.Entry) 0xc000a1e070\n\ngoroutine 1 [running]:\ngithub.com/sirupsen/logrus.(*Entry).log(0xc000a1e000, 0x0, {0xc000b1c000, ${says.length}})\n`,
  )
