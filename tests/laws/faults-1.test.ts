import { shardOf } from './cases.ts'
import { lawsOfFaults } from './found.ts'

lawsOfFaults(shardOf(0, 4))
