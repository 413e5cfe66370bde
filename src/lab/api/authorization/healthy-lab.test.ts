import { expect, test, vi } from 'vitest'
import { Authorizer } from '#lab/api/authorization/authorizer.ts'
import { flavours } from '#lab/flavours/names.ts'
import { Lab } from '#lab/lab.ts'

test.each(flavours)(
  'a healthy lab (%s) asks for nothing that its roles do not allow',
  async (flavour) => {
    const decide = vi.spyOn(Authorizer.prototype, 'decide')
    try {
      const lab = await Lab.boot({ seed: 'roles', flavour, nodes: 3 })
      await lab.advance(10 * 60_000)
      const refused = decide.mock.results.flatMap(({ value }, at) =>
        (value as { readonly allowed: boolean }).allowed ? [] : [decide.mock.calls[at]],
      )
      // Admission goes through the security context constraints until it comes to one that a pod's maker or account may use.
      const asked = refused.filter((call) => call?.[1].verb !== 'use')
      expect(asked).toEqual([])
      expect(decide.mock.calls.length).toBeGreaterThan(500)
    } finally {
      decide.mockRestore()
    }
  },
  60_000,
)
