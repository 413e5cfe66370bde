import type { Reads, Subject } from '#cluster/facts.ts'
import { isSameSubject } from '#cluster/subjects.ts'
import { messageSigns } from '#diagnosis/signs.ts'
import type { Symptom } from '#diagnosis/types.ts'

interface Looked extends Reads<'messages' | 'pods'> {
  readonly symptoms: readonly Symptom[]
}

/** Whether calico-node or its installer does not start, or waits, on this node: what it does later has not been tried there. */
export const isStartHeldUp = (view: Looked, about: Subject): boolean =>
  view.symptoms.some(
    ({ id, when, about: where }) => failing.has(id) && when === 'now' && isSameSubject(where, about),
  ) || waits(view).some((one) => isSameSubject(one.about, about))

const failing: ReadonlySet<Symptom['id']> = new Set(['calico-node-start-failing', 'cni-install-failing'])

/** For the datastore it waits, without end: no line says that it failed. */
const waits = (view: Looked) =>
  messageSigns(
    view,
    { 'startup/datastore-retry': ['weak', 'start-up waits for the datastore'] },
    { endedBy: ['startup/datastore-ready', 'startup/succeeded'] },
  )

/** Whether the kernel of this node was asked for nothing yet: start-up is held up, or Felix waits for what it is to program. */
export const isDataplaneUntried = (view: Looked, about: Subject): boolean =>
  isStartHeldUp(view, about) || felixWaits(view).some((one) => isSameSubject(one.about, about))

/** No line says that it failed here either: the Typha that it is connected to may itself be cut off. */
const felixWaits = (view: Looked) =>
  messageSigns(
    view,
    { 'felix/starting': ['weak', 'Felix waits for what it is to program'] },
    { endedBy: ['felix/in-sync', 'felix/first-update-done'], ofAnyAge: true },
  )

/** Whether Felix has started on this node and not programmed all of it once: what is not there may still come, or fail for its own reason. */
export const isFelixBehind = (view: Looked, about: Subject): boolean =>
  messageSigns(
    view,
    { 'felix/starting': ['weak', 'Felix has not programmed the node yet'] },
    { endedBy: ['felix/first-update-done'], ofAnyAge: true },
  ).some((one) => isSameSubject(one.about, about))

/** Whether Felix on this node hears of no change: it cannot have followed what was changed since, a new tunnel's address for one. */
export const isFelixUninformed = (view: Looked, about: Subject): boolean =>
  isFelixBehind(view, about) ||
  view.symptoms.some(
    ({ id, when, about: where }) =>
      id === 'typha-unreachable' && when === 'now' && isSameSubject(where, about),
  )
