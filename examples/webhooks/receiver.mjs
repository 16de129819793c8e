// A receiver of webhooks in Node. Run: WEBHOOK_SECRET=whsec_… node receiver.mjs 9000   (npm install standardwebhooks)
import http from 'node:http'
import { Webhook } from 'standardwebhooks'

const webhook = new Webhook(process.env.WEBHOOK_SECRET)
http.createServer(async (request, response) => {
  let body = ''
  for await (const chunk of request.setEncoding('utf8')) body += chunk
  try {
    webhook.verify(body, request.headers)
    console.log(body) // keep it, then answer, then work
  } catch {
    response.statusCode = 401
  }
  response.end()
}).listen(Number(process.argv[2]), '127.0.0.1')
