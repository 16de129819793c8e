// What the tests of clients share: a gateway with its sandbox, on ports of its own. Run by scripts/interop, which sets LUNAS
// to the binary.
'use strict'
const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const { once } = require('node:events')
const fs = require('node:fs')
const net = require('node:net')
const os = require('node:os')
const path = require('node:path')

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

// startGateway gives where it is, its key, a folder for the test, and how to stop it.
exports.startGateway = async function () {
  assert.ok(process.env.LUNAS, 'LUNAS must name the binary; run scripts/interop')
  const temp = fs.mkdtempSync(path.join(os.tmpdir(), 'lunas-client-'))
  const [port, sandbox] = [await freePort(), await freePort()]
  const data = path.join(temp, 'data')
  const child = spawn(process.env.LUNAS, ['dev', '--data', data, '--listen', `127.0.0.1:${port}`, '--sandbox-listen', `127.0.0.1:${sandbox}`,
    '--speed', '20'], { stdio: ['ignore', 'ignore', 'inherit'] })
  const url = `http://127.0.0.1:${port}`
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
    fs.rmSync(temp, { recursive: true, force: true })
  }
  for (const end = Date.now() + 60_000; ;) {
    if (await fetch(`${url}/readyz`).then((r) => r.ok, () => false)) break
    if (child.exitCode !== null || Date.now() > end) {
      await stop()
      throw new Error('the gateway does not become ready')
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return { url, key: fs.readFileSync(path.join(data, 'api.key'), 'utf8').trim(), temp, stop }
}

// stranger is an API key that no gateway knows. Scripts that could be pages hold no key in one piece.
exports.stranger = ['lunas', 'test', 'a'.repeat(24)].join('_')
