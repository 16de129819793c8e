// The TypeScript client of the lunas gateway. The types of every route come from the contract (schema.ts is generated from
// api/openapi.yaml); this file adds what a payment needs: the key, idempotency keys, repetition where it is safe, errors to
// decide by, waiting, and the events from a position.
import createClient, { type Client } from 'openapi-fetch'
import type { components, paths } from './schema.js'

export type Schemas = components['schemas']
export type Payment = Schemas['Payment']
export type NewPayment = Schemas['NewPayment']
export type FeedEvent = Schemas['FeedEvent']
export type Problem = Schemas['Problem']
export type State = Payment['state']

/** What the gateway has against a request. Decide by `code`, which is stable. */
export class LunasError extends Error {
  override readonly name = 'LunasError'
  /** HTTP status. */
  readonly status: number
  /** Such as `amount_too_small`; `unexpected_answer` when something else than a gateway answered. */
  readonly code: Problem['code'] | 'unexpected_answer'
  readonly field: string | undefined
  readonly hint: string | undefined
  /** Names the request in the gateway's log. */
  readonly requestId: string | undefined
  /** In how many seconds to try again, if that is known. */
  readonly retryAfter: number | undefined
  /** The whole problem document, if there was one. */
  readonly problem: Problem | undefined

  constructor(response: Response, body: unknown) {
    const problem = isProblem(body) ? body : undefined
    super(problem ? `${problem.code}: ${problem.detail}` : `HTTP ${response.status} without a problem document; is the address that of a lunas gateway?`)
    this.status = response.status
    this.code = problem?.code ?? 'unexpected_answer'
    this.field = problem?.field
    this.hint = problem?.hint
    this.requestId = problem?.request_id ?? response.headers.get('Request-Id') ?? undefined
    this.retryAfter = secondsOf(response)
    this.problem = problem
  }
}

function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'code' in body && 'detail' in body
}

export interface Options {
  /** The gateway's address, such as https://pay.example.com. */
  url: string
  /** The API key. It is sent to the gateway and kept nowhere that prints. */
  key: string
  /** How often a request is repeated that could not be made, where that is safe. Default 4. */
  retries?: number
  /** In place of the global fetch. */
  fetch?: (request: Request) => Promise<Response>
  /** In place of waiting; milliseconds. */
  pause?: (ms: number, signal?: AbortSignal) => Promise<void>
}

export interface Lunas {
  /** Every route of the contract, typed: `api.GET('/v1/payments/{id}', { params: { path: { id } } })`. */
  api: Client<paths>
  /** Gives the payment once it is final, or needs a human (review). */
  wait(id: string, signal?: AbortSignal): Promise<Payment>
  /** Gives events after a position, 0 for the beginning, and then those that come. Go on from the last `position`. */
  events(after: number, signal?: AbortSignal): AsyncGenerator<FeedEvent, void>
}

const finals: readonly State[] = ['paid', 'declined', 'expired', 'canceled', 'reversed', 'voided', 'refunded']

/** Tells whether nothing more happens by itself: the state is final, or a human must look. */
export function settled(state: State): boolean {
  return finals.includes(state) || state === 'review'
}

/** Makes a client. */
export function lunas(options: Options): Lunas {
  const pause = options.pause ?? sleep
  const api = createClient<paths>({
    baseUrl: options.url, redirect: 'error', // the key would go along
    headers: { Authorization: `Bearer ${options.key}` },
    fetch: (request) => repeat(request, options.fetch ?? ((r) => fetch(r)), options.retries ?? 4, pause),
  })
  return {
    api,
    async wait(id, signal) {
      for (;;) {
        const began = Date.now()
        const payment = unwrap(await api.GET('/v1/payments/{id}', { params: { path: { id }, query: { wait: 50 } }, ...(signal && { signal }) }))
        if (settled(payment.state)) return payment
        await pause(Math.max(0, 1000 - (Date.now() - began)), signal)
      }
    },
    async *events(after, signal) {
      for (;;) {
        const page = unwrap(await api.GET('/v1/events', { params: { query: { after, limit: 1000 } }, ...(signal && { signal }) }))
        for (const event of page.data) {
          yield event
          after = event.position
        }
        if (page.data.length === 0) await pause(1000, signal)
      }
    },
  }
}

/** Gives the data of an answer, or throws its error. */
export function unwrap<T>(answer: { data?: T, error?: unknown, response: Response }): T {
  if (!answer.response.ok || answer.data === undefined) throw new LunasError(answer.response, answer.error)
  return answer.data
}

// What an operator must mend, or a customer is not kept waiting for.
const pointless: readonly string[] = ['terminal_held', 'numbers_exhausted', 'inquiry_unavailable']

// The routes that take an idempotency key. An answer that was replayed (Idempotent-Replayed: true) shows no secret again.
const keyed = /^\/v1\//

const longest = 30_000 // of a pause; who asks for more gets none, and the caller the error

async function repeat(request: Request, send: (r: Request) => Promise<Response>, retries: number, pause: NonNullable<Options['pause']>): Promise<Response> {
  if (request.method === 'POST' && keyed.test(new URL(request.url).pathname) && !request.headers.has('Idempotency-Key')) {
    request.headers.set('Idempotency-Key', `ts-${crypto.randomUUID()}`)
  }
  // A PATCH says how something shall be, and a DELETE that it shall be gone: both are answered the second time as the first.
  const safe = ['GET', 'PATCH', 'DELETE'].includes(request.method) || request.headers.has('Idempotency-Key')
  for (let tries = 0; ; tries++) {
    const last = !safe || tries >= retries
    let ms = Math.min(longest, 500 * 2 ** tries) * (0.5 + Math.random() / 2) // not all clients at once
    try {
      const response = await send(request.clone())
      if (last || ![429, 502, 503, 504].includes(response.status)) return response
      const body: unknown = await response.clone().json().catch(() => undefined)
      const asked = (secondsOf(response) ?? 0) * 1000
      if (asked > longest || (isProblem(body) && pointless.includes(body.code))) return response
      ms = Math.max(ms, asked)
    } catch (error) {
      if (last || request.signal.aborted) throw error
    }
    await pause(ms, request.signal)
  }
}

function secondsOf(response: Response): number | undefined {
  const value = response.headers.get('Retry-After')
  return value !== null && /^[0-9]+$/.test(value) ? Number(value) : undefined
}

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const ended = () => { clearTimeout(timer); reject(signal?.reason) }
    const timer = setTimeout(() => { signal?.removeEventListener('abort', ended); resolve() }, ms)
    signal?.addEventListener('abort', ended, { once: true })
  })
}

/** What a customer's browser brings back to your return_url. A hint and no proof of payment: ask for the payment. */
export interface Return {
  paymentId: string
  reference: string
  /** When the customer left the payment's page. */
  state: State
  version: number
  at: Date
}

/**
 * Verifies the query with which a customer came to your return_url, by the key of `GET /v1/return_key`; undefined for
 * whatever this gateway has not signed for you. Keep the key on your server.
 */
export async function readReturn(key: string, query: URLSearchParams): Promise<Return | undefined> {
  const names = ['payment_id', 'reference', 'state', 'version', 'time']
  if (!key.startsWith('retsec_')) throw new Error('this is no return key: retsec_ and base64 of 32 bytes')
  if (names.some((name) => query.getAll(name).length !== 1)) return undefined
  const said = names.map((name) => query.get(name) ?? '')
  const bytes = (base64: string) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))
  const secret = await crypto.subtle.importKey('raw', bytes(key.slice('retsec_'.length)), { name: 'HMAC', hash: 'SHA-256' }, false, ['verify'])
  const text = new TextEncoder().encode(['v1', ...said].join('\n'))
  let good = false
  for (const given of (query.get('signature') ?? '').split('~')) { // several, while the gateway's key is rotated
    if (!/^v1\.[A-Za-z0-9_-]{43}$/.test(given)) continue
    const mac = bytes(given.slice(3).replaceAll('-', '+').replaceAll('_', '/') + '=')
    good = await crypto.subtle.verify('HMAC', secret, mac, text) || good
  }
  if (!good) return undefined
  const [paymentId = '', reference = '', state, version, time] = said
  return { paymentId, reference, state: state as State, version: Number(version), at: new Date(Number(time) * 1000) }
}
