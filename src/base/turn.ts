/** Taken once: each mention of the global asks a getter, and a lab has millions of turns. */
const { nextTick } = process

/**
 * Resolves after every microtask that is runnable now, and all that they start, has run.
 * Node.js empties the microtask queue before it runs a nextTick that was asked for from a microtask.
 */
export const drained = (): Promise<void> => new Promise((resolve) => queueMicrotask(() => nextTick(resolve)))

/** {@link drained} for a caller that itself runs in a microtask: after an `await`, never at the start of a callback. */
export const drainedFromMicrotask = (): Promise<void> => new Promise((resolve) => nextTick(resolve))

/** Lets sockets and timers of the process have their turn. */
export const yieldTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
