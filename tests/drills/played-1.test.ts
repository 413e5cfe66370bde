import { playsThrough } from './scenarios.ts'

playsThrough({ part: 0, of: 2 })
