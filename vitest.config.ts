import { defineConfig } from 'vitest/config'

/** Those beside the code change nothing that another could see, and so one process takes file after file: imports cost once. */
const units = { name: 'units', include: ['src/**/*.test.ts'], isolate: false }
const whole = { name: 'whole', include: ['tests/**/*.test.ts'] }

export default defineConfig({
  test: {
    testTimeout: 120_000,
    maxWorkers: '100%', // the default leaves one processor free: of two, half
    projects: [units, whole].map((test) => ({ extends: true, test })),
  },
})
