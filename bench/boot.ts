/** A process that boots a lab of five nodes and ends; main.ts bundles it to see how long all of that takes. */
import { Lab } from '#lab/lab.ts'

void Lab.boot({ seed: 'bench' }).then(() => process.exit())
