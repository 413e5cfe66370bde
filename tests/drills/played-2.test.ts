import { playsThrough } from './scenarios.ts'

playsThrough({ part: 1, of: 2 })
