// What the tests of receivers share: processes, the receivers of examples/webhooks in Go, Node and PHP, and what must have
// come to them. Run by scripts/interop, which sets LUNAS to the binary.
'use strict'
const assert = require('node:assert/strict')
const { spawn, spawnSync } = require('node:child_process')
const { once } = require('node:events')
const fs = require('node:fs')
const net = require('node:net')
const os = require('node:os')
const path = require('node:path')
const readline = require('node:readline')

const root = path.join(__dirname, '..', '..')
exports.binary = process.env.LUNAS
assert.ok(exports.binary, 'LUNAS must name the binary; run scripts/interop')

const temp = fs.mkdtempSync(path.join(os.tmpdir(), 'lunas-receivers-'))
exports.temp = temp
const children = new Set()

const run = (exports.run = (command, args, options) => {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options })
  children.add(child)
  return child
})

const kill = (exports.kill = async (child, signal) => {
  children.delete(child)
  if (child.exitCode === null && child.signalCode === null) {
    child.kill(signal)
    await once(child, 'exit')
  }
})

exports.end = async () => {
  for (const child of children) await kill(child, 'SIGKILL')
  fs.rmSync(temp, { recursive: true, force: true })
}

// freePort gives a port that was free a moment ago.
const freePort = (exports.freePort = async () => {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
})

// until asks again and again until it gets something, for at most a minute where nothing else is said.
const until = (exports.until = async (what, ask, seconds = 60) => {
  const end = Date.now() + seconds * 1000
  for (;;) {
    const got = await ask()
    if (got) return got
    if (Date.now() > end) throw new Error(`it did not come to this: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
})

// asks gives a function that makes a request with an API key and wants a good answer.
exports.asks = (url, key) => async (method, at, body) => {
  const response = await fetch(url + at, {
    method, body: body && JSON.stringify(body),
    headers: { Authorization: `Bearer ${key}`, ...(body && { 'Content-Type': 'application/json' }) },
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
exports.languages = Object.keys(receivers)

// build makes the receivers ready to run.
exports.build = () => {
  const built = spawnSync('go', ['build', '-o', path.join(temp, 'receiver'), 'examples/webhooks/receiver.go'], { cwd: root, encoding: 'utf8' })
  assert.equal(built.status, 0, built.stderr)
  // The library is found from where the receiver stands.
  fs.copyFileSync(path.join(root, 'examples/webhooks/receiver.mjs'), path.join(temp, 'receiver.mjs'))
  fs.symlinkSync(path.join(__dirname, 'node_modules'), path.join(temp, 'node_modules'))
}

// receive starts a receiver for an endpoint that make makes of an address, and collects the events that it has verified.
exports.receive = async (language, make) => {
  const port = await freePort()
  const secret = await make(`http://127.0.0.1:${port}/webhooks`)
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

const ends = ['paid', 'reversed', 'declined', 'expired', 'review']

// wantEverything waits until payments have come to their ends, and then until every receiver has got everything that the feed
// tells; whoever goes by the highest version must see each payment as it is.
exports.wantEverything = async (api, ids, got) => {
  const final = []
  for (const id of ids) {
    final.push(await until(`${id} has come to its end`, async () => {
      const p = await api('GET', `/v1/payments/${id}`)
      return ends.includes(p.state) && p
    }))
  }
  const feed = (await api('GET', '/v1/events?limit=1000')).data
  for (const { id, version } of final) {
    const told = feed.filter((e) => e.data.id === id).map((e) => e.data.version)
    assert.deepEqual(told, [...told].sort((a, b) => a - b), `the feed tells of ${id} in the order of its versions`)
    assert.ok(told.length > 1 && told.at(-1) <= version, `the feed tells of ${id}: ${told}`)
  }
  for (const [language, events] of Object.entries(got)) {
    // What the killed gateway had taken and not sent is sent again after ninety seconds.
    await until(`${language} has everything`, () => feed.every(({ id }) => events.some((e) => e.id === id)), 150)
    for (const { id, state, version } of final) {
      const ours = events.filter((e) => e.data.id === id).sort((a, b) => a.data.version - b.data.version)
      const last = ours.at(-1)
      assert.ok(last, `${language} was told of ${id}`)
      assert.equal(last.data.state, state, `${language}: the highest version of ${id} is ${last.data.version} of ${version}`)
    }
  }
  return final
}
