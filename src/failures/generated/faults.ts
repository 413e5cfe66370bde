// Written by `npm run generate`. Do not edit.
import type { Fault } from '#lab/fault.ts'

/** How the lab breaks, by mode; each is loaded when it is asked for. */
export const faults: Readonly<Record<string, () => Promise<Fault>>> = {
  'kubelet-lost-contact': async () => (await import('#failures/kubelet-lost-contact/fault.ts')).fault,
  'runtime-dir-permissions': async () => (await import('#failures/runtime-dir-permissions/fault.ts')).fault,
}
