/** What events quote. A message row does not say of which object its event told; the event does. */
import { recogniseAll } from '#cluster/messages/catalogue.ts'
import type { Message } from '#cluster/messages.ts'
import type { EventRow } from '#cluster/relations.ts'

/** The messages in an event's text, most specific first. */
export const messagesOfEvent = ({ message }: EventRow): readonly Message[] => recogniseAll(message)
