/**
 * The ports through which every program of the lab touches its machine. A program is plain async TypeScript that
 * waits on nothing else, so the same program could be carried by a simulated machine (data, virtual time) or by a
 * real one (processes, files). Calls are asynchronous for that reason; the simulated machine has a synchronous core.
 */

export * from '#lab/host/ports/credentials.ts'
export * from '#lab/host/ports/errors.ts'
export * from '#lab/host/ports/files.ts'
export * from '#lab/host/ports/machines.ts'
export * from '#lab/host/ports/processes.ts'
