import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { Kernel } from '#lab/kernel/kernel.ts'
import type { HttpResponse } from '#lab/network/http.ts'
import { realOutward } from '#lab/serve/outward.ts'

let server: Server | undefined

afterEach(() => server?.close())

/** What a request from the lab is told, inside the lab. */
async function asked(url: string): Promise<HttpResponse | string> {
  const kernel = new Kernel({ seed: 1, startMs: 0 })
  let told: HttpResponse | string | undefined
  await new Promise<void>((resolve) => {
    const outward = realOutward({ kernel }, { wake: resolve })
    outward({ url, body: '{"kind":"AdmissionReview"}', authorities: '', timeoutMs: 5000 }, (answer) => {
      told = answer
    })
  })
  expect(told).toBeUndefined() // only in an event of the lab
  await kernel.advanceTo(1)
  if (told === undefined) throw new Error('nothing was told')
  return told
}

test('a webhook outside is posted to, and its answer enters the lab', async () => {
  server = createServer((request, response) => {
    request.on('data', (chunk: Buffer) => response.end(`${request.method} ${chunk.toString()}`))
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server?.once('listening', resolve))
  const { port } = server.address() as AddressInfo // of a TCP server
  expect(await asked(`http://127.0.0.1:${port}/validate`)).toEqual({
    status: 200,
    body: 'POST {"kind":"AdmissionReview"}',
  })
})

test('one that nobody serves refuses, in the words of Go', async () => {
  server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server?.once('listening', resolve))
  const { port } = server.address() as AddressInfo // of a TCP server
  await new Promise((resolve) => server?.close(resolve))
  expect(await asked(`http://127.0.0.1:${port}/`)).toBe(
    `dial tcp 127.0.0.1:${port}: connect: connection refused`,
  )
})
