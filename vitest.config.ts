import { defineConfig } from 'vitest/config'

const src = 'src/**/*.test.ts'
/** Their texts are as large as a worker's memory allows. */
const fuzz = 'src/**/*fuzz*.test.ts'

export default defineConfig({
  test: {
    testTimeout: 120_000,
    maxWorkers: '100%', // the default leaves one processor free: of two, half
    projects: [
      {
        extends: true,
        // Modules are loaded once a worker, not once a file, which took two fifths of the time; no test replaces a module.
        test: { name: 'parts', include: [src], exclude: [fuzz], isolate: false },
      },
      {
        extends: true,
        // What is left of hundreds of labs and their tests would fill a worker that they share.
        test: { name: 'whole', include: ['tests/**/*.test.ts', fuzz] },
      },
    ],
  },
})
