// The receivers of examples/webhooks, in Go, Node and PHP, get what happened on a gateway that is killed and started in
// the middle: nothing is missing, and what comes twice or late is put right by the version. Run by scripts/interop, which
// sets LUNAS to the binary.
'use strict'
const assert = require('node:assert/strict')
const fs = require('node:fs')
const path = require('node:path')
const { after, before, test } = require('node:test')
const { asks, binary, build, end, freePort, kill, languages, receive, run, temp, until, wantEverything } = require('./world.js')

// gateway starts `lunas dev` on the same folder and addresses each time.
const places = {}
async function startGateway() {
  places.api ??= await freePort()
  places.sandbox ??= await freePort()
  const data = path.join(temp, 'data')
  const child = run(binary, ['dev', '--data', data, '--listen', `127.0.0.1:${places.api}`, '--sandbox-listen', `127.0.0.1:${places.sandbox}`,
    '--speed', '20']) // what nobody answers is at its end after minutes
  child.stdout.resume()
  child.stderr.pipe(process.stderr)
  await until('the gateway is ready', async () => {
    assert.equal(child.exitCode, null, 'the gateway ended')
    return fetch(`http://127.0.0.1:${places.api}/readyz`).then((r) => r.ok, () => false)
  })
  places.ask = asks(`http://127.0.0.1:${places.api}`, fs.readFileSync(path.join(data, 'api.key'), 'utf8').trim())
  return child
}

let gateway
before(async () => {
  build()
  gateway = await startGateway()
})

after(end)

test('receivers in Go, Node and PHP miss nothing while the gateway is killed', { timeout: 400_000 }, async () => {
  const api = (...args) => places.ask(...args)
  const got = {}
  for (const language of languages) {
    got[language] = await receive(language, async (url) => (await api('POST', '/v1/webhook_endpoints', { url, description: language })).secret)
  }
  const pay = async (phone) => (await api('POST', '/v1/payments', { amount: 12500, reference: 'INV-1', method: 'ovo_push', phone })).id
  const pays = '081211110101'
  const payments = [await pay(pays), await pay('081211111111'), await pay(pays)] // the second never answers
  await kill(gateway, 'SIGKILL')
  gateway = await startGateway()
  payments.push(await pay(pays), await pay(pays))
  await wantEverything(api, payments, got)
})
