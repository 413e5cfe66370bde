import { tellsFixesFromShortcuts } from './scenarios.ts'

tellsFixesFromShortcuts({ part: 0, of: 2 })
