// What a shop does with the client. It is type-checked, so that a contract which changes under it is noticed.
import { lunas, LunasError, settled, unwrap, type FeedEvent, type Payment, type State } from './client/index.js'

const pays = '081211110101'

export interface Seen {
  paid: Payment
  again: Payment
  listed: string[]
  refused: LunasError | undefined
  stranger: LunasError | undefined
  events: FeedEvent[]
  secret: string | undefined
  sent: { method: string, path: string, key: string | null }[]
  retried: number
}

export async function shop(url: string, key: string): Promise<Seen> {
  const sent: Seen['sent'] = []
  let broken = 1 // the first request's answer is lost on its way
  let retried = 0
  const client = lunas({
    url, key,
    fetch: async (request) => {
      sent.push({ method: request.method, path: new URL(request.url).pathname, key: request.headers.get('Idempotency-Key') })
      const answer = await fetch(request)
      if (broken-- > 0) throw new TypeError('the connection broke')
      return answer
    },
    pause: async (ms) => {
      retried++
      await new Promise((resolve) => setTimeout(resolve, Math.min(ms, 200)))
    },
  })
  const order = { amount: 12500, reference: 'INV-1', method: 'ovo_push', phone: pays } as const
  const made = unwrap(await client.api.POST('/v1/payments', { body: order }))
  const retriedForCreate = retried
  const paid = await client.wait(made.id)
  const state: State = paid.state
  if (!settled(state)) throw new Error(`wait has given a payment that is ${state}`)
  const known = { params: { header: { 'Idempotency-Key': 'order-2' } } }
  const first = unwrap(await client.api.POST('/v1/payments', { ...known, body: { ...order, reference: 'INV-2' } }))
  const again = unwrap(await client.api.POST('/v1/payments', { ...known, body: { ...order, reference: 'INV-2' } }))
  if (first.id !== again.id) throw new Error('the same key has made two payments')
  await client.wait(again.id)
  const listed = unwrap(await client.api.GET('/v1/payments', { params: { query: { state: ['paid', 'declined'], limit: 10 } } }))
  const endpoint = unwrap(await client.api.POST('/v1/webhook_endpoints', { body: { url: 'http://127.0.0.1:9/hooks' } }))

  // @ts-expect-error A wrong type is found by the compiler, and by the gateway.
  const wrong = client.api.POST('/v1/payments', { body: { ...order, amount: '12500' } })
  const refused = await wrong.then(unwrap).then(() => undefined, (e: LunasError) => e)
  const other = lunas({ url, key: 'lunas_test_aaaaaaaaaaaaaaaaaaaaaaaa' })
  const stranger = await other.wait(made.id).then(() => undefined, (e: LunasError) => e)

  const events: FeedEvent[] = []
  for await (const event of client.events(0)) {
    events.push(event)
    if (event.type === 'payment.paid') break
  }
  return { paid, again, listed: listed.data.map((p) => p.reference), refused, stranger, events, secret: endpoint.secret, sent, retried: retriedForCreate }
}
