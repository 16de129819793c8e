// The receivers of examples/webhooks, in Go, Node and PHP, get what happened on a gateway that is killed and started in
// the middle: nothing is missing, and what comes twice or late is put right by the version. Run by scripts/interop, which
// sets LUNAS to the binary.
'use strict'
const assert = require('node:assert/strict')
const { spawn, spawnSync } = require('node:child_process')
const { once } = require('node:events')
const fs = require('node:fs')
const net = require('node:net')
const os = require('node:os')
const path = require('node:path')
const readline = require('node:readline')
const { after, before, test } = require('node:test')

const binary = process.env.LUNAS
assert.ok(binary, 'LUNAS must name the binary; run scripts/interop')
const root = path.join(__dirname, '..', '..')
const temp = fs.mkdtempSync(path.join(os.tmpdir(), 'lunas-receivers-'))
const children = new Set()

function run(command, args, options) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options })
  children.add(child)
  return child
}

async function kill(child, signal) {
  children.delete(child)
  if (child.exitCode === null && child.signalCode === null) {
    child.kill(signal)
    await once(child, 'exit')
  }
}

// freePort gives a port that was free a moment ago.
async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

// until asks again and again until it gets something, for at most a minute where nothing else is said.
async function until(what, ask, seconds = 60) {
  const end = Date.now() + seconds * 1000
  for (;;) {
    const got = await ask()
    if (got) return got
    if (Date.now() > end) throw new Error(`it did not come to this: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

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
  places.key = fs.readFileSync(path.join(data, 'api.key'), 'utf8').trim()
  return child
}

async function api(method, at, body) {
  const response = await fetch(`http://127.0.0.1:${places.api}${at}`, {
    method, body: body && JSON.stringify(body),
    headers: { Authorization: `Bearer ${places.key}`, ...(body && { 'Content-Type': 'application/json' }) },
  })
  const answer = await response.json()
  assert.ok(response.ok, `${method} ${at}: ${JSON.stringify(answer)}`)
  return answer
}

const receivers = {
  go: (port) => [path.join(temp, 'receiver'), [`127.0.0.1:${port}`], 'stdout'],
  node: (port) => [process.execPath, [path.join(temp, 'receiver.mjs'), String(port)], 'stdout'],
  php: (port) => ['php', ['-d', 'error_log=', '-d', 'log_errors=1', '-S', `127.0.0.1:${port}`, path.join(root, 'examples/webhooks/receiver.php')], 'stderr'],
}

// receive makes an endpoint, starts its receiver, and collects the events that the receiver has verified.
async function receive(language) {
  const port = await freePort()
  const { secret } = await api('POST', '/v1/webhook_endpoints', { url: `http://127.0.0.1:${port}/webhooks`, description: language })
  const [command, args, stream] = receivers[language](port)
  const child = run(command, args, { env: { ...process.env, WEBHOOK_SECRET: secret } })
  const events = []
  child[stream === 'stdout' ? 'stderr' : 'stdout'].resume()
  readline.createInterface({ input: child[stream] }).on('line', (line) => {
    const at = line.indexOf('{"id":"evt_')
    if (at >= 0) events.push(JSON.parse(line.slice(at)))
  })
  await until(`the receiver in ${language} listens`, () => fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: '{}' })
    .then((r) => assert.equal(r.status, 401, `${language}: an unsigned body`) ?? true, (error) => { if (error.code === 'ERR_ASSERTION') throw error }))
  return events
}

let gateway
before(async () => {
  const built = spawnSync('go', ['build', '-o', path.join(temp, 'receiver'), 'examples/webhooks/receiver.go'], { cwd: root, encoding: 'utf8' })
  assert.equal(built.status, 0, built.stderr)
  // The library is found from where the receiver stands.
  fs.copyFileSync(path.join(root, 'examples/webhooks/receiver.mjs'), path.join(temp, 'receiver.mjs'))
  fs.symlinkSync(path.join(__dirname, 'node_modules'), path.join(temp, 'node_modules'))
  gateway = await startGateway()
})

after(async () => {
  for (const child of children) await kill(child, 'SIGKILL')
  fs.rmSync(temp, { recursive: true, force: true })
})

test('receivers in Go, Node and PHP miss nothing while the gateway is killed', { timeout: 400_000 }, async () => {
  const got = {}
  for (const language of Object.keys(receivers)) got[language] = await receive(language)
  const pay = (phone) => api('POST', '/v1/payments', { amount: 12500, reference: 'INV-1', method: 'ovo_push', phone })
  const pays = '081211110101'
  const payments = [await pay(pays), await pay('081211111111'), await pay(pays)] // the second never answers
  await kill(gateway, 'SIGKILL')
  gateway = await startGateway()
  payments.push(await pay(pays), await pay(pays))

  const final = {}
  for (const { id } of payments) {
    final[id] = await until(`${id} has come to its end`, async () => {
      const p = await api('GET', `/v1/payments/${id}`)
      return ['paid', 'reversed', 'declined', 'expired', 'review'].includes(p.state) && p
    })
  }
  // What the feed tells is what must have come.
  const feed = (await api('GET', '/v1/events?limit=1000')).data
  for (const [language, events] of Object.entries(got)) {
    // What the killed gateway had taken and not sent is sent again after ninety seconds.
    await until(`${language} has everything`, () => feed.every(({ id }) => events.some((e) => e.id === id)), 150)
    for (const { id, state, version } of Object.values(final)) {
      const ours = events.filter((e) => e.data.id === id).sort((a, b) => a.data.version - b.data.version)
      const last = ours.at(-1)
      assert.ok(last, `${language} was told of ${id}`)
      assert.equal(last.data.state, state, `${language}: the highest version of ${id} is ${last.data.version} of ${version}`)
    }
  }
})
