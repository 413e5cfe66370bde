/**
 * Turns work that tells of its progress into a stream of events. The stream ends with the work, and rejects as it does.
 * Whoever stops reading does not stop the work: that is what its signal is for.
 */
export async function* eventsOf<Event>(
  work: (tell: (event: Event) => void) => Promise<void>,
): AsyncGenerator<Event, void> {
  const told: Event[] = []
  let wake: () => void = () => {}
  let ended: { readonly error?: unknown } | undefined
  const end = (how: { readonly error?: unknown }): void => {
    ended = how
    wake()
  }
  work((event) => {
    told.push(event)
    wake()
  }).then(
    () => end({}),
    (error: unknown) => end({ error }),
  )
  for (;;) {
    yield* told.splice(0)
    if (told.length > 0) continue
    if (ended !== undefined) break
    await new Promise<void>((resolve) => {
      wake = resolve
    })
  }
  if ('error' in ended) throw ended.error
}
