import { describe, expect, test } from 'vitest'
import { type SavedLab, savedLab, savedText } from '#lab/serve/saved.ts'

const saved: SavedLab = {
  history: {
    options: { seed: '1', flavour: 'plain', nodes: 2, kubernetes: '1.31.9', calico: '3.29.3', startMs: 5 },
    inputs: [
      {
        atMs: 6.25,
        ran: 7,
        input: {
          act: 'api',
          id: 1,
          asked: {
            method: 'POST',
            url: '/api/v1/namespaces',
            headers: {},
            body: new Uint8Array([107, 0, 255]),
          },
        },
      },
    ],
    end: { atMs: 9, ran: 12, revision: 40 },
  },
  struck: [{ mode: 'a-mode', node: 'n1', variant: 'v', memory: undefined }],
}

describe('a lab in a file', () => {
  test('comes back as it was, bytes included', () => {
    expect(savedLab(savedText(saved), 'x.lab')).toEqual(saved)
  })

  test.each([
    ['nothing', '', 'x.lab is not a saved lab'],
    ['half of it', savedText(saved).slice(0, 100), 'x.lab is not a saved lab'],
    ['something else in JSON', '{"format":"other"}', 'format'],
    ['a lab of a later format', savedText(saved).replace('lab/1', 'lab/2'), 'format'],
    ['an input without its place', savedText(saved).replace('"ran":7,', ''), 'history.inputs.0.ran'],
  ])('%s is refused in one sentence', (_, text, says) => {
    expect(() => savedLab(text, 'x.lab')).toThrow(says)
  })
})
