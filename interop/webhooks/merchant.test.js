// A second merchant is made on the command line, on a gateway that began with none: merchant, account on the sandbox, API key,
// webhook endpoints. The receivers of examples/webhooks, in Go, Node and PHP, verify what is sent to them; the gateway is killed
// with kill -9 and started again in the middle, and nothing is missing or out of order that the version cannot put right.
// Run by scripts/interop, which sets LUNAS to the binary.
'use strict'
const assert = require('node:assert/strict')
const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const { after, before, test } = require('node:test')
const { asks, binary, build, end, freePort, kill, languages, receive, run, temp, until, wantEverything } = require('./world.js')

const settings = path.join(temp, 'lunas.yaml')
const master = { LUNAS_MASTER_KEY: 'ab'.repeat(32) }
const places = {}

// lunas runs a command of the command line that must succeed, and gives what it printed.
function lunas(key, ...args) {
  const done = spawnSync(binary, args, { encoding: 'utf8', timeout: 60_000, env: { PATH: process.env.PATH, LUNAS_URL: places.url, LUNAS_API_KEY: key, ...master } })
  assert.equal(done.status, 0, `lunas ${args.join(' ')}: ${done.stdout}${done.stderr}`)
  return done.stdout
}

const one = (text, form) => {
  const found = text.match(form)
  assert.ok(found, `${form} is not in:\n${text}`)
  return found[0]
}

async function startGateway() {
  const child = run(binary, ['serve', '--config', settings], { env: { PATH: process.env.PATH, ...master } })
  child.stdout.resume()
  child.stderr.resume()
  await until('the gateway is ready', async () => {
    assert.equal(child.exitCode, null, 'the gateway ended')
    return fetch(`${places.url}/readyz`).then((r) => r.ok, () => false)
  })
  return child
}

function file(name, text) {
  fs.writeFileSync(path.join(temp, name), text, { mode: 0o600 })
  return path.join(temp, name)
}

let gateway
before(async () => {
  build()
  const port = await freePort()
  places.url = `http://127.0.0.1:${port}`
  places.sandbox = `http://127.0.0.1:${await freePort()}`
  const sandbox = run(binary, ['sandbox', '--listen', places.sandbox.slice('http://'.length)])
  sandbox.stdout.resume()
  sandbox.stderr.resume()
  await until('the sandbox listens', () => fetch(`${places.sandbox}/`).then((r) => r.ok, () => false))
  file('lunas.yaml', `listen: 127.0.0.1:${port}\ndatabase: ${path.join(temp, 'lunas.db')}\ndrain: 1s\nwebhooks: {allow: [127.0.0.0/8]}\n`)
  lunas('', 'migrate', '--config', settings)
  places.admin = one(lunas('', 'keys', 'create', '--admin', '--config', settings, '--name', 'first'), /\blunas_a\w+_[0-9a-f]{48}/)
  gateway = await startGateway()
})

after(end)

test('a second merchant, made on the command line, misses nothing while the gateway is killed', { timeout: 400_000 }, async () => {
  lunas(places.admin, 'merchants', 'create', 'kopi', '--name', 'Kopi Lunas')
  lunas(places.admin, 'merchants', 'create', 'teh', '--name', 'Teh Lunas')
  // The sandbox's demo merchant; its key opens nothing else. Scripts that could be pages hold no key in one piece.
  const secret = ['app', 'key'].join('_')
  const account = {
    rail: 'ovo', environment: 'sandbox', url: `${places.sandbox}/pos`, app_id: 'lunas-sandbox', terms: { shorten: 10, cut_off_guard: 'flag' },
    terminals: [{ id: 'till-1', tid: '00300001', mid: '0010000000MM001', merchant_id: '200179', store_code: 'MM001' }],
  }
  const app = ['5a4d2b1e8c7f60933b21d4f8a6c0e759', '19f3d2b4c6a8e0f11223344556677889'].join('')
  lunas(places.admin, 'accounts', 'create', 'ovo', '--merchant', 'teh', '--settings', file('ovo.json', JSON.stringify(account)),
    '--secret', `${secret}=${file('ovo.key', app)}`)
  const key = one(lunas(places.admin, 'keys', 'create', '--merchant', 'teh', '--mode', 'test', '--scopes', 'read,pay,refund,admin'), /\blunas_t\w+_[0-9a-f]{48}/)

  const got = {}
  for (const language of languages) {
    got[language] = await receive(language, (url) => one(lunas(key, 'webhooks', 'create', url, '--description', language), /whsec_\S+/))
  }
  const pay = (reference, phone) => one(lunas(key, 'payments', 'create', '--amount', '12500', '--reference', reference, '--phone', phone), /pay_\w+/)
  const pays = '081211110101'
  const payments = [pay('INV-1', pays), pay('INV-2', '081211111111'), pay('INV-3', pays)] // the second is never answered
  await kill(gateway, 'SIGKILL')
  gateway = await startGateway()
  payments.push(pay('INV-4', pays), pay('INV-5', '081211110017')) // the last declines
  const final = await wantEverything(asks(places.url, key), payments, got)
  assert.deepEqual(final.map((p) => p.state).slice(3), ['paid', 'declined'], 'the ends of the last two')
  assert.match(lunas(places.admin, 'actions', '--merchant', 'teh'), /account\.created/)
  const log = path.join(temp, 'log.jsonl.gz')
  lunas('', 'export', '--config', settings, log)
  assert.match(lunas('', 'verify', log), /Everything is as it was written/)
})
