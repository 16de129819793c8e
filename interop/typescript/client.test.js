// The TypeScript client is that of the contract, passes the compiler's strictest look, and pays on a real gateway.
'use strict'
const assert = require('node:assert/strict')
const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const { pathToFileURL } = require('node:url')
const { after, before, test } = require('node:test')
const { startGateway, stranger } = require('../gateway.js')

const root = path.join(__dirname, '..', '..')
const source = path.join(root, 'clients', 'typescript', 'src')
const tsc = path.join(__dirname, 'node_modules', '.bin', 'tsc')

let gateway
before(async () => { gateway = await startGateway() })
after(() => gateway?.stop())

test('the types are those of the contract', () => {
  const fresh = path.join(gateway.temp, 'schema.ts')
  const made = spawnSync(process.execPath, [path.join(__dirname, 'generate.mjs'), fresh], { encoding: 'utf8' })
  assert.equal(made.status, 0, made.stderr)
  assert.ok(fs.readFileSync(fresh).equals(fs.readFileSync(path.join(source, 'schema.ts'))), 'clients/typescript/src/schema.ts is out of date: run make gen')
})

test('a shop pays with the client', { timeout: 120_000 }, async () => {
  const place = path.join(gateway.temp, 'shop')
  fs.mkdirSync(path.join(place, 'client'), { recursive: true })
  for (const file of fs.readdirSync(source)) fs.copyFileSync(path.join(source, file), path.join(place, 'client', file))
  fs.copyFileSync(path.join(__dirname, 'pay.ts'), path.join(place, 'pay.ts'))
  fs.symlinkSync(path.join(__dirname, 'node_modules'), path.join(place, 'node_modules'))
  fs.writeFileSync(path.join(place, 'package.json'), '{"type": "module"}')
  const compiled = spawnSync(tsc, ['--strict', '--noUncheckedIndexedAccess', '--exactOptionalPropertyTypes', '--noImplicitOverride',
    '--target', 'es2022', '--module', 'nodenext', '--types', 'node', '--skipLibCheck', 'pay.ts'], { cwd: place, encoding: 'utf8' })
  assert.equal(compiled.status, 0, compiled.stdout)

  const { shop } = await import(pathToFileURL(path.join(place, 'pay.js')))
  const seen = await shop(gateway.url, gateway.key)
  assert.equal(seen.paid.state, 'paid')
  assert.equal(seen.paid.amount, 12500)
  assert.deepEqual(seen.listed, ['INV-2', 'INV-1'], 'the lost answer has not made a second payment')
  const creations = seen.sent.filter((r) => r.method === 'POST' && r.path === '/v1/payments')
  assert.ok(creations[0].key && creations[0].key === creations[1].key, 'a repetition carries the same key')
  assert.equal(seen.retried, 1)
  assert.equal(creations[2].key, 'order-2')
  assert.match(seen.sent.find((r) => r.path === '/v1/webhook_endpoints' && r.method === 'POST').key, /^ts-/, 'every POST carries a key')
  assert.equal(seen.sent.find((r) => r.method === 'GET').key, null, 'what only reads carries none')
  assert.equal(seen.refused?.code, 'wrong_type')
  assert.equal(seen.refused?.field, 'amount')
  assert.equal(seen.refused?.status, 422)
  assert.match(seen.refused?.requestId, /^req_/)
  assert.equal(seen.stranger?.code, 'unknown_api_key')
  assert.ok(!String(seen.stranger?.stack).includes('aaaaaaaa'), 'no error holds the key')
  assert.match(seen.secret, /^whsec_/)
  assert.deepEqual(seen.events.map((e) => e.position), seen.events.map((_, i) => seen.events[0].position + i))
  assert.equal(seen.events.at(-1).data.id, seen.paid.id)
})

// What is repeated, against answers that a gateway might give.
test('only what is safe is repeated', async () => {
  const { lunas } = await import(pathToFileURL(path.join(gateway.temp, 'shop', 'client', 'index.js')))
  const problem = (status, code, headers = {}) => () => new Response(JSON.stringify({ code, detail: 'x' }), {
    status, headers: { 'Content-Type': 'application/problem+json', ...headers } })
  const breaks = () => { throw new TypeError('the connection broke') }
  const create = (c) => c.api.POST('/v1/payments', { body: {} })
  const ask = (c) => c.api.POST('/v1/payments/{id}/void', { params: { path: { id: 'pay_1' } } })
  const read = (c) => c.api.GET('/v1/terminals')
  const ping = (c) => c.api.POST('/v1/webhook_endpoints/{id}/ping', { params: { path: { id: 'whe_1' } } })
  const change = (c) => c.api.PATCH('/v1/webhook_endpoints/{id}', { params: { path: { id: 'whe_1' } }, body: {} })
  const remove = (c) => c.api.DELETE('/v1/webhook_endpoints/{id}', { params: { path: { id: 'whe_1' } } })
  for (const [name, call, first, want] of [
    ['a payment after a broken connection', create, breaks, 2],
    ['a payment after 503', create, problem(503, 'store_unavailable'), 2],
    ['a payment after 429', create, problem(429, 'phone_limited', { 'Retry-After': '7' }), 2],
    ['a payment after 429 for long', create, problem(429, 'phone_limited', { 'Retry-After': '3600' }), 1],
    ['a payment whose terminal is stopped', create, problem(503, 'terminal_held'), 1],
    ['a payment after 500', create, problem(500, 'internal'), 1],
    ['a payment after 422', create, problem(422, 'amount_too_small'), 1],
    ['a void after a broken connection', ask, breaks, 2],
    ['reading after a broken connection', read, breaks, 2],
    ['a ping after a broken connection', ping, breaks, 2],
    ['a ping after 503', ping, problem(503, 'store_unavailable'), 2],
    ['a change after a broken connection', change, breaks, 2],
    ['a change after 500', change, problem(500, 'internal'), 1],
    ['a deletion after 503', remove, problem(503, 'store_unavailable'), 2],
  ]) {
    const keys = []
    const pauses = []
    const client = lunas({
      url: 'http://gateway.example', key: stranger,
      fetch: async (r) => { keys.push(r.headers.get('Idempotency-Key')); return keys.length === 1 ? first() : new Response('{}') },
      pause: async (ms) => { pauses.push(ms) },
    })
    await call(client).catch((error) => assert.equal(error.message, 'the connection broke'))
    assert.equal(keys.length, want, name)
    assert.equal(keys[0], keys.at(-1), name)
    if (name.endsWith('after 429')) assert.deepEqual(pauses, [7000])
  }
})

test('a return is verified', async () => {
  const { readReturn } = await import(pathToFileURL(path.join(gateway.temp, 'shop', 'client', 'index.js')))
  const key = 'retsec_iFG5W2HMInWmAAjTTvQ0rdEfAVSmwyQpu2H159W2rto='
  const query = 'lang=id&payment_id=pay_01kafz0q3gf7ktc1ms2cqc1b9w&reference=INV+%26+7&state=paid&version=3&time=1774062000&signature=v1.exenx6SLJcSQpiadcCcryF6KzkL82-KOezLBn_4STns'
  const read = (q) => readReturn(key, new URLSearchParams(q))
  assert.deepEqual(await read(query), { paymentId: 'pay_01kafz0q3gf7ktc1ms2cqc1b9w', reference: 'INV & 7', state: 'paid', version: 3, at: new Date(1774062000000) })
  assert.equal((await read(query.replace('signature=', 'signature=v1.AAAA~'))).state, 'paid')
  for (const bad of ['', query.replace('paid', 'declined'), query + '&state=paid', query.replace(/signature=.*/, ''), query.replace(/v1\..*/, '')]) {
    assert.equal(await read(bad), undefined, bad)
  }
  await assert.rejects(readReturn('whsec_AAAA', new URLSearchParams(query)))
})
