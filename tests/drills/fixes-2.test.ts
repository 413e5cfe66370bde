import { tellsFixesFromShortcuts } from './scenarios.ts'

tellsFixesFromShortcuts({ part: 1, of: 2 })
