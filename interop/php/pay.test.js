// The PHP example pays on a real gateway, with Debian's php-cli.
'use strict'
const assert = require('node:assert/strict')
const { spawn, spawnSync } = require('node:child_process')
const { once } = require('node:events')
const http = require('node:http')
const path = require('node:path')
const { after, before, test } = require('node:test')
const { startGateway, stranger } = require('../gateway.js')

const script = path.join(__dirname, '..', '..', 'examples', 'php', 'pay.php')

let gateway
before(async () => { gateway = await startGateway() })
after(() => gateway?.stop())

async function pay(args, env = {}) {
  const child = spawn('php', ['-d', 'display_errors=stderr', script, ...args], {
    env: { ...process.env, LUNAS_URL: gateway.url, LUNAS_API_KEY: gateway.key, ...env } })
  let [out, err] = ['', '']
  child.stdout.on('data', (b) => { out += b })
  child.stderr.on('data', (b) => { err += b })
  const [code] = await once(child, 'close')
  assert.ok(!(out + err).includes(gateway.key), 'the key is printed')
  return { code, out, err }
}

test('a customer pays, and the same order never pays twice', { timeout: 60_000 }, async () => {
  const first = await pay(['12500', 'INV-1', '081211110101'])
  assert.match(first.out, /^pay_[0-9a-z]{26} paid\n$/, first.err)
  assert.deepEqual([first.code, first.err], [0, ''])
  assert.equal((await pay(['12500', 'INV-1', '081211110101'])).out, first.out)
})

test('a customer declines', { timeout: 60_000 }, async () => {
  const { code, out, err } = await pay(['12500', 'INV-2', '081211110017'])
  assert.equal(code, 3, err)
  assert.match(out, /^pay_[0-9a-z]{26} declined\n.+\n$/)
})

test('mistakes are said', { timeout: 60_000 }, async () => {
  const wrong = await pay(['12500', 'INV-3', '0812'])
  assert.equal(wrong.code, 1)
  assert.match(wrong.err, /^phone_invalid: .*\nWrite 08/)
  assert.match((await pay(['12500', 'INV-4', '081211110101'], { LUNAS_API_KEY: stranger })).err, /^unknown_api_key: /)
  assert.equal((await pay(['12.500', 'INV-5', '081211110101'])).code, 2)
})

// A gateway that breaks the connection, and then has no time, gets the same request with the same key.
test('what has no answer is asked again with the same key', { timeout: 60_000 }, async () => {
  const keys = []
  const proxy = http.createServer((request, response) => {
    if (request.method === 'POST') keys.push(request.headers['idempotency-key'])
    if (request.method === 'POST' && keys.length === 1) return request.socket.destroy()
    if (request.method === 'POST' && keys.length === 2) {
      response.writeHead(503, { 'Content-Type': 'application/problem+json', 'Retry-After': '1' })
      return response.end('{"code":"shutting_down","detail":"stopping","retry_after":1}')
    }
    const to = http.request(gateway.url + request.url, { method: request.method, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers)
      answer.pipe(response)
    })
    request.pipe(to)
  }).listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const { code, err } = await pay(['12500', 'INV-6', '081211110101'], { LUNAS_URL: `http://127.0.0.1:${proxy.address().port}` })
  proxy.close()
  proxy.closeAllConnections()
  assert.equal(code, 0, err)
  assert.deepEqual(keys, ['order-INV-6', 'order-INV-6', 'order-INV-6'])
})

test('a return is verified', () => {
  const key = 'retsec_iFG5W2HMInWmAAjTTvQ0rdEfAVSmwyQpu2H159W2rto='
  const query = 'lang=id&payment_id=pay_01kafz0q3gf7ktc1ms2cqc1b9w&reference=INV+%26+7&state=paid&version=3&time=1774062000&signature=v1.exenx6SLJcSQpiadcCcryF6KzkL82-KOezLBn_4STns'
  const read = (q) => {
    const php = spawnSync('php', ['-d', 'display_errors=stderr', '-r', 'include $argv[1]; echo json_encode(lunas_return($argv[2], $argv[3]));',
      path.join(__dirname, '..', '..', 'examples', 'php', 'return.php'), key, q], { encoding: 'utf8' })
    assert.equal(php.stderr, '')
    return JSON.parse(php.stdout)
  }
  assert.deepEqual(read(query), { payment_id: 'pay_01kafz0q3gf7ktc1ms2cqc1b9w', reference: 'INV & 7', state: 'paid', version: '3', time: '1774062000' })
  assert.equal(read(query.replace('signature=', 'signature=v1.AAAA~')).state, 'paid')
  for (const bad of ['', query.replace('paid', 'declined'), query + '&state=paid', query.replace(/signature=.*/, ''), query.replace(/v1\..*/, '')]) {
    assert.equal(read(bad), null, bad)
  }
})
