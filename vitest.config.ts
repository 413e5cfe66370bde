import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'tests/**/*.test.ts'],
    testTimeout: 120_000,
    isolate: false, // modules are loaded once a worker, not once a file: four tenths of the whole time; no test replaces a module
    maxWorkers: '100%', // the default leaves one processor free: of two, half
  },
})
