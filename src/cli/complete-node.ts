/** Imported before everything else: what other modules do as they are loaded may need it already. */
import { completeOlderNode } from '#base/older-node.ts'

completeOlderNode()
