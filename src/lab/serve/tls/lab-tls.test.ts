import { X509Certificate } from 'node:crypto'
import { createServer, request as plainRequest } from 'node:http'
import { request as secureRequest } from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { tlsClient } from '#lab/api/http/tls-client.ts'
import { administrators } from '#lab/flavours/names.ts'
import { labTls } from '#lab/serve/tls/lab-tls.ts'
import { secureServer, twoWayPort } from '#lab/serve/two-ways.ts'

const nowMs = Date.now()
const ours = labTls({ nowMs })
const foreign = labTls({ nowMs })

describe('a certificate', () => {
  const authority = new X509Certificate(ours.authority)
  const server = new X509Certificate(ours.server.cert)
  const admin = new X509Certificate(ours.admin.cert)

  test('is signed by its authority, which is one', () => {
    expect(authority.ca).toBe(true)
    for (const each of [server, admin]) {
      expect(each.ca).toBe(false)
      expect(each.checkIssued(authority) && each.verify(authority.publicKey)).toBe(true)
      expect(each.verify(new X509Certificate(foreign.authority).publicKey)).toBe(false)
    }
  })

  test('names the server by what clients call it, and the owner as kubeadm does', () => {
    expect(server.checkIP('127.0.0.1')).toBe('127.0.0.1')
    expect(server.checkHost('kubernetes.default.svc')).toBe('kubernetes.default.svc')
    expect(server.checkHost('example.org')).toBeUndefined()
    expect(admin.subject).toBe('O=kubeadm:cluster-admins\nCN=kubernetes-admin')
  })

  test('names an owner whose cluster a provider runs by the group that needs no binding', () => {
    const provided = labTls({ nowMs, administrator: administrators['iks-vpc'] })
    expect(new X509Certificate(provided.admin.cert).subject).toBe('O=system:masters\nCN=admin')
  })

  test('is valid now, and no longer in two years', () => {
    const valid = (ms: number): boolean =>
      Date.parse(server.validFrom) <= ms && ms <= Date.parse(server.validTo)
    expect([valid(nowMs), valid(nowMs + 2 * 365 * 86_400_000)]).toEqual([true, false])
  })
})

describe('the port of a served lab', () => {
  const door = twoWayPort()
  const servers = { plain: createServer(), secure: secureServer(ours) }
  const port = (): number => (door.port.address() as AddressInfo).port // it listens on TCP
  for (const server of Object.values(servers))
    server.on('request', (request, response) => response.end(JSON.stringify(tlsClient(request) ?? 'plain')))

  beforeAll(() => new Promise<void>((resolve) => void door.port.listen(0, '127.0.0.1', resolve)))
  afterAll(() => door.close())

  const ask = (o: { readonly cert?: string; readonly key?: string; readonly ca?: string } | 'plain') =>
    new Promise<unknown>((resolve, reject) => {
      const at = { host: '127.0.0.1', port: port(), path: '/', agent: false }
      const sent = o === 'plain' ? plainRequest(at) : secureRequest({ ca: ours.authority, ...at, ...o })
      sent.on('response', (response) => {
        response.setEncoding('utf8').once('data', (text: string) => resolve(JSON.parse(text)))
      })
      sent.on('error', (error: NodeJS.ErrnoException) => reject(error))
      sent.end()
    })

  test('keeps a connection that came before the servers', async () => {
    const early = ask('plain')
    await new Promise((resolve) => door.port.once('connection', resolve))
    door.serve(servers)
    expect(await early).toBe('plain')
  })

  test.each([
    ['without a certificate', {}, { kind: 'no-certificate' }],
    [
      'with the owner’s',
      ours.admin,
      { kind: 'certificate', commonName: 'kubernetes-admin', organizations: ['kubeadm:cluster-admins'] },
    ],
    ['with another authority’s', foreign.admin, { kind: 'bad-certificate' }],
  ])('knows a client %s', async (_, pair, client) => {
    expect(await ask(pair)).toEqual(client)
  })

  test('is not trusted by a client that trusts another authority', async () => {
    await expect(ask({ ca: foreign.authority })).rejects.toMatchObject({
      code: expect.stringContaining('CERT'),
    })
  })

  test('speaks HTTP without TLS too', async () => expect(await ask('plain')).toBe('plain'))
})
