/** `npm run build`: one bundled file for publishing, `dist/ninelives.cjs`, that Node.js 20.19 and newer can run. */
import { cpSync, globSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'rolldown'

const root = join(import.meta.dirname, '..')

await build({
  input: join(root, 'src/cli/main.ts'),
  platform: 'node',
  // Only credential plugins, OIDC and proxies need it, and it is as large as everything else together.
  external: ['@kubernetes/client-node'],
  output: {
    dir: join(root, 'dist'),
    // A script, so that bin/bundle.js can load it with code that was compiled before.
    format: 'cjs',
    dynamicImportInCjs: false, // such a script has no import()
    entryFileNames: 'ninelives.cjs',
    codeSplitting: false,
    minify: false,
  },
})

// The scenarios and the pages of the failure modes are read at run time.
cpSync(join(root, 'src/drill/scenarios'), join(root, 'dist/scenarios'), { recursive: true })
for (const page of globSync('src/failures/*/README.md', { cwd: root })) {
  const mode = page.split('/').at(-2) as string
  mkdirSync(join(root, 'dist/pages'), { recursive: true })
  cpSync(join(root, page), join(root, 'dist/pages', `${mode}.md`))
}
