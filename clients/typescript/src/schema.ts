// Generated from api/openapi.yaml by make gen; do not edit.

export interface paths {
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The process lives */
        get: operations["health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The process can take payments
         * @description The database takes writes and the engine runs.
         */
        get: operations["ready"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/actions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What people and keys did by hand, newest first
         * @description Changes of merchants, accounts, API keys, webhook endpoints and terminals, exports and the like, each written in the transaction of the change, and linked into a hash chain that `lunas verify` checks. A merchant's key sees what concerns its merchant and its mode; a key of the platform sees everything. What was asked for a payment stands in the payment's history. Needs the scope `admin`.
         */
        get: operations["list-actions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/api_keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The caller's API keys
         * @description Needs the scope `admin`.
         */
        get: operations["list-own-api-keys"];
        put?: never;
        /**
         * Make an API key
         * @description Needs the scope `admin`.
         */
        post: operations["create-own-api-key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/api_keys/{id}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End a key now
         * @description Needs the scope `admin`.
         */
        post: operations["revoke-own-api-key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/api_keys/{id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a key in the place of another
         * @description The old key goes on for the overlap, so that programs can be changed over. Needs the scope `admin`.
         */
        post: operations["rotate-own-api-key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/doctor": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether everything is as it must be before money moves
         * @description Clocks, keys, credentials, addresses, disk and database, as the gateway that answers sees them. It asks providers what moves no money: the date, an access token, and the status of a payment that does not exist. It may take a minute. Needs a key of the platform, `lunas_admin_…`.
         */
        get: operations["doctor"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What happened, in order
         * @description The events of all payments of the key's mode, oldest first; those of one payment in the order of its versions. Who goes on from the last position misses nothing, and gets nothing twice: events appear at the feed's end only. Where whoever runs the gateway archives what is old, the feed begins after what was archived: from 0 you get what is kept, and from a position before that the answer is 410, so that nobody overlooks what is missing. Needs the scope `read`.
         */
        get: operations["list-events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/mappings/{rail}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The mapping of a rail that comes with lunas, to begin your own with
         * @description Needs the scope `read`.
         */
        get: operations["get-mapping"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/merchants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The merchants of this gateway
         * @description Those of the configuration file first, then in the order of their ids. Needs a key of the platform, `lunas_admin_…`.
         */
        get: operations["list-merchants"];
        put?: never;
        /**
         * Make a merchant
         * @description Needs a key of the platform, `lunas_admin_…`.
         */
        post: operations["create-merchant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/merchants/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a merchant
         * @description Needs a key of the platform, `lunas_admin_…`.
         */
        get: operations["get-merchant"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change a merchant, close or open it
         * @description Needs a key of the platform, `lunas_admin_…`.
         */
        patch: operations["change-merchant"];
        trace?: never;
    };
    "/v1/merchants/{id}/accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A merchant's accounts at the rails
         * @description Needs a key of the platform, `lunas_admin_…`.
         */
        get: operations["list-accounts"];
        put?: never;
        /**
         * Make an account
         * @description It takes payments at once, and by every gateway within about a second. Nothing is asked of the provider. Needs a key of the platform, `lunas_admin_…`.
         */
        post: operations["create-account"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/merchants/{id}/accounts/{account}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get an account
         * @description Needs a key of the platform, `lunas_admin_…`.
         */
        get: operations["get-account"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change, close or open an account
         * @description Payments under way keep the terms that they began with. Needs a key of the platform, `lunas_admin_…`.
         */
        patch: operations["change-account"];
        trace?: never;
    };
    "/v1/merchants/{id}/accounts/{account}/retire_credentials": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Forget the credentials that are not signed with now
         * @description Needs a key of the platform, `lunas_admin_…`.
         */
        post: operations["retire-account-credentials"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/merchants/{id}/accounts/{account}/rotate_credentials": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give an account other credentials
         * @description They are signed with from the given time on. Until the others are retired, what the provider signs is verified by either. Needs a key of the platform, `lunas_admin_…`.
         */
        post: operations["rotate-account-credentials"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/merchants/{id}/api_keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A merchant's API keys
         * @description Needs a key of the platform, `lunas_admin_…`.
         */
        get: operations["list-api-keys"];
        put?: never;
        /**
         * Make an API key for a merchant
         * @description Needs a key of the platform, `lunas_admin_…`.
         */
        post: operations["create-api-key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/merchants/{id}/api_keys/{key}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End a merchant's key now
         * @description Needs a key of the platform, `lunas_admin_…`.
         */
        post: operations["revoke-api-key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/merchants/{id}/api_keys/{key}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a merchant's key in the place of another
         * @description The old key goes on for the overlap, so that programs can be changed over. Needs a key of the platform, `lunas_admin_…`.
         */
        post: operations["rotate-api-key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/merchants/{id}/outlets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A merchant's outlets
         * @description Needs a key of the platform, `lunas_admin_…`.
         */
        get: operations["list-outlets"];
        put?: never;
        /**
         * Make an outlet
         * @description For shops that have accounts of their own at the providers. A merchant with one account for all shops needs none. Needs a key of the platform, `lunas_admin_…`.
         */
        post: operations["create-outlet"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/notices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What needs a human, newest first
         * @description A reversal that does not get through before 23:59 WIB, payments in review, an endpoint that takes nothing, credentials and keys that end, and for the platform's keys, which see everything, a provider that is away, a clock that is off and a disk that is nearly full. Each is told by the events `notice.raised` and `notice.cleared`, again after growing waits while it holds, and by e-mail where the gateway is set up for it. Needs the scope `admin`.
         */
        get: operations["list-notices"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/payments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List payments, newest first
         * @description Needs the scope `read`.
         */
        get: operations["list-payments"];
        put?: never;
        /**
         * Ask for a payment
         * @description When the answer comes, the payment is on disk and its push on its way, or its QR ordered; with ?wait= a payment by qris is answered as soon as its QR is there. Without a method, with several, or with a push without a phone, nothing is sent yet: the payment is created, and waits for what its customer chooses at checkout_url. Repeat a request whose answer was lost with the same Idempotency-Key. Needs the scope `pay`.
         */
        post: operations["create-payment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/payments/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a payment
         * @description Needs the scope `read`.
         */
        get: operations["get-payment"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/payments/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give up a payment
         * @description A push that is with the customer cannot be cancelled: 409 with the time when it ends by itself. A QR is hidden at once; since the customer may have scanned it, the payment is canceled only when the provider has said that it was not paid, and paid when it was. Needs the scope `pay`.
         */
        post: operations["cancel-payment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/payments/{id}/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask the provider where a payment stands
         * @description The state never changes by the asking, only by the answer. Checks are made one at a time: of a push for 7 days, of a QR no closer than 5 seconds. lunas asks by itself until a QR's end is known. Needs the scope `pay`.
         */
        post: operations["check-payment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/payments/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What happened to a payment
         * @description Needs the scope `read`.
         */
        get: operations["list-payment-events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/payments/{id}/exchanges": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What was said to the provider and what it answered
         * @description Masked: secrets, phone numbers, names, addresses and balances never leave the gateway. Needs the scope `read`.
         */
        get: operations["list-exchanges"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/payments/{id}/qr.png": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The QR that the customer scans, drawn as png
         * @description Only as long as it can be paid: show it until `qr.until` of the payment and no longer. It must not be kept by caches. Needs the scope `read`.
         */
        get: operations["get-qr-png"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/payments/{id}/qr.svg": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The QR that the customer scans, drawn as svg
         * @description Only as long as it can be paid: show it until `qr.until` of the payment and no longer. It must not be kept by caches. Needs the scope `read`.
         */
        get: operations["get-qr-svg"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/payments/{id}/refund": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give back a paid QR on its day
         * @description The whole amount, until 23:59:59 WIB of the day of the payment. The payment is refunding until the provider has confirmed; repeating it never refunds twice. A push is given back by void. Needs the scope `refund`.
         */
        post: operations["refund-payment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/payments/{id}/renew": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a new QR for an expired payment
         * @description Only when the provider has said that the old QR was not paid: until then it could still be, and the customer would pay twice. Needs the scope `pay`.
         */
        post: operations["renew-payment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/payments/{id}/void": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give back a paid push on its day
         * @description Until 23:59 WIB of the day of the payment. The payment is voiding until the provider has confirmed. Needs the scope `refund`.
         */
        post: operations["void-payment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/phones/{phone}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Is this phone registered with OVO?
         * @description Asks the provider, for at most 10 seconds. Needs the scope `pay`.
         */
        get: operations["check-phone"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rails": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The ways that payments can go, and how their providers are
         * @description A provider that fails again and again is not asked for new payments for a while; payments under way are brought to their end all the same. Each gateway sees for itself. Needs the scope `read`.
         */
        get: operations["list-rails"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/recaps": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What days add up to, per terminal and batch
         * @description A day is closed soon after it is over. Its recaps are never changed; what becomes known later makes the next version, which says what is different and why. The events recap.closed and recap.corrected tell of them. Needs the scope `read`.
         */
        get: operations["list-recaps"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/recaps/{day}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A day with the newest recap of every terminal
         * @description Needs the scope `read`.
         */
        get: operations["get-recap-day"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/recaps/{day}/export.csv": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A day's recaps as CSV, every version of them
         * @description Needs the scope `read`.
         */
        get: operations["export-recap-day-csv"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/recaps/{day}/export.xlsx": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A day's recaps as XLSX, every version of them
         * @description Needs the scope `read`.
         */
        get: operations["export-recap-day-xlsx"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reconciliations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List reconciliations, newest first
         * @description Needs the scope `read`.
         */
        get: operations["list-reconciliations"];
        put?: never;
        /**
         * Hold a settlement file against the payments of a day
         * @description The file is checked for its columns at once and compared in the background: ask for the reconciliation until it is done. Our journal, the provider's answers in the exchanges and the file are the three sides; no provider is asked. With an Idempotency-Key the same account, day, mapping and file make one reconciliation, however often they are sent. Needs the scope `admin`.
         */
        post: operations["create-reconciliation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reconciliations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A reconciliation, and how far it is
         * @description Needs the scope `read`.
         */
        get: operations["get-reconciliation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reconciliations/{id}/discrepancies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What a reconciliation has found
         * @description Needs the scope `read`.
         */
        get: operations["list-discrepancies"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reconciliations/{id}/report.csv": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What a reconciliation has found, as CSV
         * @description Needs the scope `read`.
         */
        get: operations["get-reconciliation-report-csv"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reconciliations/{id}/report.xlsx": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What a reconciliation has found, as XLSX
         * @description Needs the scope `read`.
         */
        get: operations["get-reconciliation-report-xlsx"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/return_key": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The key that signs the way back to your shop
         * @description By it you verify what stands in the query of your return_url. It changes only with the gateway's master key, and the one before stays good while that is rotated. **A return is a hint and no proof of payment:** it tells how the payment stood when the customer left its page. Ask for the payment, or wait for the webhook. Needs the scope `admin`.
         */
        get: operations["get-return-key"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/terminals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Terminals and their numbering
         * @description Needs the scope `read`.
         */
        get: operations["list-terminals"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook_endpoints": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the endpoints
         * @description Needs the scope `read`.
         */
        get: operations["list-webhook-endpoints"];
        put?: never;
        /**
         * Have events sent to an address
         * @description Every change of a payment's state is posted there, signed by the Standard Webhooks specification, and again for three days until it is answered with 2xx. Webhooks may come twice and may overtake: compare the payment's version. Needs the scope `admin`.
         */
        post: operations["create-webhook-endpoint"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook_endpoints/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get an endpoint
         * @description Needs the scope `read`.
         */
        get: operations["get-webhook-endpoint"];
        put?: never;
        post?: never;
        /**
         * Forget an endpoint and what was due to it
         * @description Needs the scope `admin`.
         */
        delete: operations["delete-webhook-endpoint"];
        options?: never;
        head?: never;
        /**
         * Change an endpoint, or switch it on or off
         * @description Needs the scope `admin`.
         */
        patch: operations["change-webhook-endpoint"];
        trace?: never;
    };
    "/v1/webhook_endpoints/{id}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What was sent to an endpoint, and what it answered
         * @description Needs the scope `read`.
         */
        get: operations["list-webhook-deliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook_endpoints/{id}/ping": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send an endpoint a test event
         * @description Needs the scope `admin`.
         */
        post: operations["ping-webhook-endpoint"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook_endpoints/{id}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send events again
         * @description One event, or all of a time, those included that happened before the endpoint was made. Needs the scope `admin`.
         */
        post: operations["replay-webhooks"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook_endpoints/{id}/rotate_secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give an endpoint a new secret
         * @description Until the overlap has passed each webhook carries a signature of both, so that you can change without losing one. Needs the scope `admin`.
         */
        post: operations["rotate-webhook-secret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        APIKey: {
            /**
             * Format: date-time
             * @description RFC 3339, in Western Indonesian Time.
             * @example 2026-03-21T10:15:30.000+07:00
             */
            created_at: string | null;
            /**
             * Format: date-time
             * @description Null: never.
             * @example 2026-03-21T10:15:30.000+07:00
             */
            expires_at: string | null;
            /**
             * @description How the key begins.
             * @example lunas_live_4f1a
             */
            hint: string;
            /** @example key_fea8c831200e */
            id: string;
            /** @description The key itself. It is shown now and never again. */
            key?: string;
            /**
             * Format: date-time
             * @description Late by up to a minute.
             * @example 2026-03-21T10:15:30.000+07:00
             */
            last_used_at: string | null;
            /**
             * @description Left out for the platform's own keys, which are of no mode.
             * @enum {string}
             */
            mode?: "test" | "live";
            /** @example till in Tebet */
            name?: string;
            /**
             * Format: date-time
             * @description RFC 3339, in Western Indonesian Time.
             * @example 2026-03-21T10:15:30.000+07:00
             */
            revoked_at: string | null;
            /** @description What it may do. */
            scopes: string[];
        };
        APIKeyList: {
            data: components["schemas"]["APIKey"][];
            /** @description For the next page; null on the last one. */
            next_cursor: string | null;
        };
        Account: {
            /**
             * Format: date-time
             * @description It takes no new payments from then on.
             * @example 2026-03-21T10:15:30.000+07:00
             */
            closed_at: string | null;
            /** @description It stands in the gateway's configuration file and can be changed only there. */
            configured: boolean;
            /**
             * Format: date-time
             * @description RFC 3339, in Western Indonesian Time.
             * @example 2026-03-21T10:15:30.000+07:00
             */
            created_at: string | null;
            /** @description Two while the provider changes them. */
            credentials: components["schemas"]["Credentials"][];
            /** @example production */
            environment: string;
            /** @description Why it cannot be used. */
            fault?: string;
            /** @example ovo */
            id: string;
            /** @description The outlet whose it is; null: the merchant's as a whole. */
            outlet: string | null;
            /** @example ovo */
            rail: string;
            /** @description With the keys of an account in the configuration file; left out for accounts of that file. */
            settings?: {
                [key: string]: unknown;
            };
            terminals: string[];
            url: string;
        };
        AccountChange: {
            /** @description true takes no new payments; those under way are brought to their end. false opens it again. */
            closed?: boolean;
            /** @description Empty: the merchant's as a whole. */
            outlet?: string;
            /** @description All of them anew. */
            settings?: {
                [key: string]: unknown;
            };
        };
        AccountList: {
            data: components["schemas"]["Account"][];
        };
        Action: {
            /** @enum {string} */
            action: "check" | "void" | "cancel" | "refund" | "renew";
            /**
             * Format: int64
             * @description Of a refund: how much is given back, which is all of it.
             * @example 12500
             */
            amount?: number;
            /**
             * Format: date-time
             * @description Null when there is no limit.
             * @example 2026-03-21T10:15:30.000+07:00
             */
            until: string | null;
        };
        Answer: {
            /**
             * Format: date-time
             * @description RFC 3339, in Western Indonesian Time.
             * @example 2026-03-21T10:15:30.000+07:00
             */
            at: string;
            /** @description Its first 1024 bytes. */
            body?: string;
            /**
             * Format: int64
             * @description Left out when there was no answer.
             */
            status?: number;
            /** Format: int64 */
            took_ms: number;
            /** @description Why there was no answer. */
            trouble?: string;
        };
        AtTerminal: {
            id: string;
            mid: string;
            store_code: string;
            tid: string;
        };
        Attempt: {
            approval_code?: string;
            /** Format: int64 */
            batch: number;
            calls: components["schemas"]["Call"][];
            /** @description What the provider sees as the invoice number. */
            invoice: string;
            /** @description Certainly nothing left for the provider. */
            never_sent?: boolean;
            /** Format: int64 */
            number: number;
            /**
             * Format: date-time
             * @description Of a QR: when the customer paid by it, as the provider says, else when lunas learnt of it. Its day is the day of a refund.
             * @example 2026-03-21T10:15:30.000+07:00
             */
            paid_at?: string;
            /**
             * @description Of a QR: batch and reference number as the provider has them; SNAP's partnerReferenceNo.
             * @example 000001000042
             */
            partner_reference_no?: string;
            /**
             * Format: date-time
             * @description Of a QR: when it came; missing where none did.
             * @example 2026-03-21T10:15:30.000+07:00
             */
            presented_at?: string;
            /** @description Of a QR: the provider's own number, once it is known; SNAP's referenceNo. */
            provider_reference?: string;
            /**
             * Format: date-time
             * @description The instant written in the push or in the request for a QR: a push's day of recap and cut-off, the beginning of a QR's life.
             * @example 2026-03-21T10:15:30.000+07:00
             */
            pushed_at: string;
            rail: string;
            /** Format: int64 */
            reference_number: number;
            /** @description Of a QR whose refund was asked for: SNAP's partnerRefundNo. */
            refund_no?: string;
            /** @description The provider's answer to the push, or to the request for a QR. */
            response_code?: string;
            terminal: components["schemas"]["AtTerminal"];
            trace_number?: string;
        };
        Call: {
            /**
             * Format: date-time
             * @description RFC 3339, in Western Indonesian Time.
             * @example 2026-03-21T10:15:30.000+07:00
             */
            last_at: string;
            /** @description It is under way. */
            open: boolean;
            /** @enum {string} */
            operation: "push" | "reversal" | "check" | "void" | "check_void" | "generate" | "refund" | "post" | "cancel";
            /** Format: int64 */
            tries: number;
        };
        Credentials: {
            /**
             * Format: date-time
             * @description When they are to be replaced; a notice says so in time. Null: nobody has said.
             * @example 2026-03-21T10:15:30.000+07:00
             */
            expires_at: string | null;
            /**
             * Format: date-time
             * @description They are signed with from then on.
             * @example 2026-03-21T10:15:30.000+07:00
             */
            from: string;
            /** @description They are signed with now. What the provider signs is verified by the others too. */
            in_use: boolean;
            /** @description Of the secrets, the RSA keys. */
            keys: components["schemas"]["RSAKey"][];
            /**
             * @example [
             *       "app_key"
             *     ]
             */
            secrets: string[];
        };
        Delivery: {
            /**
             * Format: date-time
             * @description RFC 3339, in Western Indonesian Time.
             * @example 2026-03-21T10:15:30.000+07:00
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, in Western Indonesian Time.
             * @example 2026-03-21T10:15:30.000+07:00
             */
            ended_at: string | null;
            event_id: string;
            /** @description What came of the last try; null before the first. */
            last_answer: components["schemas"]["Answer"] | null;
            /**
             * Format: date-time
             * @description Null when nothing more is sent.
             * @example 2026-03-21T10:15:30.000+07:00
             */
            next_try_at: string | null;
            payment_id?: string;
            /** @enum {string} */
            state: "due" | "delivered" | "failed";
            /** Format: int64 */
            tries: number;
            type: string;
        };
        DeliveryPage: {
            data: components["schemas"]["Delivery"][];
            /** @description For the next, older page; null on the last one. */
            next_cursor: string | null;
        };
        Discrepancy: {
            /**
             * @description What to do.
             * @enum {string}
             */
            action: "find_payment" | "claim_payment" | "claim_amount" | "return_money" | "accept_return" | "resolve_paid" | "resolve_unpaid" | "check_payment" | "claim_duplicate" | "claim_fee" | "await_file" | "none";
            advice: string;
            /** @enum {string} */
            class: "missing_here" | "missing_there" | "amount_differs" | "state_differs" | "duplicate" | "fee_differs" | "other_day";
            detail: string;
            /**
             * Format: int64
             * @description What the provider's books have more than ours, in rupiah; of a fee in sen.
             */
            difference: number;
            /** @description See the payment's exchanges. */
            exchanges: components["schemas"]["DiscrepancyExchange"][];
            /** @description By which both sides know the payment. */
            key: string;
            /** Format: int64 */
            number: number;
            ours: components["schemas"]["DiscrepancyEntry"][];
            payment_id?: string;
            reference?: string;
            /** @description The neighbouring day's file that has come to list the payment since. */
            settled?: components["schemas"]["DiscrepancySettled"];
            /** @description What each side says: our journal, the provider in the exchanges, the file. */
            statements: components["schemas"]["DiscrepancyStatement"][];
            theirs: components["schemas"]["DiscrepancyLine"][];
        };
        DiscrepancyEntry: {
            /** Format: int64 */
            amount: number;
            /**
             * Format: date-time
             * @description RFC 3339, in Western Indonesian Time.
             * @example 2026-03-21T10:15:30.000+07:00
             */
            at: string;
            /**
             * Format: int64
             * @description From 1.
             */
            attempt: number;
            payment_id: string;
            state: string;
        };
        DiscrepancyExchange: {
            /**
             * Format: date-time
             * @description RFC 3339, in Western Indonesian Time.
             * @example 2026-03-21T10:15:30.000+07:00
             */
            at: string;
            /** @enum {string} */
            direction: "request" | "response";
            id: string;
            operation: string;
        };
        DiscrepancyLine: {
            /** Format: int64 */
            amount: number;
            /**
             * Format: date-time
             * @description RFC 3339, in Western Indonesian Time.
             * @example 2026-03-21T10:15:30.000+07:00
             */
            at: string | null;
            fee?: string;
            net?: string;
            /** Format: int64 */
            row: number;
            /** @enum {string} */
            standing: "paid" | "returned" | "failed";
            /** @description The state in the provider's own word. */
            written?: string;
        };
        DiscrepancyPage: {
            data: components["schemas"]["Discrepancy"][];
            /**
             * Format: int64
             * @description Give it as after for the next page; null on the last one.
             */
            next: number | null;
        };
        DiscrepancySettled: {
            day: string;
            reconciliation_id: string;
            /** Format: int64 */
            row?: number;
        };
        DiscrepancyStatement: {
            /**
             * Format: date-time
             * @description RFC 3339, in Western Indonesian Time.
             * @example 2026-03-21T10:15:30.000+07:00
             */
            at: string | null;
            /** @enum {string} */
            source: "journal" | "provider" | "file";
            text: string;
        };
        DoctorReport: {
            /**
             * Format: date-time
             * @description RFC 3339, in Western Indonesian Time.
             * @example 2026-03-21T10:15:30.000+07:00
             */
            at: string;
            data: components["schemas"]["Finding"][];
        };
        Endpoint: {
            /**
             * Format: date-time
             * @description RFC 3339, in Western Indonesian Time.
             * @example 2026-03-21T10:15:30.000+07:00
             */
            created_at: string;
            description?: string;
            /**
             * Format: date-time
             * @description RFC 3339, in Western Indonesian Time.
             * @example 2026-03-21T10:15:30.000+07:00
             */
            disabled_at: string | null;
            /** @description Why nothing is sent; null while it is enabled. */
            disabled_reason: string | null;
            enabled: boolean;
            /** @description The types that are sent; none: all of them. */
            events: string[];
            /**
             * Format: date-time
             * @description Since when nothing has been taken; null while all is well. After three days it is switched off.
             * @example 2026-03-21T10:15:30.000+07:00
             */
            failing_since: string | null;
            /** @example whe_01kafz0q3gf7ktc1ms2cqc1b9w */
            id: string;
            /**
             * @description It is told of payments of this mode.
             * @enum {string}
             */
            mode: "test" | "live";
            /** @description With it you verify signatures (Standard Webhooks). Shown once: when the endpoint is made, and when the secret is rotated. */
            secret?: string;
            /** @example https://shop.example/webhooks */
            url: string;
        };
        EndpointChange: {
            description?: string;
            /** @description false stops sending, true begins again: what was still to be sent when it was switched off is sent. What happened since then is got by a replay. */
            enabled?: boolean;
            /** @description The whole new list; an empty one means everything. */
            events?: string[] | null;
            url?: string;
        };
        EndpointList: {
            data: components["schemas"]["Endpoint"][];
        };
        EndpointOff: {
            id: string;
            reason: string;
            url: string;
        };
        Event: {
            /**
             * Format: date-time
             * @description RFC 3339, in Western Indonesian Time.
             * @example 2026-03-21T10:15:30.000+07:00
             */
            at: string;
            id: string;
            /** @example payment.paid */
            type: string;
            /**
             * Format: int64
             * @description The payment's version then.
             */
            version: number;
        };
        EventList: {
            /** @description What happened first is no longer here, but in an archive of whoever runs the gateway. */
            archived?: boolean;
            /** @description What was announced: one for each change of state. */
            data: components["schemas"]["Event"][];
            /** @description Everything that happened, in order. */
            journal: components["schemas"]["Step"][];
        };
        Exchange: {
            account: string;
            /**
             * Format: date-time
             * @description RFC 3339, in Western Indonesian Time.
             * @example 2026-03-21T10:15:30.000+07:00
             */
            at: string;
            body: string;
            /** @enum {string} */
            direction: "request" | "response";
            first_line: string;
            /** @description In the order and spelling of the wire. */
            headers: components["schemas"]["Header"][];
            /** @description A request and its response share it. */
            id: string;
            /** @description What was unusual, for instance that the connection was cut. */
            note?: string;
            /** @description push, reversal, check, void, check_void, generate, query, refund, notification, … */
            operation: string;
        };
        ExchangeList: {
            data: components["schemas"]["Exchange"][];
        };
        Failure: {
            /**
             * @description Ours, stable.
             * @example canceled_by_customer
             */
            code: string;
            /** @description For the customer. */
            message: components["schemas"]["Words"];
            /** @description To what the provider answered. */
            operation?: string;
            /**
             * @description The provider's response code, if it gave one.
             * @example 17
             */
            provider_code?: string;
        };
        Feed: {
            /**
             * Format: int64
             * @description Give it as after to go on from here, also when data is empty.
             */
            after: number;
            data: components["schemas"]["FeedEvent"][];
        };
        FeedEvent: {
            /** @description The payment as it stood in that version; for webhook_endpoint.disabled, the endpoint; for notice.raised and notice.cleared, the notice; for recap.closed and recap.corrected, the recap in short. */
            data: components["schemas"]["PaymentData"] | components["schemas"]["EndpointOff"] | components["schemas"]["RecapData"] | components["schemas"]["NoticeData"];
            id: string;
            /**
             * Format: int64
             * @description Grows along the feed. Give the last one as after to go on.
             */
            position: number;
            /** Format: date-time */
            timestamp: string;
            /** @example payment.paid */
            type: string;
        };
        FieldError: {
            code: string;
            detail: string;
            field?: string;
            hint?: string;
        };
        FileRowError: {
            column: string;
            detail: string;
            /** Format: int64 */
            row: number;
        };
        Finding: {
            /**
             * @description this machine, outside, database, or an account.
             * @example account teh/qris
             */
            about: string;
            /**
             * @description What was looked at.
             * @example token
             */
            check: string;
            /** @description For not_checked, why it was not. */
            found: string;
            /** @description How to put it right. */
            mend?: string;
            /** @enum {string} */
            status: "ok" | "not_checked" | "warning" | "failed";
            wanted: string;
        };
        Header: {
            name: string;
            value: string;
        };
        Health: {
            /** @description What is amiss although it is ok, such as a provider that is not asked for new payments for a while because it did not answer. */
            notes?: string[] | null;
            /** @description Why it is not ok. */
            reasons: string[];
            /** @enum {string} */
            status: "ok" | "unavailable";
        };
        LoggedAction: {
            /**
             * @description Who did it: the id of an API key or of a user of the console; cli: somebody at the command line on the gateway's machine; system: the gateway itself.
             * @example key_fea8c831200e
             */
            actor: string;
            /**
             * Format: date-time
             * @description RFC 3339, in Western Indonesian Time.
             * @example 2026-03-21T10:15:30.000+07:00
             */
            at: string;
            /**
             * Format: int64
             * @description To how many, where that says something.
             */
            count?: number;
            /** @description How it stands since; never a secret. */
            details?: {
                [key: string]: unknown;
            };
            /** @example act_01kafz0q3gf7ktc1ms2cqc1b9w */
            id: string;
            /**
             * @description What was done.
             * @example api_key.revoked
             */
            kind: string;
            /**
             * @description Whom it concerns; left out: the whole gateway.
             * @example kopi
             */
            merchant?: string;
            /**
             * @description Left out: it is of no mode, or of both.
             * @enum {string}
             */
            mode?: "test" | "live";
            reason?: string;
            /**
             * @description The id of what it was done to.
             * @example key_0a1b2c3d4e5f
             */
            subject?: string;
        };
        LoggedActionPage: {
            data: components["schemas"]["LoggedAction"][];
            /** @description For the next, older page; null on the last one. */
            next_cursor: string | null;
        };
        Merchant: {
            /**
             * Format: date-time
             * @description Its keys stop and it takes no new payments from then on; those under way come to their ends, and are told. Null: it is open.
             * @example 2026-03-21T10:15:30.000+07:00
             */
            closed_at: string | null;
            /** @description It stands in the gateway's configuration file and can be changed only there. */
            configured: boolean;
            /**
             * Format: date-time
             * @description Null for those of the configuration file.
             * @example 2026-03-21T10:15:30.000+07:00
             */
            created_at: string | null;
            /** @description Go on to the next rail after an attempt that is known to have charged nobody. */
            fail_over: boolean;
            /**
             * Format: int64
             * @description For how long after its request a payment may go on to another rail.
             */
            fail_over_seconds: number;
            /** @example kopi */
            id: string;
            /** @example Kopi Lunas */
            name: string;
            /**
             * @description Which rail is tried first; those that are not named come after them, as the accounts were made.
             * @example [
             *       "ovo",
             *       "doku"
             *     ]
             */
            prefer: string[];
        };
        MerchantChange: {
            /** @description true ends all its API keys and takes no new payments; those under way come to their ends. false opens it again, and its keys. */
            closed?: boolean;
            /** @description Go on to the next rail after an attempt that is known to have charged nobody. */
            fail_over?: boolean;
            /**
             * Format: int64
             * @description For how long after its request; 0: two minutes.
             */
            fail_over_seconds?: number;
            name?: string;
            /** @description The whole new list: some of ovo, doku and faspay, the first is tried first. */
            prefer?: string[] | null;
        };
        MerchantList: {
            data: components["schemas"]["Merchant"][];
            /** @description For the next page; null on the last one. */
            next_cursor: string | null;
        };
        NewAPIKey: {
            /**
             * @description Left out: never.
             * @example 2027-03-21T00:00:00+07:00
             */
            expires_at?: string;
            /**
             * @description That of the asking key when left out; the platform says it for a merchant, and leaves it out for its own.
             * @enum {string}
             */
            mode?: "test" | "live";
            /** @description For you. */
            name?: string;
            /** @description Some of read, pay, refund and admin. The platform's own keys have admin alone. */
            scopes: string[] | null;
        };
        NewAccount: {
            /**
             * @description When the secrets are to be replaced; a notice says so in time.
             * @example 2027-03-21T00:00:00+07:00
             */
            expires_at?: string;
            /**
             * @description Yours to choose; it stays.
             * @example ovo
             */
            id: string;
            /** @description The outlet whose it is. Payments use it only when they name it or its terminal. */
            outlet?: string;
            /** @description By the names of the configuration file without _file: app_key, client_secret, private_key, public_key, secret_key, password. They are sealed and never shown again. */
            secrets: {
                [key: string]: string;
            };
            /** @description As an account in the configuration file, without id and without what says where a secret stands. */
            settings: {
                [key: string]: unknown;
            };
        };
        NewCredentials: {
            /**
             * @description When they are to be replaced; a notice says so in time.
             * @example 2027-03-21T00:00:00+07:00
             */
            expires_at?: string;
            /**
             * @description When they are signed with; now when left out.
             * @example 2026-03-21T00:00:00+07:00
             */
            from?: string;
            /** @description Those that change. */
            secrets: {
                [key: string]: string;
            };
        };
        NewCustomer: {
            address?: string;
            city?: string;
            /**
             * @description ISO 3166, two letters.
             * @example ID
             */
            country?: string;
            /** @example budi@example.id */
            email?: string;
            name?: string;
            /** @description Your own number of the customer. */
            number?: string;
            postal_code?: string;
            region?: string;
        };
        NewEndpoint: {
            /** @description For you; no control characters. */
            description?: string;
            /**
             * @description Which types are wanted, payment.* for all of a kind; left out: everything.
             * @example [
             *       "payment.paid"
             *     ]
             */
            events?: string[] | null;
            /**
             * @description Where webhooks are posted to: https, and not an address of a private network.
             * @example https://shop.example/webhooks
             */
            url: string;
        };
        NewItem: {
            id?: string;
            /** @example Kopi Tubruk */
            name: string;
            /**
             * Format: int64
             * @description Of one, in whole rupiah.
             * @example 6250
             */
            price: number;
            /**
             * Format: int64
             * @example 2
             */
            quantity: number;
        };
        NewMerchant: {
            /**
             * @description Yours to choose; it stays.
             * @example kopi
             */
            id: string;
            /** @example Kopi Lunas */
            name: string;
        };
        NewOutlet: {
            /** @example tebet */
            id: string;
            name: string;
        };
        NewPayment: {
            /** @description Which of your accounts; the first that fits when left out. */
            account?: string;
            /**
             * Format: int64
             * @description Whole rupiah.
             * @example 12500
             */
            amount: number;
            /** @description Who is billed, where the rail makes a bill; what is left out is the account's. */
            customer?: components["schemas"]["NewCustomer"];
            /** @description For you, and for the bill where the rail makes one; no control characters. */
            description?: string;
            /**
             * Format: date-time
             * @description Until when the bill can be paid, where the rail makes one; as long as the account says when left out. Of a payment whose customer chooses at checkout_url: until when that can be done, from a minute to 30 days ahead; an hour, or as configured, when left out.
             * @example 2026-03-21T11:15:30+07:00
             */
            expires_at?: string;
            /** @description The lines of the bill, where the rail makes one; one of the whole amount when left out. They are shown, and not added up. */
            items?: components["schemas"]["NewItem"][];
            /** @description Your own data: keys of 1 to 40 letters, digits, _ . or -; values of at most 500 characters. */
            metadata?: {
                [key: string]: string;
            };
            /**
             * @description How the customer pays: ovo_push asks in the OVO app of a phone, qris shows a QR that any app with QRIS can scan. Left out: the customer chooses at checkout_url.
             * @example ovo_push
             * @enum {string}
             */
            method?: "ovo_push" | "qris";
            /**
             * @description In place of method: among which the customer chooses at checkout_url, in this order. Those that cannot take the payment are not offered.
             * @example [
             *       "ovo_push",
             *       "qris"
             *     ]
             */
            methods?: ("ovo_push" | "qris")[];
            /**
             * @description Which of your outlets is paid: only its accounts take the payment. Left out: the accounts that are yours as a whole, or the one that you name.
             * @example tebet
             */
            outlet?: string;
            /**
             * @description Of the method ovo_push, and taken with no other. The customer's Indonesian mobile number: 08…, 62… or +62…; 10 to 13 digits in the form 08…. Left out: the customer gives it at checkout_url.
             * @example 081211111111
             */
            phone?: string;
            /**
             * @description By which way: ovo, doku or faspay for ovo_push, snap for qris; chosen when left out.
             * @enum {string}
             */
            rail?: "ovo" | "snap" | "doku" | "faspay";
            /**
             * @description Your own; need not be unique. No control characters.
             * @example INV-1
             */
            reference: string;
            /**
             * @description Your page for the customer afterwards: the page at checkout_url leads there once the payment has ended. https://…; with a test key also http:// to this machine. payment_id, reference, state, version, time and signature are added to its query, so it must not have them. That somebody comes back is a hint and no proof: ask the API, or wait for the webhook.
             * @example https://shop.example/orders/7
             */
            return_url?: string;
            /** @description Which terminal of the account; its first when left out. */
            terminal?: string;
        };
        NewReconciliation: {
            /** @description The account whose settlement file it is. */
            account: string;
            /** @description The day, in Western Indonesian Time. */
            day: string;
            /**
             * Format: binary
             * @description CSV or XLSX, up to 512 MiB. It must come last.
             */
            file: string;
            /** @description How the file is to be read, as YAML; left out: the mapping of the account's rail that comes with lunas, see /v1/mappings/{rail}. */
            mapping?: string;
        };
        NextAction: {
            /**
             * Format: date-time
             * @description When at the latest; null when that is not known.
             * @example 2026-03-21T10:15:30.000+07:00
             */
            at: string | null;
            /** @description Of pay: the provider's page, to which the customer is sent. Of redirect: the payment's checkout_url. */
            redirect_url?: string;
            /**
             * @description redirect: send the customer to redirect_url, to choose how to pay; confirm: in the app; present: the QR or the bill is being made; push: another way is being taken; scan: the QR can be scanned; pay: on the provider's page, redirect_url; check, reverse, confirm_…: lunas asks the provider; inspect: the operator looks.
             * @enum {string}
             */
            what: "confirm" | "check" | "reverse" | "confirm_reversal" | "confirm_void" | "present" | "push" | "scan" | "pay" | "confirm_refund" | "redirect" | "inspect";
            /** @enum {string} */
            who: "customer" | "gateway" | "operator";
        };
        Notice: {
            /**
             * Format: date-time
             * @description Null: it holds.
             * @example 2026-03-21T10:15:30.000+07:00
             */
            cleared_at: string | null;
            /**
             * Format: date-time
             * @description Until when something must be done; null: there is no such time.
             * @example 2026-03-21T10:15:30.000+07:00
             */
            deadline: string | null;
            /** @example ntc_01kafz0q3gf7ktc1ms2cqc1b9w */
            id: string;
            /** @enum {string} */
            kind: "reversal_pending" | "payments_in_review" | "endpoint_failing" | "credentials_ending" | "api_key_ending" | "provider_down" | "clock_off" | "disk_nearly_full";
            /** @description What to do. */
            mend: string;
            /**
             * @description Whom it concerns; left out: who runs the gateway.
             * @example kopi
             */
            merchant?: string;
            /**
             * @description Left out: it is of no mode, or of both.
             * @enum {string}
             */
            mode?: "test" | "live";
            /**
             * Format: date-time
             * @description RFC 3339, in Western Indonesian Time.
             * @example 2026-03-21T10:15:30.000+07:00
             */
            raised_at: string;
            /**
             * Format: date-time
             * @description When it was last told.
             * @example 2026-03-21T10:15:30.000+07:00
             */
            said_at: string;
            /** @description The id of the payment, endpoint, account or key that it is about. */
            subject?: string;
            /** @description What is the matter. */
            text: string;
            /**
             * Format: int64
             * @description How often it was told.
             */
            times: number;
            urgent: boolean;
        };
        NoticeData: {
            deadline?: string;
            id: string;
            kind: string;
            mend: string;
            raised_at: string;
            subject?: string;
            text: string;
            /** Format: int64 */
            times: number;
            urgent: boolean;
        };
        NoticePage: {
            data: components["schemas"]["Notice"][];
            /** @description For the next, older page; null on the last one. */
            next_cursor: string | null;
        };
        Outlet: {
            /**
             * Format: date-time
             * @description RFC 3339, in Western Indonesian Time.
             * @example 2026-03-21T10:15:30.000+07:00
             */
            created_at: string;
            /** @example tebet */
            id: string;
            /** @example Kopi Lunas Tebet */
            name: string;
        };
        OutletList: {
            data: components["schemas"]["Outlet"][];
        };
        Payment: {
            /** @description Your account at the rail; empty until the customer has chosen. */
            account: string;
            /** @description What you can still ask for, and until when. */
            actions: components["schemas"]["Action"][];
            /**
             * Format: int64
             * @description Whole rupiah.
             */
            amount: number;
            /** @description None until the customer has chosen. */
            attempts: components["schemas"]["Attempt"][];
            /** @description A page for the customer: what to do, how long there is time, how it ended. Whoever has the address sees the page. Left out when the gateway has not been told its public_url. */
            checkout_url?: string;
            /**
             * Format: date-time
             * @description RFC 3339, in Western Indonesian Time.
             * @example 2026-03-21T10:15:30.000+07:00
             */
            created_at: string;
            /** @enum {string} */
            currency: "IDR";
            /**
             * Format: date-time
             * @description By when the present state is left: while pushing or in doubt the reversal's time, or where there is none the end of the call or of asking, while the customer can choose the end of that, while a bill is open its end, while reversing or voiding the provider's cut-off, while refunding the end of the day; null where there is none.
             * @example 2026-03-21T10:15:30.000+07:00
             */
            deadline: string | null;
            description?: string;
            /**
             * Format: date-time
             * @description Where the customer chooses: until when that can be done. Then the payment expires by itself, with nothing sent.
             * @example 2026-03-21T10:15:30.000+07:00
             */
            expires_at?: string;
            /** @description Why it is not paid, why it was given back, or why a void or a refund was not done; null while that is not known. */
            failure: components["schemas"]["Failure"] | null;
            /** @example pay_01kafz0q3gf7ktc1ms2cqc1b9w */
            id: string;
            /** @description What to tell the customer now; null when there is nothing to say beyond your own page. */
            message: components["schemas"]["Words"] | null;
            metadata?: {
                [key: string]: string;
            };
            /** @description How the customer pays; empty until the customer has chosen among several. */
            method: string;
            /** @description Where the customer chooses: what is offered, in this order. */
            methods?: string[] | null;
            /** @enum {string} */
            mode: "test" | "live";
            /** @description What the payment waits for, and who must act. */
            next_action: components["schemas"]["NextAction"] | null;
            /**
             * @description Your outlet whose payment it is; left out where it is yours as a whole.
             * @example tebet
             */
            outlet?: string;
            /**
             * @description The customer's number, masked.
             * @example 0812*****111
             */
            phone?: string;
            /** @description What the customer scans, as long as it can be; else null. */
            qr: components["schemas"]["QR"] | null;
            /** @description The way by which the provider is reached; empty until the customer has chosen. */
            rail: string;
            /** @description Yours. */
            reference: string;
            return_url?: string;
            /** @description Why a human must look, in the state review. */
            review?: string;
            /**
             * @description Where it stands. A final state is left only by void, refund, or a provider's correction.
             * @enum {string}
             */
            state: "created" | "pushing" | "presenting" | "awaiting" | "indoubt" | "reversing" | "paid" | "declined" | "expired" | "canceled" | "reversed" | "voiding" | "voided" | "refunding" | "refunded" | "review";
            /**
             * Format: date-time
             * @description RFC 3339, in Western Indonesian Time.
             * @example 2026-03-21T10:15:30.000+07:00
             */
            updated_at: string;
            /**
             * Format: int64
             * @description Grows with every change; of two pictures of a payment the one with the higher version is the newer.
             */
            version: number;
            /** @description Set when a rule that may refuse let the payment through; cutoff: a reversal could come too late. */
            warning?: string;
        };
        PaymentData: {
            account: string;
            /** Format: int64 */
            amount: number;
            created_at: string;
            currency: string;
            failure?: components["schemas"]["PaymentFailure"];
            id: string;
            metadata?: {
                [key: string]: string;
            };
            method: string;
            mode: string;
            rail: string;
            reference: string;
            review?: string;
            state: string;
            updated_at: string;
            /** Format: int64 */
            version: number;
        };
        PaymentFailure: {
            code: string;
            provider_code?: string;
        };
        PaymentPage: {
            data: components["schemas"]["Payment"][];
            /** @description For the next, older page; null on the last one. */
            next_cursor: string | null;
        };
        PhoneStatus: {
            /** @description For the customer; null when the phone is registered. */
            message: components["schemas"]["Words"] | null;
            /**
             * @description Masked.
             * @example 0812*****111
             */
            phone: string;
            /** @description Null when the provider did not say: let the customer go on, the payment itself will tell. */
            registered: boolean | null;
        };
        Problem: {
            /**
             * @description Stable; programs build on it.
             * @enum {string}
             */
            code: "account_clash" | "account_exists" | "account_invalid" | "account_not_found" | "amount_not_integer" | "amount_not_whole" | "amount_too_large" | "amount_too_small" | "api_key_ended" | "api_key_not_found" | "body_incomplete" | "body_too_large" | "check_in_progress" | "check_too_old" | "customer_invalid" | "cutoff" | "day_invalid" | "description_invalid" | "duplicate_field" | "empty_body" | "endpoint_changed" | "endpoint_disabled" | "endpoint_exists" | "endpoint_not_found" | "event_not_found" | "events_archived" | "events_invalid" | "exists" | "expired_api_key" | "expires_at_invalid" | "file_invalid" | "idempotency_key_reused" | "in_progress" | "inquiry_unavailable" | "insufficient_scope" | "internal" | "invalid_cursor" | "invalid_field" | "invalid_id" | "invalid_idempotency_key" | "invalid_json" | "invalid_parameter" | "invalid_utf8" | "invalid_wait" | "items_invalid" | "key_limited" | "malformed_api_key" | "mapping_invalid" | "merchant_configured" | "merchant_exists" | "merchant_not_found" | "metadata_invalid" | "method_not_allowed" | "method_unknown" | "methods_invalid" | "missing_api_key" | "missing_field" | "name_invalid" | "no_account" | "no_terminal" | "not_an_object" | "not_possible" | "nothing_sent" | "numbers_exhausted" | "outcome_unknown" | "outlet_exists" | "outlet_not_found" | "payment_not_found" | "phone_invalid" | "phone_limited" | "phone_missing" | "phone_unwanted" | "platform_key" | "provider_unreachable" | "qr_gone" | "qr_not_ready" | "rail_method_mismatch" | "rail_unknown" | "reason_invalid" | "recap_not_found" | "reconciliation_account" | "reconciliation_not_found" | "reconciliations_waiting" | "reference_invalid" | "refused" | "return_url_invalid" | "revoked_api_key" | "route_not_found" | "routing_invalid" | "scopes_invalid" | "shutting_down" | "store_unavailable" | "terminal_held" | "too_many_endpoints" | "trailing_data" | "unknown_api_key" | "unknown_field" | "unknown_parameter" | "unsupported_media_type" | "url_invalid" | "wrong_type";
            /** @description What is wrong with this request. */
            detail: string;
            /** @description Every field at fault, when there is more than one. */
            errors?: components["schemas"]["FieldError"][];
            /** @description The field, parameter or header at fault. */
            field?: string;
            /** @description What to do about it. */
            hint?: string;
            /** @description The payment that stands in the way. */
            payment_id?: string;
            /** @description Also in the header Request-Id; name it when you ask for help. */
            request_id: string;
            /**
             * Format: int64
             * @description In how many seconds to try again; also in the header Retry-After.
             */
            retry_after?: number;
            /** @description That payment's state. */
            state?: string;
            /**
             * Format: int64
             * @description The HTTP status.
             */
            status: number;
            /** @description What kind of problem it is, in a few words. */
            title: string;
            /**
             * @description Names the kind of problem; the code as a URI.
             * @example urn:problem-type:lunas:amount_too_small
             */
            type: string;
            /**
             * Format: date-time
             * @description When the reason ceases.
             * @example 2026-03-21T10:15:30.000+07:00
             */
            until?: string;
        };
        QR: {
            /**
             * @description The text of the code: a QRIS, to be drawn as it is.
             * @example 00020101021226…6304A1B2
             */
            content: string;
            /**
             * @description Where it is drawn, on this gateway; needs the API key.
             * @example /v1/payments/pay_01kafz0q3gf7ktc1ms2cqc1b9w/qr.png
             */
            png: string;
            /** @example /v1/payments/pay_01kafz0q3gf7ktc1ms2cqc1b9w/qr.svg */
            svg: string;
            /**
             * Format: date-time
             * @description Until when it can be paid. Show it no longer.
             * @example 2026-03-21T10:15:30.000+07:00
             */
            until: string;
        };
        RSAKey: {
            /**
             * Format: int64
             * @example 4096
             */
            bits: number;
            /**
             * @description Of the public half: SHA-256 of its X.509 form (DER), in hexadecimal digits.
             * @example SHA256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
             */
            fingerprint: string;
            /** @example private_key */
            secret: string;
        };
        RailAccount: {
            account: string;
            /** @enum {string} */
            environment: "sandbox" | "staging" | "production";
            /**
             * Format: int64
             * @description Calls in a row that failed.
             */
            failures: number;
            /** @description What it can be used for. */
            methods: string[];
            /** @enum {string} */
            rail: "ovo" | "snap" | "doku" | "faspay";
            /**
             * @description The circuit, as this gateway sees it: closed, all is well; open, the provider has not answered and is not asked for new payments until then; half_open, the next payment tries it.
             * @enum {string}
             */
            state: "closed" | "open" | "half_open";
            /**
             * Format: date-time
             * @description Until when an open circuit is not asked.
             * @example 2026-03-21T10:15:30.000+07:00
             */
            until: string | null;
        };
        Rails: {
            data: components["schemas"]["RailAccount"][];
        };
        Reason: {
            /** @description Why, in your words; kept in the journal. No control characters. */
            reason?: string;
        };
        Recap: {
            batches: components["schemas"]["RecapBatch"][];
            /** @description Of a correction: what is different from the version before. */
            changed?: components["schemas"]["RecapDifference"][];
            /**
             * Format: date-time
             * @description RFC 3339, in Western Indonesian Time.
             * @example 2026-03-21T10:15:30.000+07:00
             */
            closed_at: string;
            /**
             * @description From 00:00 to 24:00 in Western Indonesian Time. A payment counts on the day of its last push or QR.
             * @example 2026-03-21
             */
            day: string;
            /** @enum {string} */
            mode: "test" | "live";
            /** @example till-1 */
            terminal: string;
            totals: components["schemas"]["RecapTotals"];
            /**
             * Format: int64
             * @description 1 as the day was closed; above, a correction.
             */
            version: number;
            /** @description Of a correction: the payments that have changed since the version before. */
            why?: components["schemas"]["RecapLate"][];
        };
        RecapAccount: {
            /** @example ovo */
            account: string;
            /** @example ovo */
            rail: string;
            totals: components["schemas"]["RecapTotals"];
        };
        RecapBatch: {
            accounts: components["schemas"]["RecapAccount"][];
            /** Format: int64 */
            batch: number;
            numbering: components["schemas"]["RecapNumbering"];
        };
        RecapData: {
            day: string;
            mode: string;
            /** Format: int64 */
            paid_count: number;
            /** Format: int64 */
            paid_sum: number;
            terminal: string;
            /** Format: int64 */
            version: number;
        };
        RecapDay: {
            /** @description false: the day is not over, or not closed yet; there are no recaps of it then. */
            closed: boolean;
            /**
             * Format: date-time
             * @description RFC 3339, in Western Indonesian Time.
             * @example 2026-03-21T10:15:30.000+07:00
             */
            closed_at: string | null;
            data: components["schemas"]["Recap"][];
            day: string;
            /** @description Of all terminals together. */
            totals: components["schemas"]["RecapTotals"];
        };
        RecapDifference: {
            account: string;
            after: components["schemas"]["RecapTotal"];
            /** Format: int64 */
            batch: number;
            before: components["schemas"]["RecapTotal"];
            /** @example paid */
            total: string;
        };
        RecapLate: {
            /**
             * Format: date-time
             * @description RFC 3339, in Western Indonesian Time.
             * @example 2026-03-21T10:15:30.000+07:00
             */
            at: string;
            /** @description Who asked for it. */
            by?: string;
            /** @description What happened last: the kind of its last step. */
            event: string;
            payment_id: string;
            state: string;
        };
        RecapNumber: {
            /** Format: int64 */
            from: number;
            payment_id?: string;
            reason: string;
            /** Format: int64 */
            to: number;
        };
        RecapNumbering: {
            /**
             * Format: int64
             * @description How many numbers are used up although nothing came of them.
             */
            burnt: number;
            /** @description They, with the reason: not_sent, nothing_made, number_used. At most 500. */
            burnt_numbers: components["schemas"]["RecapNumber"][];
            /** Format: int64 */
            first: number;
            /** @description They, with the reason: earlier_attempt, moved_ahead, skipped. At most 500. */
            gaps: components["schemas"]["RecapNumber"][];
            /**
             * Format: int64
             * @description How many payments stand by a number from first to last.
             */
            given: number;
            /** Format: int64 */
            last: number;
            /**
             * Format: int64
             * @description How many numbers from 1 to last no payment of the day stands by.
             */
            missing: number;
            /** @description Numbers by which more than one payment stands, which must not be. */
            twice?: number[];
        };
        RecapPage: {
            data: components["schemas"]["Recap"][];
            /** @description For the next page; null on the last one. */
            next_cursor: string | null;
        };
        RecapTotal: {
            /** Format: int64 */
            count: number;
            /**
             * Format: int64
             * @description Whole rupiah.
             */
            sum: number;
        };
        RecapTotals: {
            /** @description Declined, expired or canceled. */
            failed: components["schemas"]["RecapTotal"];
            /** @description Still under way when the recap was written. */
            open: components["schemas"]["RecapTotal"];
            paid: components["schemas"]["RecapTotal"];
            /** @description Also those that were refunded on a later day. */
            refunded: components["schemas"]["RecapTotal"];
            reversed: components["schemas"]["RecapTotal"];
            review: components["schemas"]["RecapTotal"];
            voided: components["schemas"]["RecapTotal"];
        };
        Reconciliation: {
            /** @example ovo */
            account: string;
            /** @description Who asked for it: an API key's or a user's id. */
            by: string;
            /**
             * Format: date-time
             * @description RFC 3339, in Western Indonesian Time.
             * @example 2026-03-21T10:15:30.000+07:00
             */
            created_at: string;
            day: string;
            /**
             * Format: date-time
             * @description RFC 3339, in Western Indonesian Time.
             * @example 2026-03-21T10:15:30.000+07:00
             */
            ended_at: string | null;
            /** @description The file's name. */
            file: string;
            /**
             * Format: int64
             * @description Discrepancies. Those of the class other_day are none and are not counted.
             */
            found: number;
            /** @example rcn_01kafz0q3gf7ktc1ms2cqc1b9w */
            id: string;
            /**
             * Format: int64
             * @description How many can be listed, those of the class other_day among them: the first 10,000.
             */
            listed: number;
            /** @description The name of the mapping by which it was read. */
            mapping: string;
            /** @enum {string} */
            mode: "test" | "live";
            /**
             * Format: int64
             * @description How many rows and payments have been read so far.
             */
            rows_read: number;
            /** @description Of the file, which is not kept. */
            sha256: string;
            /**
             * Format: int64
             * @description Of the file, in bytes.
             */
            size: number;
            /** @enum {string} */
            state: "running" | "done" | "failed";
            /** @description Once it is done. */
            summary?: components["schemas"]["ReconciliationSummary"];
            /** @description Why it failed. */
            trouble?: string;
        };
        ReconciliationPage: {
            data: components["schemas"]["Reconciliation"][];
            /** @description For the next, older page; null on the last one. */
            next_cursor: string | null;
        };
        ReconciliationSummary: {
            /**
             * Format: int64
             * @description Listed and matched, and of the neighbouring day.
             */
            brought: number;
            /**
             * Format: int64
             * @description Paid round midnight and not listed: the neighbouring day's file should list them.
             */
            carried: number;
            /** @description The first 100 of them. */
            carried_payments: string[];
            /** @description What is listed, by class. */
            counts: {
                [key: string]: number;
            };
            /** @description The first 100 rows that could not be read. */
            errors: components["schemas"]["FileRowError"][];
            /**
             * @description In rupiah, with two digits after a comma where there are sen.
             * @example 8750,50
             */
            fees: string;
            given_back_there: components["schemas"]["RecapTotal"];
            /**
             * Format: int64
             * @description Not listed: the neighbouring day's file, reconciled before, lists them.
             */
            gone: number;
            /**
             * Format: int64
             * @description Of them, those that are no payments.
             */
            ignored: number;
            /** Format: int64 */
            matched: number;
            net: string;
            paid_here: components["schemas"]["RecapTotal"];
            paid_there: components["schemas"]["RecapTotal"];
            /**
             * Format: int64
             * @description Attempts of our payments on that day and account.
             */
            payments: number;
            /**
             * Format: int64
             * @description Of the file, below its header.
             */
            rows: number;
            /**
             * Format: int64
             * @description Of them, those that could not be read and were not compared.
             */
            unread: number;
            warnings: string[];
        };
        RefundOrder: {
            /**
             * Format: int64
             * @description If it is given, it must be the payment's amount: the provider gives back the whole amount or nothing.
             * @example 12500
             */
            amount?: number;
            /**
             * @description Why, in your words; kept in the journal. No control characters.
             * @example the coffee was cold
             */
            reason?: string;
        };
        ReplayRequest: {
            /** @description Send this one event again… */
            event_id?: string;
            /**
             * @description …or all that happened at this time or later,
             * @example 2026-03-21T00:00:00+07:00
             */
            from?: string;
            /** @description and before this time; now when left out. */
            to?: string;
            /** @description Leave out what the endpoint has taken. */
            undelivered?: boolean;
        };
        Replayed: {
            /** Format: int64 */
            events: number;
            /** @description There may be more in that time: ask again, from the time of the last of them. */
            more: boolean;
        };
        ReturnKey: {
            /**
             * @description A secret: retsec_ and base64 of 32 bytes. Another one for each mode.
             * @example retsec_…
             */
            key: string;
        };
        Rotation: {
            /**
             * Format: int64
             * @description For how long the old secret signs too; a day when left out.
             */
            overlap_seconds?: number;
        };
        Step: {
            /** @description What was asked for. */
            asked?: string;
            /**
             * Format: date-time
             * @description RFC 3339, in Western Indonesian Time.
             * @example 2026-03-21T10:15:30.000+07:00
             */
            at: string;
            /** @description Who asked: an API key's or a user's id. */
            by?: string;
            /** @description The call that was answered or not. */
            call?: string;
            /** @enum {string} */
            event: "requested" | "chosen" | "answered" | "no_answer" | "not_sent" | "notified" | "renumbered" | "no_route" | "woke" | "faulted" | "asked";
            /** @description What the answer means, or how it is missing. */
            outcome?: string;
            provider_code?: string;
            reason?: string;
            /** Format: int64 */
            try?: number;
            /** Format: int64 */
            version: number;
        };
        Terminal: {
            account: string;
            /**
             * Format: int64
             * @description Of the last push; 0 before the first one.
             */
            batch: number;
            /** @description Why it is stopped until an operator releases it. */
            held?: string;
            id: string;
            mid: string;
            rail: string;
            /**
             * Format: int64
             * @description Of the last push; 0 before the first one.
             */
            reference_number: number;
            store_code: string;
            /**
             * @description How batches are counted.
             * @enum {string}
             */
            style: "sequence" | "ddmmyy";
            tid: string;
        };
        TerminalList: {
            data: components["schemas"]["Terminal"][];
        };
        Words: {
            /** @description English. */
            en: string;
            /** @description Indonesian. */
            id: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling. */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ready: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling. */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It cannot; the reasons say why. */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
        };
    };
    "list-actions": {
        parameters: {
            query?: {
                /** @description Only what concerns this merchant. For keys of the platform, which see everything without it. */
                merchant?: string;
                /** @description Only actions of this kind. */
                kind?: string;
                /** @description Only what was done to the thing of this id. */
                subject?: string;
                /** @description Only what this key or user did. */
                actor?: string;
                /** @description Only what was done at this time or later: RFC 3339; write the + of +07:00 as %2B. */
                created_from?: string;
                /** @description Only what was done before this time. */
                created_to?: string;
                /** @description How many at most. */
                limit?: number;
                /** @description next_cursor of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LoggedActionPage"];
                };
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `invalid_cursor`: Bad cursor. Use next_cursor of the page before, unchanged, or leave it out.
             *     - `invalid_parameter`: Bad query parameter. Change it or leave it out; /docs says what it may hold.
             *     - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling.
             */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "list-own-api-keys": {
        parameters: {
            query?: {
                /** @description How many at most. */
                limit?: number;
                /** @description next_cursor of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["APIKeyList"];
                };
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `invalid_cursor`: Bad cursor. Use next_cursor of the page before, unchanged, or leave it out.
             *     - `invalid_parameter`: Bad query parameter. Change it or leave it out; /docs says what it may hold.
             *     - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling.
             */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "create-own-api-key": {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes repeating safe: with the same key the same request does nothing again, and is answered with what it did, as that stands now, but without a secret: secrets are shown once. Another request with the key is 422. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewAPIKey"];
            };
        };
        responses: {
            /** @description What the same request did before, as it stands now; secrets are not shown again. */
            200: {
                headers: {
                    "Idempotent-Replayed"?: "true";
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["APIKey"];
                };
            };
            /** @description Created */
            201: {
                headers: {
                    "Idempotent-Replayed"?: "true";
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["APIKey"];
                };
            };
            /**
             * @description - `body_incomplete`: Body incomplete. Send it again; the connection ended or stalled before the body did.
             *     - `duplicate_field`: Duplicate field. Name each field once.
             *     - `empty_body`: Empty body. Send a JSON object.
             *     - `invalid_json`: Not JSON. Check brackets and commas; names and texts stand in double quotes, and no comma comes before a closing bracket.
             *     - `invalid_utf8`: Not UTF-8. Encode the body in UTF-8.
             *     - `trailing_data`: More than one JSON value. Send exactly one JSON object.
             */
            400: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `api_key_not_found`: No such API key. Check the id, and that the asking key is of its merchant and mode. */
            404: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `merchant_configured`: Of the configuration file. Change it in the configuration file and start the gateway again. */
            409: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `body_too_large`: Body too large. A body has at most 64 KiB. */
            413: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `unsupported_media_type`: Unsupported content type. Send JSON with Content-Type: application/json, in UTF-8 and not compressed. */
            415: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `idempotency_key_reused`: Idempotency-Key used with another request. Use a new key for a new request; the same key only to repeat the same one.
             *     - `invalid_field`: A field that the provider would not take.
             *     - `invalid_idempotency_key`: Bad Idempotency-Key. Use 1 to 255 visible ASCII characters without spaces, for example a UUID, once per request.
             *     - `missing_field`: Missing field. Add the field.
             *     - `not_an_object`: Not a JSON object. Send a JSON object: {…}.
             *     - `scopes_invalid`: Bad scopes. Name some of read, pay, refund and admin, each once.
             *     - `unknown_field`: Unknown field. Leave it out; your own data goes into metadata.
             *     - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling.
             *     - `wrong_type`: Wrong type. See /openapi.yaml for the field's type.
             */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "revoke-own-api-key": {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes repeating safe: with the same key the same request does nothing again, and is answered with what it did, as that stands now, but without a secret: secrets are shown once. Another request with the key is 422. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description The key's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Idempotent-Replayed"?: "true";
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["APIKey"];
                };
            };
            /**
             * @description - `body_incomplete`: Body incomplete. Send it again; the connection ended or stalled before the body did.
             *     - `duplicate_field`: Duplicate field. Name each field once.
             *     - `empty_body`: Empty body. Send a JSON object.
             *     - `invalid_json`: Not JSON. Check brackets and commas; names and texts stand in double quotes, and no comma comes before a closing bracket.
             *     - `invalid_utf8`: Not UTF-8. Encode the body in UTF-8.
             *     - `trailing_data`: More than one JSON value. Send exactly one JSON object.
             */
            400: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `api_key_not_found`: No such API key. Check the id, and that the asking key is of its merchant and mode. */
            404: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `merchant_configured`: Of the configuration file. Change it in the configuration file and start the gateway again. */
            409: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `body_too_large`: Body too large. A body has at most 64 KiB. */
            413: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `unsupported_media_type`: Unsupported content type. Send JSON with Content-Type: application/json, in UTF-8 and not compressed. */
            415: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `idempotency_key_reused`: Idempotency-Key used with another request. Use a new key for a new request; the same key only to repeat the same one.
             *     - `invalid_idempotency_key`: Bad Idempotency-Key. Use 1 to 255 visible ASCII characters without spaces, for example a UUID, once per request.
             *     - `not_an_object`: Not a JSON object. Send a JSON object: {…}.
             *     - `unknown_field`: Unknown field. Leave it out; your own data goes into metadata.
             *     - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling.
             *     - `wrong_type`: Wrong type. See /openapi.yaml for the field's type.
             */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "rotate-own-api-key": {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes repeating safe: with the same key the same request does nothing again, and is answered with what it did, as that stands now, but without a secret: secrets are shown once. Another request with the key is 422. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description The key's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Rotation"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Idempotent-Replayed"?: "true";
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["APIKey"];
                };
            };
            /**
             * @description - `body_incomplete`: Body incomplete. Send it again; the connection ended or stalled before the body did.
             *     - `duplicate_field`: Duplicate field. Name each field once.
             *     - `empty_body`: Empty body. Send a JSON object.
             *     - `invalid_json`: Not JSON. Check brackets and commas; names and texts stand in double quotes, and no comma comes before a closing bracket.
             *     - `invalid_utf8`: Not UTF-8. Encode the body in UTF-8.
             *     - `trailing_data`: More than one JSON value. Send exactly one JSON object.
             */
            400: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `api_key_not_found`: No such API key. Check the id, and that the asking key is of its merchant and mode. */
            404: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `api_key_ended`: The API key has ended. Make a new one.
             *     - `merchant_configured`: Of the configuration file. Change it in the configuration file and start the gateway again.
             */
            409: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `body_too_large`: Body too large. A body has at most 64 KiB. */
            413: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `unsupported_media_type`: Unsupported content type. Send JSON with Content-Type: application/json, in UTF-8 and not compressed. */
            415: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `idempotency_key_reused`: Idempotency-Key used with another request. Use a new key for a new request; the same key only to repeat the same one.
             *     - `invalid_field`: A field that the provider would not take.
             *     - `invalid_idempotency_key`: Bad Idempotency-Key. Use 1 to 255 visible ASCII characters without spaces, for example a UUID, once per request.
             *     - `not_an_object`: Not a JSON object. Send a JSON object: {…}.
             *     - `unknown_field`: Unknown field. Leave it out; your own data goes into metadata.
             *     - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling.
             *     - `wrong_type`: Wrong type. See /openapi.yaml for the field's type.
             */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    doctor: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DoctorReport"];
                };
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling. */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "list-events": {
        parameters: {
            query?: {
                /** @description The position of the last event that you have; 0 for the beginning. */
                after?: number;
                /** @description How many at most. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Feed"];
                };
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `events_archived`: These events were archived. Go on with the position that the answer names. */
            410: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `invalid_parameter`: Bad query parameter. Change it or leave it out; /docs says what it may hold.
             *     - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling.
             */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "get-mapping": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description ovo, snap, doku or faspay. */
                rail: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Content-Type"?: string;
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/yaml": unknown;
                };
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `rail_unknown`: Unknown rail. The rails are ovo, snap, doku and faspay; leave rail out to have one chosen.
             *     - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling.
             */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "list-merchants": {
        parameters: {
            query?: {
                /** @description How many at most. */
                limit?: number;
                /** @description next_cursor of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MerchantList"];
                };
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `invalid_cursor`: Bad cursor. Use next_cursor of the page before, unchanged, or leave it out.
             *     - `invalid_parameter`: Bad query parameter. Change it or leave it out; /docs says what it may hold.
             *     - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling.
             */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "create-merchant": {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes repeating safe: with the same key the same request does nothing again, and is answered with what it did, as that stands now, but without a secret: secrets are shown once. Another request with the key is 422. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewMerchant"];
            };
        };
        responses: {
            /** @description What the same request did before, as it stands now; secrets are not shown again. */
            200: {
                headers: {
                    "Idempotent-Replayed"?: "true";
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Merchant"];
                };
            };
            /** @description Created */
            201: {
                headers: {
                    "Idempotent-Replayed"?: "true";
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Merchant"];
                };
            };
            /**
             * @description - `body_incomplete`: Body incomplete. Send it again; the connection ended or stalled before the body did.
             *     - `duplicate_field`: Duplicate field. Name each field once.
             *     - `empty_body`: Empty body. Send a JSON object.
             *     - `invalid_json`: Not JSON. Check brackets and commas; names and texts stand in double quotes, and no comma comes before a closing bracket.
             *     - `invalid_utf8`: Not UTF-8. Encode the body in UTF-8.
             *     - `trailing_data`: More than one JSON value. Send exactly one JSON object.
             */
            400: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `merchant_not_found`: No such merchant. See /v1/merchants. */
            404: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `merchant_exists`: The id is taken. Use another id, or change the merchant that has it. */
            409: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `body_too_large`: Body too large. A body has at most 64 KiB. */
            413: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `unsupported_media_type`: Unsupported content type. Send JSON with Content-Type: application/json, in UTF-8 and not compressed. */
            415: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `idempotency_key_reused`: Idempotency-Key used with another request. Use a new key for a new request; the same key only to repeat the same one.
             *     - `invalid_field`: A field that the provider would not take.
             *     - `invalid_id`: Bad id. Use 1 to 40 small letters, digits, - and _, beginning with a letter or digit.
             *     - `invalid_idempotency_key`: Bad Idempotency-Key. Use 1 to 255 visible ASCII characters without spaces, for example a UUID, once per request.
             *     - `missing_field`: Missing field. Add the field.
             *     - `not_an_object`: Not a JSON object. Send a JSON object: {…}.
             *     - `unknown_field`: Unknown field. Leave it out; your own data goes into metadata.
             *     - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling.
             *     - `wrong_type`: Wrong type. See /openapi.yaml for the field's type.
             */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "get-merchant": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The merchant's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Merchant"];
                };
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `merchant_not_found`: No such merchant. See /v1/merchants. */
            404: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling. */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "change-merchant": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The merchant's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MerchantChange"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Merchant"];
                };
            };
            /**
             * @description - `body_incomplete`: Body incomplete. Send it again; the connection ended or stalled before the body did.
             *     - `duplicate_field`: Duplicate field. Name each field once.
             *     - `empty_body`: Empty body. Send a JSON object.
             *     - `invalid_json`: Not JSON. Check brackets and commas; names and texts stand in double quotes, and no comma comes before a closing bracket.
             *     - `invalid_utf8`: Not UTF-8. Encode the body in UTF-8.
             *     - `trailing_data`: More than one JSON value. Send exactly one JSON object.
             */
            400: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `merchant_not_found`: No such merchant. See /v1/merchants. */
            404: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `merchant_configured`: Of the configuration file. Change it in the configuration file and start the gateway again. */
            409: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `body_too_large`: Body too large. A body has at most 64 KiB. */
            413: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `unsupported_media_type`: Unsupported content type. Send JSON with Content-Type: application/json, in UTF-8 and not compressed. */
            415: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `invalid_field`: A field that the provider would not take.
             *     - `missing_field`: Missing field. Add the field.
             *     - `not_an_object`: Not a JSON object. Send a JSON object: {…}.
             *     - `routing_invalid`: Not a way that payments can go. prefer lists some of ovo, doku and faspay; fail_over_seconds is at most 3600.
             *     - `unknown_field`: Unknown field. Leave it out; your own data goes into metadata.
             *     - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling.
             *     - `wrong_type`: Wrong type. See /openapi.yaml for the field's type.
             */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "list-accounts": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The merchant's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountList"];
                };
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `merchant_not_found`: No such merchant. See /v1/merchants. */
            404: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling. */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "create-account": {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes repeating safe: with the same key the same request does nothing again, and is answered with what it did, as that stands now, but without a secret: secrets are shown once. Another request with the key is 422. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description The merchant's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewAccount"];
            };
        };
        responses: {
            /** @description What the same request did before, as it stands now; secrets are not shown again. */
            200: {
                headers: {
                    "Idempotent-Replayed"?: "true";
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            /** @description Created */
            201: {
                headers: {
                    "Idempotent-Replayed"?: "true";
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            /**
             * @description - `body_incomplete`: Body incomplete. Send it again; the connection ended or stalled before the body did.
             *     - `duplicate_field`: Duplicate field. Name each field once.
             *     - `empty_body`: Empty body. Send a JSON object.
             *     - `invalid_json`: Not JSON. Check brackets and commas; names and texts stand in double quotes, and no comma comes before a closing bracket.
             *     - `invalid_utf8`: Not UTF-8. Encode the body in UTF-8.
             *     - `trailing_data`: More than one JSON value. Send exactly one JSON object.
             */
            400: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `account_not_found`: No such account. See the merchant's accounts.
             *     - `merchant_not_found`: No such merchant. See /v1/merchants.
             */
            404: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `account_clash`: In another account's way. Check terminal and credentials: the provider must know each as one account's only.
             *     - `account_exists`: The id is taken. Use another id, or change the account that has it.
             *     - `merchant_configured`: Of the configuration file. Change it in the configuration file and start the gateway again.
             */
            409: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `body_too_large`: Body too large. A body has at most 64 KiB. */
            413: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `unsupported_media_type`: Unsupported content type. Send JSON with Content-Type: application/json, in UTF-8 and not compressed. */
            415: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `account_invalid`: The account cannot be used so. See the configuration file's documentation for the settings of each rail.
             *     - `idempotency_key_reused`: Idempotency-Key used with another request. Use a new key for a new request; the same key only to repeat the same one.
             *     - `invalid_field`: A field that the provider would not take.
             *     - `invalid_id`: Bad id. Use 1 to 40 small letters, digits, - and _, beginning with a letter or digit.
             *     - `invalid_idempotency_key`: Bad Idempotency-Key. Use 1 to 255 visible ASCII characters without spaces, for example a UUID, once per request.
             *     - `missing_field`: Missing field. Add the field.
             *     - `not_an_object`: Not a JSON object. Send a JSON object: {…}.
             *     - `outlet_not_found`: No such outlet. See the merchant's outlets.
             *     - `unknown_field`: Unknown field. Leave it out; your own data goes into metadata.
             *     - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling.
             *     - `wrong_type`: Wrong type. See /openapi.yaml for the field's type.
             */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "get-account": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The merchant's id. */
                id: string;
                /** @description The account's id. */
                account: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `account_not_found`: No such account. See the merchant's accounts.
             *     - `merchant_not_found`: No such merchant. See /v1/merchants.
             */
            404: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling. */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "change-account": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The merchant's id. */
                id: string;
                /** @description The account's id. */
                account: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AccountChange"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            /**
             * @description - `body_incomplete`: Body incomplete. Send it again; the connection ended or stalled before the body did.
             *     - `duplicate_field`: Duplicate field. Name each field once.
             *     - `empty_body`: Empty body. Send a JSON object.
             *     - `invalid_json`: Not JSON. Check brackets and commas; names and texts stand in double quotes, and no comma comes before a closing bracket.
             *     - `invalid_utf8`: Not UTF-8. Encode the body in UTF-8.
             *     - `trailing_data`: More than one JSON value. Send exactly one JSON object.
             */
            400: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `account_not_found`: No such account. See the merchant's accounts.
             *     - `merchant_not_found`: No such merchant. See /v1/merchants.
             */
            404: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `account_clash`: In another account's way. Check terminal and credentials: the provider must know each as one account's only.
             *     - `merchant_configured`: Of the configuration file. Change it in the configuration file and start the gateway again.
             */
            409: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `body_too_large`: Body too large. A body has at most 64 KiB. */
            413: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `unsupported_media_type`: Unsupported content type. Send JSON with Content-Type: application/json, in UTF-8 and not compressed. */
            415: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `account_invalid`: The account cannot be used so. See the configuration file's documentation for the settings of each rail.
             *     - `invalid_field`: A field that the provider would not take.
             *     - `missing_field`: Missing field. Add the field.
             *     - `not_an_object`: Not a JSON object. Send a JSON object: {…}.
             *     - `outlet_not_found`: No such outlet. See the merchant's outlets.
             *     - `unknown_field`: Unknown field. Leave it out; your own data goes into metadata.
             *     - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling.
             *     - `wrong_type`: Wrong type. See /openapi.yaml for the field's type.
             */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "retire-account-credentials": {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes repeating safe: with the same key the same request does nothing again, and is answered with what it did, as that stands now, but without a secret: secrets are shown once. Another request with the key is 422. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description The merchant's id. */
                id: string;
                /** @description The account's id. */
                account: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Idempotent-Replayed"?: "true";
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            /**
             * @description - `body_incomplete`: Body incomplete. Send it again; the connection ended or stalled before the body did.
             *     - `duplicate_field`: Duplicate field. Name each field once.
             *     - `empty_body`: Empty body. Send a JSON object.
             *     - `invalid_json`: Not JSON. Check brackets and commas; names and texts stand in double quotes, and no comma comes before a closing bracket.
             *     - `invalid_utf8`: Not UTF-8. Encode the body in UTF-8.
             *     - `trailing_data`: More than one JSON value. Send exactly one JSON object.
             */
            400: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `account_not_found`: No such account. See the merchant's accounts.
             *     - `merchant_not_found`: No such merchant. See /v1/merchants.
             */
            404: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `merchant_configured`: Of the configuration file. Change it in the configuration file and start the gateway again. */
            409: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `body_too_large`: Body too large. A body has at most 64 KiB. */
            413: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `unsupported_media_type`: Unsupported content type. Send JSON with Content-Type: application/json, in UTF-8 and not compressed. */
            415: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `account_invalid`: The account cannot be used so. See the configuration file's documentation for the settings of each rail.
             *     - `idempotency_key_reused`: Idempotency-Key used with another request. Use a new key for a new request; the same key only to repeat the same one.
             *     - `invalid_idempotency_key`: Bad Idempotency-Key. Use 1 to 255 visible ASCII characters without spaces, for example a UUID, once per request.
             *     - `not_an_object`: Not a JSON object. Send a JSON object: {…}.
             *     - `unknown_field`: Unknown field. Leave it out; your own data goes into metadata.
             *     - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling.
             *     - `wrong_type`: Wrong type. See /openapi.yaml for the field's type.
             */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "rotate-account-credentials": {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes repeating safe: with the same key the same request does nothing again, and is answered with what it did, as that stands now, but without a secret: secrets are shown once. Another request with the key is 422. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description The merchant's id. */
                id: string;
                /** @description The account's id. */
                account: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewCredentials"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Idempotent-Replayed"?: "true";
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            /**
             * @description - `body_incomplete`: Body incomplete. Send it again; the connection ended or stalled before the body did.
             *     - `duplicate_field`: Duplicate field. Name each field once.
             *     - `empty_body`: Empty body. Send a JSON object.
             *     - `invalid_json`: Not JSON. Check brackets and commas; names and texts stand in double quotes, and no comma comes before a closing bracket.
             *     - `invalid_utf8`: Not UTF-8. Encode the body in UTF-8.
             *     - `trailing_data`: More than one JSON value. Send exactly one JSON object.
             */
            400: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `account_not_found`: No such account. See the merchant's accounts.
             *     - `merchant_not_found`: No such merchant. See /v1/merchants.
             */
            404: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `account_clash`: In another account's way. Check terminal and credentials: the provider must know each as one account's only.
             *     - `merchant_configured`: Of the configuration file. Change it in the configuration file and start the gateway again.
             */
            409: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `body_too_large`: Body too large. A body has at most 64 KiB. */
            413: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `unsupported_media_type`: Unsupported content type. Send JSON with Content-Type: application/json, in UTF-8 and not compressed. */
            415: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `account_invalid`: The account cannot be used so. See the configuration file's documentation for the settings of each rail.
             *     - `idempotency_key_reused`: Idempotency-Key used with another request. Use a new key for a new request; the same key only to repeat the same one.
             *     - `invalid_field`: A field that the provider would not take.
             *     - `invalid_idempotency_key`: Bad Idempotency-Key. Use 1 to 255 visible ASCII characters without spaces, for example a UUID, once per request.
             *     - `missing_field`: Missing field. Add the field.
             *     - `not_an_object`: Not a JSON object. Send a JSON object: {…}.
             *     - `outlet_not_found`: No such outlet. See the merchant's outlets.
             *     - `unknown_field`: Unknown field. Leave it out; your own data goes into metadata.
             *     - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling.
             *     - `wrong_type`: Wrong type. See /openapi.yaml for the field's type.
             */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "list-api-keys": {
        parameters: {
            query?: {
                /** @description How many at most. */
                limit?: number;
                /** @description next_cursor of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description The merchant's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["APIKeyList"];
                };
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `merchant_not_found`: No such merchant. See /v1/merchants. */
            404: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `invalid_cursor`: Bad cursor. Use next_cursor of the page before, unchanged, or leave it out.
             *     - `invalid_parameter`: Bad query parameter. Change it or leave it out; /docs says what it may hold.
             *     - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling.
             */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "create-api-key": {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes repeating safe: with the same key the same request does nothing again, and is answered with what it did, as that stands now, but without a secret: secrets are shown once. Another request with the key is 422. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description The merchant's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewAPIKey"];
            };
        };
        responses: {
            /** @description What the same request did before, as it stands now; secrets are not shown again. */
            200: {
                headers: {
                    "Idempotent-Replayed"?: "true";
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["APIKey"];
                };
            };
            /** @description Created */
            201: {
                headers: {
                    "Idempotent-Replayed"?: "true";
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["APIKey"];
                };
            };
            /**
             * @description - `body_incomplete`: Body incomplete. Send it again; the connection ended or stalled before the body did.
             *     - `duplicate_field`: Duplicate field. Name each field once.
             *     - `empty_body`: Empty body. Send a JSON object.
             *     - `invalid_json`: Not JSON. Check brackets and commas; names and texts stand in double quotes, and no comma comes before a closing bracket.
             *     - `invalid_utf8`: Not UTF-8. Encode the body in UTF-8.
             *     - `trailing_data`: More than one JSON value. Send exactly one JSON object.
             */
            400: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `api_key_not_found`: No such API key. Check the id, and that the asking key is of its merchant and mode.
             *     - `merchant_not_found`: No such merchant. See /v1/merchants.
             */
            404: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `merchant_configured`: Of the configuration file. Change it in the configuration file and start the gateway again. */
            409: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `body_too_large`: Body too large. A body has at most 64 KiB. */
            413: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `unsupported_media_type`: Unsupported content type. Send JSON with Content-Type: application/json, in UTF-8 and not compressed. */
            415: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `idempotency_key_reused`: Idempotency-Key used with another request. Use a new key for a new request; the same key only to repeat the same one.
             *     - `invalid_field`: A field that the provider would not take.
             *     - `invalid_idempotency_key`: Bad Idempotency-Key. Use 1 to 255 visible ASCII characters without spaces, for example a UUID, once per request.
             *     - `missing_field`: Missing field. Add the field.
             *     - `not_an_object`: Not a JSON object. Send a JSON object: {…}.
             *     - `scopes_invalid`: Bad scopes. Name some of read, pay, refund and admin, each once.
             *     - `unknown_field`: Unknown field. Leave it out; your own data goes into metadata.
             *     - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling.
             *     - `wrong_type`: Wrong type. See /openapi.yaml for the field's type.
             */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "revoke-api-key": {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes repeating safe: with the same key the same request does nothing again, and is answered with what it did, as that stands now, but without a secret: secrets are shown once. Another request with the key is 422. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description The merchant's id. */
                id: string;
                /** @description The key's id. */
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Idempotent-Replayed"?: "true";
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["APIKey"];
                };
            };
            /**
             * @description - `body_incomplete`: Body incomplete. Send it again; the connection ended or stalled before the body did.
             *     - `duplicate_field`: Duplicate field. Name each field once.
             *     - `empty_body`: Empty body. Send a JSON object.
             *     - `invalid_json`: Not JSON. Check brackets and commas; names and texts stand in double quotes, and no comma comes before a closing bracket.
             *     - `invalid_utf8`: Not UTF-8. Encode the body in UTF-8.
             *     - `trailing_data`: More than one JSON value. Send exactly one JSON object.
             */
            400: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `api_key_not_found`: No such API key. Check the id, and that the asking key is of its merchant and mode.
             *     - `merchant_not_found`: No such merchant. See /v1/merchants.
             */
            404: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `merchant_configured`: Of the configuration file. Change it in the configuration file and start the gateway again. */
            409: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `body_too_large`: Body too large. A body has at most 64 KiB. */
            413: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `unsupported_media_type`: Unsupported content type. Send JSON with Content-Type: application/json, in UTF-8 and not compressed. */
            415: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `idempotency_key_reused`: Idempotency-Key used with another request. Use a new key for a new request; the same key only to repeat the same one.
             *     - `invalid_idempotency_key`: Bad Idempotency-Key. Use 1 to 255 visible ASCII characters without spaces, for example a UUID, once per request.
             *     - `not_an_object`: Not a JSON object. Send a JSON object: {…}.
             *     - `unknown_field`: Unknown field. Leave it out; your own data goes into metadata.
             *     - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling.
             *     - `wrong_type`: Wrong type. See /openapi.yaml for the field's type.
             */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "rotate-api-key": {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes repeating safe: with the same key the same request does nothing again, and is answered with what it did, as that stands now, but without a secret: secrets are shown once. Another request with the key is 422. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description The merchant's id. */
                id: string;
                /** @description The key's id. */
                key: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Rotation"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Idempotent-Replayed"?: "true";
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["APIKey"];
                };
            };
            /**
             * @description - `body_incomplete`: Body incomplete. Send it again; the connection ended or stalled before the body did.
             *     - `duplicate_field`: Duplicate field. Name each field once.
             *     - `empty_body`: Empty body. Send a JSON object.
             *     - `invalid_json`: Not JSON. Check brackets and commas; names and texts stand in double quotes, and no comma comes before a closing bracket.
             *     - `invalid_utf8`: Not UTF-8. Encode the body in UTF-8.
             *     - `trailing_data`: More than one JSON value. Send exactly one JSON object.
             */
            400: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `api_key_not_found`: No such API key. Check the id, and that the asking key is of its merchant and mode.
             *     - `merchant_not_found`: No such merchant. See /v1/merchants.
             */
            404: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `api_key_ended`: The API key has ended. Make a new one.
             *     - `merchant_configured`: Of the configuration file. Change it in the configuration file and start the gateway again.
             */
            409: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `body_too_large`: Body too large. A body has at most 64 KiB. */
            413: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `unsupported_media_type`: Unsupported content type. Send JSON with Content-Type: application/json, in UTF-8 and not compressed. */
            415: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `idempotency_key_reused`: Idempotency-Key used with another request. Use a new key for a new request; the same key only to repeat the same one.
             *     - `invalid_field`: A field that the provider would not take.
             *     - `invalid_idempotency_key`: Bad Idempotency-Key. Use 1 to 255 visible ASCII characters without spaces, for example a UUID, once per request.
             *     - `not_an_object`: Not a JSON object. Send a JSON object: {…}.
             *     - `unknown_field`: Unknown field. Leave it out; your own data goes into metadata.
             *     - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling.
             *     - `wrong_type`: Wrong type. See /openapi.yaml for the field's type.
             */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "list-outlets": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The merchant's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OutletList"];
                };
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `merchant_not_found`: No such merchant. See /v1/merchants. */
            404: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling. */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "create-outlet": {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes repeating safe: with the same key the same request does nothing again, and is answered with what it did, as that stands now, but without a secret: secrets are shown once. Another request with the key is 422. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description The merchant's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewOutlet"];
            };
        };
        responses: {
            /** @description What the same request did before, as it stands now; secrets are not shown again. */
            200: {
                headers: {
                    "Idempotent-Replayed"?: "true";
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Outlet"];
                };
            };
            /** @description Created */
            201: {
                headers: {
                    "Idempotent-Replayed"?: "true";
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Outlet"];
                };
            };
            /**
             * @description - `body_incomplete`: Body incomplete. Send it again; the connection ended or stalled before the body did.
             *     - `duplicate_field`: Duplicate field. Name each field once.
             *     - `empty_body`: Empty body. Send a JSON object.
             *     - `invalid_json`: Not JSON. Check brackets and commas; names and texts stand in double quotes, and no comma comes before a closing bracket.
             *     - `invalid_utf8`: Not UTF-8. Encode the body in UTF-8.
             *     - `trailing_data`: More than one JSON value. Send exactly one JSON object.
             */
            400: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `merchant_not_found`: No such merchant. See /v1/merchants. */
            404: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `merchant_configured`: Of the configuration file. Change it in the configuration file and start the gateway again.
             *     - `outlet_exists`: The id is taken. Use another id.
             */
            409: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `body_too_large`: Body too large. A body has at most 64 KiB. */
            413: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `unsupported_media_type`: Unsupported content type. Send JSON with Content-Type: application/json, in UTF-8 and not compressed. */
            415: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `idempotency_key_reused`: Idempotency-Key used with another request. Use a new key for a new request; the same key only to repeat the same one.
             *     - `invalid_field`: A field that the provider would not take.
             *     - `invalid_id`: Bad id. Use 1 to 40 small letters, digits, - and _, beginning with a letter or digit.
             *     - `invalid_idempotency_key`: Bad Idempotency-Key. Use 1 to 255 visible ASCII characters without spaces, for example a UUID, once per request.
             *     - `missing_field`: Missing field. Add the field.
             *     - `not_an_object`: Not a JSON object. Send a JSON object: {…}.
             *     - `outlet_not_found`: No such outlet. See the merchant's outlets.
             *     - `unknown_field`: Unknown field. Leave it out; your own data goes into metadata.
             *     - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling.
             *     - `wrong_type`: Wrong type. See /openapi.yaml for the field's type.
             */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "list-notices": {
        parameters: {
            query?: {
                /** @description Only those that hold. */
                open?: boolean;
                /** @description How many at most. */
                limit?: number;
                /** @description next_cursor of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NoticePage"];
                };
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `invalid_cursor`: Bad cursor. Use next_cursor of the page before, unchanged, or leave it out.
             *     - `invalid_parameter`: Bad query parameter. Change it or leave it out; /docs says what it may hold.
             *     - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling.
             */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "list-payments": {
        parameters: {
            query?: {
                /** @description Only payments in this state; may be repeated. */
                state?: string[];
                /** @description Only payments with exactly this reference of yours. */
                reference?: string;
                /** @description Only payments made at this time or later: RFC 3339; write the + of +07:00 as %2B. */
                created_from?: string;
                /** @description Only payments made before this time. */
                created_to?: string;
                /** @description How many at most. */
                limit?: number;
                /** @description next_cursor of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PaymentPage"];
                };
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `invalid_cursor`: Bad cursor. Use next_cursor of the page before, unchanged, or leave it out.
             *     - `invalid_parameter`: Bad query parameter. Change it or leave it out; /docs says what it may hold.
             *     - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling.
             */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "create-payment": {
        parameters: {
            query?: {
                /** @description Hold the answer for at most so many seconds, until the payment is final or needs a human; where a QR is being made, until it is there. */
                wait?: number;
            };
            header?: {
                /** @description Makes repeating safe: the same key with the same request gives the same payment, with another request 422. Kept as long as the payment. Advised on every POST. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewPayment"];
            };
        };
        responses: {
            /** @description The payment that the same request had made before. */
            200: {
                headers: {
                    "Idempotent-Replayed"?: "true";
                    Location?: string;
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Payment"];
                };
            };
            /** @description Created */
            201: {
                headers: {
                    "Idempotent-Replayed"?: "true";
                    Location?: string;
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Payment"];
                };
            };
            /**
             * @description - `body_incomplete`: Body incomplete. Send it again; the connection ended or stalled before the body did.
             *     - `duplicate_field`: Duplicate field. Name each field once.
             *     - `empty_body`: Empty body. Send a JSON object.
             *     - `invalid_json`: Not JSON. Check brackets and commas; names and texts stand in double quotes, and no comma comes before a closing bracket.
             *     - `invalid_utf8`: Not UTF-8. Encode the body in UTF-8.
             *     - `trailing_data`: More than one JSON value. Send exactly one JSON object.
             */
            400: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `cutoff`: Past the cut-off. Try again after midnight WIB.
             *     - `exists`: Exists already.
             *     - `refused`: Not granted.
             */
            409: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `body_too_large`: Body too large. A body has at most 64 KiB. */
            413: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `unsupported_media_type`: Unsupported content type. Send JSON with Content-Type: application/json, in UTF-8 and not compressed. */
            415: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `amount_not_integer`: Amount is not a whole number. Write whole rupiah in digits without quotes, point or exponent: 12500.
             *     - `amount_too_large`: Amount too large. Ask for less, or split the payment.
             *     - `amount_too_small`: Amount too small. Ask for more.
             *     - `customer_invalid`: Bad customer. See /openapi.yaml for what each field may hold; leave out what you do not know.
             *     - `description_invalid`: Bad description. Use at most 255 characters without control characters.
             *     - `expires_at_invalid`: Bad expiry. Write a time with its zone, as 2026-03-21T10:15:30+07:00, between 5 minutes (where the customer chooses how to pay: a minute) and 30 days ahead, or leave it out.
             *     - `idempotency_key_reused`: Idempotency-Key used with another request. Use a new key for a new request; the same key only to repeat the same one.
             *     - `invalid_field`: A field that the provider would not take.
             *     - `invalid_idempotency_key`: Bad Idempotency-Key. Use 1 to 255 visible ASCII characters without spaces, for example a UUID, once per request.
             *     - `invalid_wait`: Bad wait. Give whole seconds from 0 to 120, or leave it out.
             *     - `items_invalid`: Bad items. Give 1 to 100 items, each with name, quantity and price in whole rupiah.
             *     - `metadata_invalid`: Bad metadata. Use at most 20 entries: keys of 1 to 40 letters, digits, _ . or -, values of at most 500 characters.
             *     - `method_unknown`: Unknown method. The methods are ovo_push and qris.
             *     - `methods_invalid`: Bad methods. Give methods a list such as ["ovo_push","qris"], each once, and leave method out.
             *     - `missing_field`: Missing field. Add the field.
             *     - `name_invalid`: Bad name. Use 1 to 64 letters, digits, _ . or -.
             *     - `no_account`: No account for this. Leave rail and account out, use a key of the other mode, or have an account configured.
             *     - `no_terminal`: No such terminal. See /v1/terminals, or leave terminal out.
             *     - `not_an_object`: Not a JSON object. Send a JSON object: {…}.
             *     - `phone_invalid`: Not an Indonesian mobile number. Write 08…, 62… or +62…, 10 to 13 digits in the form 08….
             *     - `phone_missing`: Phone missing. A push needs the customer's phone number.
             *     - `phone_unwanted`: Phone not wanted. Leave phone out; only the method ovo_push takes one.
             *     - `rail_method_mismatch`: The rail does not have the method. Leave rail out.
             *     - `rail_unknown`: Unknown rail. The rails are ovo, snap, doku and faspay; leave rail out to have one chosen.
             *     - `reference_invalid`: Bad reference. Use 1 to 64 characters without control characters.
             *     - `return_url_invalid`: Bad return_url. Give an https address of at most 2048 characters, such as https://shop.example/orders/7; with a test key also http to localhost. Its query must have no payment_id, reference, state, version, time or signature: those are added.
             *     - `unknown_field`: Unknown field. Leave it out; your own data goes into metadata.
             *     - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling.
             *     - `wrong_type`: Wrong type. See /openapi.yaml for the field's type.
             */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `key_limited`: Too many payments with this key. Wait as long as Retry-After says, or ask whoever runs the gateway for more.
             *     - `phone_limited`: Too many requests to this phone. Wait as long as Retry-After says; the customer may have several to answer already.
             */
            429: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `numbers_exhausted`: No numbers left. Use another terminal, or wait for the next day; nothing was sent.
             *     - `outcome_unknown`: The outcome is not known. Send the same request again with the same Idempotency-Key to learn what became of it.
             *     - `provider_unreachable`: The provider cannot be reached. Nothing was sent. Send the same request again, with the same Idempotency-Key.
             *     - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             *     - `terminal_held`: Terminal stopped. An operator must move its numbering ahead and release it; nothing was sent.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "get-payment": {
        parameters: {
            query?: {
                /** @description Hold the answer for at most so many seconds, until the payment is final or needs a human; where a QR is being made, until it is there. */
                wait?: number;
            };
            header?: never;
            path: {
                /** @description The payment's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Payment"];
                };
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `payment_not_found`: No such payment. Check the id, and that the key is of the merchant and mode that made it. */
            404: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `invalid_wait`: Bad wait. Give whole seconds from 0 to 120, or leave it out.
             *     - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling.
             */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "cancel-payment": {
        parameters: {
            query?: {
                /** @description Hold the answer for at most so many seconds, until the payment is final or needs a human; where a QR is being made, until it is there. */
                wait?: number;
            };
            header?: {
                /** @description Makes repeating safe: the same key with the same request gives the same payment, with another request 422. Kept as long as the payment. Advised on every POST. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description The payment's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Reason"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Idempotent-Replayed"?: "true";
                    Location?: string;
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Payment"];
                };
            };
            /** @description It has been ordered and is under way. */
            202: {
                headers: {
                    "Idempotent-Replayed"?: "true";
                    Location?: string;
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Payment"];
                };
            };
            /**
             * @description - `body_incomplete`: Body incomplete. Send it again; the connection ended or stalled before the body did.
             *     - `duplicate_field`: Duplicate field. Name each field once.
             *     - `empty_body`: Empty body. Send a JSON object.
             *     - `invalid_json`: Not JSON. Check brackets and commas; names and texts stand in double quotes, and no comma comes before a closing bracket.
             *     - `invalid_utf8`: Not UTF-8. Encode the body in UTF-8.
             *     - `trailing_data`: More than one JSON value. Send exactly one JSON object.
             */
            400: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `payment_not_found`: No such payment. Check the id, and that the key is of the merchant and mode that made it. */
            404: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `check_in_progress`: A check is under way. Wait a little; checks are made one at a time, and no closer than the provider allows.
             *     - `in_progress`: In progress. Wait for the payment's end: GET it with ?wait=.
             *     - `not_possible`: Not possible in this state. The payment's actions say what is possible.
             *     - `refused`: Not granted.
             */
            409: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `body_too_large`: Body too large. A body has at most 64 KiB. */
            413: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `unsupported_media_type`: Unsupported content type. Send JSON with Content-Type: application/json, in UTF-8 and not compressed. */
            415: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `idempotency_key_reused`: Idempotency-Key used with another request. Use a new key for a new request; the same key only to repeat the same one.
             *     - `invalid_field`: A field that the provider would not take.
             *     - `invalid_idempotency_key`: Bad Idempotency-Key. Use 1 to 255 visible ASCII characters without spaces, for example a UUID, once per request.
             *     - `invalid_wait`: Bad wait. Give whole seconds from 0 to 120, or leave it out.
             *     - `not_an_object`: Not a JSON object. Send a JSON object: {…}.
             *     - `reason_invalid`: Bad reason. Use at most 255 characters without control characters.
             *     - `unknown_field`: Unknown field. Leave it out; your own data goes into metadata.
             *     - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling.
             *     - `wrong_type`: Wrong type. See /openapi.yaml for the field's type.
             */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `outcome_unknown`: The outcome is not known. Send the same request again with the same Idempotency-Key to learn what became of it.
             *     - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "check-payment": {
        parameters: {
            query?: {
                /** @description Hold the answer for at most so many seconds, until the payment is final or needs a human; where a QR is being made, until it is there. */
                wait?: number;
            };
            header?: {
                /** @description Makes repeating safe: the same key with the same request gives the same payment, with another request 422. Kept as long as the payment. Advised on every POST. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description The payment's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Reason"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Idempotent-Replayed"?: "true";
                    Location?: string;
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Payment"];
                };
            };
            /** @description It has been ordered and is under way. */
            202: {
                headers: {
                    "Idempotent-Replayed"?: "true";
                    Location?: string;
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Payment"];
                };
            };
            /**
             * @description - `body_incomplete`: Body incomplete. Send it again; the connection ended or stalled before the body did.
             *     - `duplicate_field`: Duplicate field. Name each field once.
             *     - `empty_body`: Empty body. Send a JSON object.
             *     - `invalid_json`: Not JSON. Check brackets and commas; names and texts stand in double quotes, and no comma comes before a closing bracket.
             *     - `invalid_utf8`: Not UTF-8. Encode the body in UTF-8.
             *     - `trailing_data`: More than one JSON value. Send exactly one JSON object.
             */
            400: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `payment_not_found`: No such payment. Check the id, and that the key is of the merchant and mode that made it. */
            404: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `check_in_progress`: A check is under way. Wait a little; checks are made one at a time, and no closer than the provider allows.
             *     - `check_too_old`: Too old to be checked. Look it up in the provider's portal.
             *     - `in_progress`: In progress. Wait for the payment's end: GET it with ?wait=.
             *     - `not_possible`: Not possible in this state. The payment's actions say what is possible.
             *     - `nothing_sent`: Nothing was sent. There is nothing at the provider to ask about.
             *     - `refused`: Not granted.
             */
            409: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `body_too_large`: Body too large. A body has at most 64 KiB. */
            413: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `unsupported_media_type`: Unsupported content type. Send JSON with Content-Type: application/json, in UTF-8 and not compressed. */
            415: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `idempotency_key_reused`: Idempotency-Key used with another request. Use a new key for a new request; the same key only to repeat the same one.
             *     - `invalid_field`: A field that the provider would not take.
             *     - `invalid_idempotency_key`: Bad Idempotency-Key. Use 1 to 255 visible ASCII characters without spaces, for example a UUID, once per request.
             *     - `invalid_wait`: Bad wait. Give whole seconds from 0 to 120, or leave it out.
             *     - `not_an_object`: Not a JSON object. Send a JSON object: {…}.
             *     - `reason_invalid`: Bad reason. Use at most 255 characters without control characters.
             *     - `unknown_field`: Unknown field. Leave it out; your own data goes into metadata.
             *     - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling.
             *     - `wrong_type`: Wrong type. See /openapi.yaml for the field's type.
             */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `outcome_unknown`: The outcome is not known. Send the same request again with the same Idempotency-Key to learn what became of it.
             *     - `provider_unreachable`: The provider cannot be reached. Nothing was sent. Send the same request again, with the same Idempotency-Key.
             *     - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "list-payment-events": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The payment's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventList"];
                };
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `payment_not_found`: No such payment. Check the id, and that the key is of the merchant and mode that made it. */
            404: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling. */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "list-exchanges": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The payment's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExchangeList"];
                };
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `payment_not_found`: No such payment. Check the id, and that the key is of the merchant and mode that made it. */
            404: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling. */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "get-qr-png": {
        parameters: {
            query?: {
                /** @description Pixels of a side, quiet zone included. Of an SVG the size that it names. */
                size?: number;
                /** @description White on each side, in modules. Fewer than 4 are not taken: readers need them. */
                quiet_zone?: number;
                /** @description Error correction: L bears 7 % of damage, M 15 %, Q 25 %, H 30 %. */
                level?: "L" | "M" | "Q" | "H";
            };
            header?: never;
            path: {
                /** @description The payment's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Content-Type"?: string;
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "image/png": unknown;
                };
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `payment_not_found`: No such payment. Check the id, and that the key is of the merchant and mode that made it. */
            404: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `not_possible`: Not possible in this state. The payment's actions say what is possible.
             *     - `qr_not_ready`: No QR yet. Get the payment with ?wait=: it is answered when the QR is there.
             */
            409: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `qr_gone`: No QR to show any more. The payment's state says why; its actions say whether a new QR can be asked for. */
            410: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `invalid_parameter`: Bad query parameter. Change it or leave it out; /docs says what it may hold.
             *     - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling.
             */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "get-qr-svg": {
        parameters: {
            query?: {
                /** @description Pixels of a side, quiet zone included. Of an SVG the size that it names. */
                size?: number;
                /** @description White on each side, in modules. Fewer than 4 are not taken: readers need them. */
                quiet_zone?: number;
                /** @description Error correction: L bears 7 % of damage, M 15 %, Q 25 %, H 30 %. */
                level?: "L" | "M" | "Q" | "H";
            };
            header?: never;
            path: {
                /** @description The payment's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Content-Type"?: string;
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "image/svg+xml": unknown;
                };
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `payment_not_found`: No such payment. Check the id, and that the key is of the merchant and mode that made it. */
            404: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `not_possible`: Not possible in this state. The payment's actions say what is possible.
             *     - `qr_not_ready`: No QR yet. Get the payment with ?wait=: it is answered when the QR is there.
             */
            409: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `qr_gone`: No QR to show any more. The payment's state says why; its actions say whether a new QR can be asked for. */
            410: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `invalid_parameter`: Bad query parameter. Change it or leave it out; /docs says what it may hold.
             *     - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling.
             */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "refund-payment": {
        parameters: {
            query?: {
                /** @description Hold the answer for at most so many seconds, until the payment is final or needs a human; where a QR is being made, until it is there. */
                wait?: number;
            };
            header?: {
                /** @description Makes repeating safe: the same key with the same request gives the same payment, with another request 422. Kept as long as the payment. Advised on every POST. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description The payment's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RefundOrder"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Idempotent-Replayed"?: "true";
                    Location?: string;
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Payment"];
                };
            };
            /** @description It has been ordered and is under way. */
            202: {
                headers: {
                    "Idempotent-Replayed"?: "true";
                    Location?: string;
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Payment"];
                };
            };
            /**
             * @description - `body_incomplete`: Body incomplete. Send it again; the connection ended or stalled before the body did.
             *     - `duplicate_field`: Duplicate field. Name each field once.
             *     - `empty_body`: Empty body. Send a JSON object.
             *     - `invalid_json`: Not JSON. Check brackets and commas; names and texts stand in double quotes, and no comma comes before a closing bracket.
             *     - `invalid_utf8`: Not UTF-8. Encode the body in UTF-8.
             *     - `trailing_data`: More than one JSON value. Send exactly one JSON object.
             */
            400: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `payment_not_found`: No such payment. Check the id, and that the key is of the merchant and mode that made it. */
            404: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `check_in_progress`: A check is under way. Wait a little; checks are made one at a time, and no closer than the provider allows.
             *     - `cutoff`: Past the cut-off. Try again after midnight WIB.
             *     - `in_progress`: In progress. Wait for the payment's end: GET it with ?wait=.
             *     - `not_possible`: Not possible in this state. The payment's actions say what is possible.
             *     - `refused`: Not granted.
             */
            409: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `body_too_large`: Body too large. A body has at most 64 KiB. */
            413: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `unsupported_media_type`: Unsupported content type. Send JSON with Content-Type: application/json, in UTF-8 and not compressed. */
            415: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `amount_not_integer`: Amount is not a whole number. Write whole rupiah in digits without quotes, point or exponent: 12500.
             *     - `amount_not_whole`: Not the whole amount. Give the payment's amount, or leave amount out: the provider gives back the whole amount or nothing.
             *     - `amount_too_large`: Amount too large. Ask for less, or split the payment.
             *     - `amount_too_small`: Amount too small. Ask for more.
             *     - `idempotency_key_reused`: Idempotency-Key used with another request. Use a new key for a new request; the same key only to repeat the same one.
             *     - `invalid_field`: A field that the provider would not take.
             *     - `invalid_idempotency_key`: Bad Idempotency-Key. Use 1 to 255 visible ASCII characters without spaces, for example a UUID, once per request.
             *     - `invalid_wait`: Bad wait. Give whole seconds from 0 to 120, or leave it out.
             *     - `not_an_object`: Not a JSON object. Send a JSON object: {…}.
             *     - `reason_invalid`: Bad reason. Use at most 255 characters without control characters.
             *     - `unknown_field`: Unknown field. Leave it out; your own data goes into metadata.
             *     - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling.
             *     - `wrong_type`: Wrong type. See /openapi.yaml for the field's type.
             */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `outcome_unknown`: The outcome is not known. Send the same request again with the same Idempotency-Key to learn what became of it.
             *     - `provider_unreachable`: The provider cannot be reached. Nothing was sent. Send the same request again, with the same Idempotency-Key.
             *     - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "renew-payment": {
        parameters: {
            query?: {
                /** @description Hold the answer for at most so many seconds, until the payment is final or needs a human; where a QR is being made, until it is there. */
                wait?: number;
            };
            header?: {
                /** @description Makes repeating safe: the same key with the same request gives the same payment, with another request 422. Kept as long as the payment. Advised on every POST. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description The payment's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Reason"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Idempotent-Replayed"?: "true";
                    Location?: string;
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Payment"];
                };
            };
            /** @description It has been ordered and is under way. */
            202: {
                headers: {
                    "Idempotent-Replayed"?: "true";
                    Location?: string;
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Payment"];
                };
            };
            /**
             * @description - `body_incomplete`: Body incomplete. Send it again; the connection ended or stalled before the body did.
             *     - `duplicate_field`: Duplicate field. Name each field once.
             *     - `empty_body`: Empty body. Send a JSON object.
             *     - `invalid_json`: Not JSON. Check brackets and commas; names and texts stand in double quotes, and no comma comes before a closing bracket.
             *     - `invalid_utf8`: Not UTF-8. Encode the body in UTF-8.
             *     - `trailing_data`: More than one JSON value. Send exactly one JSON object.
             */
            400: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `payment_not_found`: No such payment. Check the id, and that the key is of the merchant and mode that made it. */
            404: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `check_in_progress`: A check is under way. Wait a little; checks are made one at a time, and no closer than the provider allows.
             *     - `in_progress`: In progress. Wait for the payment's end: GET it with ?wait=.
             *     - `not_possible`: Not possible in this state. The payment's actions say what is possible.
             *     - `refused`: Not granted.
             */
            409: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `body_too_large`: Body too large. A body has at most 64 KiB. */
            413: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `unsupported_media_type`: Unsupported content type. Send JSON with Content-Type: application/json, in UTF-8 and not compressed. */
            415: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `idempotency_key_reused`: Idempotency-Key used with another request. Use a new key for a new request; the same key only to repeat the same one.
             *     - `invalid_field`: A field that the provider would not take.
             *     - `invalid_idempotency_key`: Bad Idempotency-Key. Use 1 to 255 visible ASCII characters without spaces, for example a UUID, once per request.
             *     - `invalid_wait`: Bad wait. Give whole seconds from 0 to 120, or leave it out.
             *     - `not_an_object`: Not a JSON object. Send a JSON object: {…}.
             *     - `reason_invalid`: Bad reason. Use at most 255 characters without control characters.
             *     - `unknown_field`: Unknown field. Leave it out; your own data goes into metadata.
             *     - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling.
             *     - `wrong_type`: Wrong type. See /openapi.yaml for the field's type.
             */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `outcome_unknown`: The outcome is not known. Send the same request again with the same Idempotency-Key to learn what became of it.
             *     - `provider_unreachable`: The provider cannot be reached. Nothing was sent. Send the same request again, with the same Idempotency-Key.
             *     - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "void-payment": {
        parameters: {
            query?: {
                /** @description Hold the answer for at most so many seconds, until the payment is final or needs a human; where a QR is being made, until it is there. */
                wait?: number;
            };
            header?: {
                /** @description Makes repeating safe: the same key with the same request gives the same payment, with another request 422. Kept as long as the payment. Advised on every POST. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description The payment's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Reason"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Idempotent-Replayed"?: "true";
                    Location?: string;
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Payment"];
                };
            };
            /** @description It has been ordered and is under way. */
            202: {
                headers: {
                    "Idempotent-Replayed"?: "true";
                    Location?: string;
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Payment"];
                };
            };
            /**
             * @description - `body_incomplete`: Body incomplete. Send it again; the connection ended or stalled before the body did.
             *     - `duplicate_field`: Duplicate field. Name each field once.
             *     - `empty_body`: Empty body. Send a JSON object.
             *     - `invalid_json`: Not JSON. Check brackets and commas; names and texts stand in double quotes, and no comma comes before a closing bracket.
             *     - `invalid_utf8`: Not UTF-8. Encode the body in UTF-8.
             *     - `trailing_data`: More than one JSON value. Send exactly one JSON object.
             */
            400: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `payment_not_found`: No such payment. Check the id, and that the key is of the merchant and mode that made it. */
            404: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `check_in_progress`: A check is under way. Wait a little; checks are made one at a time, and no closer than the provider allows.
             *     - `cutoff`: Past the cut-off. Try again after midnight WIB.
             *     - `in_progress`: In progress. Wait for the payment's end: GET it with ?wait=.
             *     - `not_possible`: Not possible in this state. The payment's actions say what is possible.
             *     - `refused`: Not granted.
             */
            409: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `body_too_large`: Body too large. A body has at most 64 KiB. */
            413: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `unsupported_media_type`: Unsupported content type. Send JSON with Content-Type: application/json, in UTF-8 and not compressed. */
            415: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `idempotency_key_reused`: Idempotency-Key used with another request. Use a new key for a new request; the same key only to repeat the same one.
             *     - `invalid_field`: A field that the provider would not take.
             *     - `invalid_idempotency_key`: Bad Idempotency-Key. Use 1 to 255 visible ASCII characters without spaces, for example a UUID, once per request.
             *     - `invalid_wait`: Bad wait. Give whole seconds from 0 to 120, or leave it out.
             *     - `not_an_object`: Not a JSON object. Send a JSON object: {…}.
             *     - `reason_invalid`: Bad reason. Use at most 255 characters without control characters.
             *     - `unknown_field`: Unknown field. Leave it out; your own data goes into metadata.
             *     - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling.
             *     - `wrong_type`: Wrong type. See /openapi.yaml for the field's type.
             */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `outcome_unknown`: The outcome is not known. Send the same request again with the same Idempotency-Key to learn what became of it.
             *     - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "check-phone": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 08…, 62… or +62… */
                phone: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PhoneStatus"];
                };
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `phone_invalid`: Not an Indonesian mobile number. Write 08…, 62… or +62…, 10 to 13 digits in the form 08….
             *     - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling.
             */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `inquiry_unavailable`: The inquiry could not be made. Let the customer go on; the payment itself will tell.
             *     - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "list-rails": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rails"];
                };
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling. */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "list-recaps": {
        parameters: {
            query?: {
                /** @description Only this day and later ones. */
                from?: string;
                /** @description Only this day and earlier ones. */
                to?: string;
                /** @description Only this terminal. */
                terminal?: string;
                /** @description true: every version; else the newest of each. */
                versions?: boolean;
                /** @description How many at most. */
                limit?: number;
                /** @description next_cursor of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecapPage"];
                };
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `invalid_cursor`: Bad cursor. Use next_cursor of the page before, unchanged, or leave it out.
             *     - `invalid_parameter`: Bad query parameter. Change it or leave it out; /docs says what it may hold.
             *     - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling.
             */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "get-recap-day": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The day, in Western Indonesian Time. */
                day: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecapDay"];
                };
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `invalid_parameter`: Bad query parameter. Change it or leave it out; /docs says what it may hold.
             *     - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling.
             */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "export-recap-day-csv": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The day, in Western Indonesian Time. */
                day: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Content-Disposition"?: string;
                    "Content-Type"?: string;
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "text/csv; charset=utf-8": unknown;
                };
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `recap_not_found`: No such recap. See /v1/recaps; a day is closed soon after it is over. */
            404: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `invalid_parameter`: Bad query parameter. Change it or leave it out; /docs says what it may hold.
             *     - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling.
             */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "export-recap-day-xlsx": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The day, in Western Indonesian Time. */
                day: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Content-Disposition"?: string;
                    "Content-Type"?: string;
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": unknown;
                };
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `recap_not_found`: No such recap. See /v1/recaps; a day is closed soon after it is over. */
            404: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `invalid_parameter`: Bad query parameter. Change it or leave it out; /docs says what it may hold.
             *     - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling.
             */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "list-reconciliations": {
        parameters: {
            query?: {
                /** @description Only of this account. */
                account?: string;
                /** @description Only of this day and later ones. */
                from?: string;
                /** @description Only of this day and earlier ones. */
                to?: string;
                /** @description How many at most. */
                limit?: number;
                /** @description next_cursor of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReconciliationPage"];
                };
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `invalid_cursor`: Bad cursor. Use next_cursor of the page before, unchanged, or leave it out.
             *     - `invalid_parameter`: Bad query parameter. Change it or leave it out; /docs says what it may hold.
             *     - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling.
             */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "create-reconciliation": {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes repeating safe: with the same key the same request does nothing again, and is answered with what it did, as that stands now, but without a secret: secrets are shown once. Another request with the key is 422. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": components["schemas"]["NewReconciliation"];
            };
        };
        responses: {
            /** @description What the same request did before, as it stands now; secrets are not shown again. */
            200: {
                headers: {
                    "Idempotent-Replayed"?: "true";
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reconciliation"];
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    "Idempotent-Replayed"?: "true";
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reconciliation"];
                };
            };
            /** @description - `body_incomplete`: Body incomplete. Send it again; the connection ended or stalled before the body did. */
            400: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `body_too_large`: Body too large. A body has at most 64 KiB. */
            413: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `unsupported_media_type`: Unsupported content type. Send JSON with Content-Type: application/json, in UTF-8 and not compressed. */
            415: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `day_invalid`: Bad day. Write a day that has begun as 2026-03-21.
             *     - `file_invalid`: The file cannot be used. Send a CSV or XLSX file with the names of its columns above its rows; give a mapping where they are others than expected.
             *     - `idempotency_key_reused`: Idempotency-Key used with another request. Use a new key for a new request; the same key only to repeat the same one.
             *     - `invalid_idempotency_key`: Bad Idempotency-Key. Use 1 to 255 visible ASCII characters without spaces, for example a UUID, once per request.
             *     - `mapping_invalid`: Bad mapping. Begin with one of /v1/mappings/{rail} and write your file's names of columns into it.
             *     - `missing_field`: Missing field. Add the field.
             *     - `reconciliation_account`: No such account. Name the account whose settlement file it is.
             *     - `unknown_field`: Unknown field. Leave it out; your own data goes into metadata.
             *     - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling.
             */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `reconciliations_waiting`: Too many reconciliations. Wait until one has ended, and send it again.
             *     - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "get-reconciliation": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The reconciliation's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reconciliation"];
                };
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `reconciliation_not_found`: No such reconciliation. Check the id, and that the key is of the merchant and mode that made it. */
            404: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling. */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "list-discrepancies": {
        parameters: {
            query?: {
                /** @description Only of this class. */
                class?: string;
                /** @description Only those with a greater number. */
                after?: number;
                /** @description How many at most. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description The reconciliation's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DiscrepancyPage"];
                };
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `reconciliation_not_found`: No such reconciliation. Check the id, and that the key is of the merchant and mode that made it. */
            404: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `invalid_parameter`: Bad query parameter. Change it or leave it out; /docs says what it may hold.
             *     - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling.
             */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "get-reconciliation-report-csv": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The reconciliation's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Content-Disposition"?: string;
                    "Content-Type"?: string;
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "text/csv; charset=utf-8": unknown;
                };
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `reconciliation_not_found`: No such reconciliation. Check the id, and that the key is of the merchant and mode that made it. */
            404: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling. */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "get-reconciliation-report-xlsx": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The reconciliation's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Content-Disposition"?: string;
                    "Content-Type"?: string;
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": unknown;
                };
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `reconciliation_not_found`: No such reconciliation. Check the id, and that the key is of the merchant and mode that made it. */
            404: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling. */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "get-return-key": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReturnKey"];
                };
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling. */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "list-terminals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TerminalList"];
                };
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling. */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "list-webhook-endpoints": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EndpointList"];
                };
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling. */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "create-webhook-endpoint": {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes repeating safe: with the same key the same request does nothing again, and is answered with what it did, as that stands now, but without a secret: secrets are shown once. Another request with the key is 422. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewEndpoint"];
            };
        };
        responses: {
            /** @description What the same request did before, as it stands now; secrets are not shown again. */
            200: {
                headers: {
                    "Idempotent-Replayed"?: "true";
                    Location?: string;
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Endpoint"];
                };
            };
            /** @description Created */
            201: {
                headers: {
                    "Idempotent-Replayed"?: "true";
                    Location?: string;
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Endpoint"];
                };
            };
            /**
             * @description - `body_incomplete`: Body incomplete. Send it again; the connection ended or stalled before the body did.
             *     - `duplicate_field`: Duplicate field. Name each field once.
             *     - `empty_body`: Empty body. Send a JSON object.
             *     - `invalid_json`: Not JSON. Check brackets and commas; names and texts stand in double quotes, and no comma comes before a closing bracket.
             *     - `invalid_utf8`: Not UTF-8. Encode the body in UTF-8.
             *     - `trailing_data`: More than one JSON value. Send exactly one JSON object.
             */
            400: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `endpoint_not_found`: No such endpoint. Check the id, and that the key is of the merchant and mode that made it. */
            404: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `endpoint_exists`: The address has an endpoint. Change that one, or use another address.
             *     - `too_many_endpoints`: Too many endpoints. Delete one that is no longer needed.
             */
            409: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `body_too_large`: Body too large. A body has at most 64 KiB. */
            413: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `unsupported_media_type`: Unsupported content type. Send JSON with Content-Type: application/json, in UTF-8 and not compressed. */
            415: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `description_invalid`: Bad description. Use at most 255 characters without control characters.
             *     - `events_invalid`: Bad event type. See the event types at /openapi.yaml, or leave events out to get everything.
             *     - `idempotency_key_reused`: Idempotency-Key used with another request. Use a new key for a new request; the same key only to repeat the same one.
             *     - `invalid_idempotency_key`: Bad Idempotency-Key. Use 1 to 255 visible ASCII characters without spaces, for example a UUID, once per request.
             *     - `missing_field`: Missing field. Add the field.
             *     - `not_an_object`: Not a JSON object. Send a JSON object: {…}.
             *     - `unknown_field`: Unknown field. Leave it out; your own data goes into metadata.
             *     - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling.
             *     - `url_invalid`: Bad address. Give an https address that can be reached from the internet.
             *     - `wrong_type`: Wrong type. See /openapi.yaml for the field's type.
             */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "get-webhook-endpoint": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The endpoint's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Endpoint"];
                };
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `endpoint_not_found`: No such endpoint. Check the id, and that the key is of the merchant and mode that made it. */
            404: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling. */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "delete-webhook-endpoint": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The endpoint's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `endpoint_not_found`: No such endpoint. Check the id, and that the key is of the merchant and mode that made it. */
            404: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling. */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "change-webhook-endpoint": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The endpoint's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EndpointChange"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Endpoint"];
                };
            };
            /**
             * @description - `body_incomplete`: Body incomplete. Send it again; the connection ended or stalled before the body did.
             *     - `duplicate_field`: Duplicate field. Name each field once.
             *     - `empty_body`: Empty body. Send a JSON object.
             *     - `invalid_json`: Not JSON. Check brackets and commas; names and texts stand in double quotes, and no comma comes before a closing bracket.
             *     - `invalid_utf8`: Not UTF-8. Encode the body in UTF-8.
             *     - `trailing_data`: More than one JSON value. Send exactly one JSON object.
             */
            400: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `endpoint_not_found`: No such endpoint. Check the id, and that the key is of the merchant and mode that made it. */
            404: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `endpoint_changed`: Changed by somebody else. Read the endpoint and try again.
             *     - `endpoint_exists`: The address has an endpoint. Change that one, or use another address.
             */
            409: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `body_too_large`: Body too large. A body has at most 64 KiB. */
            413: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `unsupported_media_type`: Unsupported content type. Send JSON with Content-Type: application/json, in UTF-8 and not compressed. */
            415: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `description_invalid`: Bad description. Use at most 255 characters without control characters.
             *     - `events_invalid`: Bad event type. See the event types at /openapi.yaml, or leave events out to get everything.
             *     - `missing_field`: Missing field. Add the field.
             *     - `not_an_object`: Not a JSON object. Send a JSON object: {…}.
             *     - `unknown_field`: Unknown field. Leave it out; your own data goes into metadata.
             *     - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling.
             *     - `url_invalid`: Bad address. Give an https address that can be reached from the internet.
             *     - `wrong_type`: Wrong type. See /openapi.yaml for the field's type.
             */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "list-webhook-deliveries": {
        parameters: {
            query?: {
                /** @description Only deliveries in this state. */
                state?: "due" | "delivered" | "failed";
                /** @description How many at most. */
                limit?: number;
                /** @description next_cursor of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description The endpoint's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeliveryPage"];
                };
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `endpoint_not_found`: No such endpoint. Check the id, and that the key is of the merchant and mode that made it. */
            404: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `invalid_cursor`: Bad cursor. Use next_cursor of the page before, unchanged, or leave it out.
             *     - `invalid_parameter`: Bad query parameter. Change it or leave it out; /docs says what it may hold.
             *     - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling.
             */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "ping-webhook-endpoint": {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes repeating safe: with the same key the same request does nothing again, and is answered with what it did, as that stands now, but without a secret: secrets are shown once. Another request with the key is 422. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description The endpoint's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What the same request did before, as it stands now; secrets are not shown again. */
            200: {
                headers: {
                    "Idempotent-Replayed"?: "true";
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Delivery"];
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    "Idempotent-Replayed"?: "true";
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Delivery"];
                };
            };
            /**
             * @description - `body_incomplete`: Body incomplete. Send it again; the connection ended or stalled before the body did.
             *     - `duplicate_field`: Duplicate field. Name each field once.
             *     - `empty_body`: Empty body. Send a JSON object.
             *     - `invalid_json`: Not JSON. Check brackets and commas; names and texts stand in double quotes, and no comma comes before a closing bracket.
             *     - `invalid_utf8`: Not UTF-8. Encode the body in UTF-8.
             *     - `trailing_data`: More than one JSON value. Send exactly one JSON object.
             */
            400: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `endpoint_not_found`: No such endpoint. Check the id, and that the key is of the merchant and mode that made it.
             *     - `event_not_found`: No such event. See the endpoint's deliveries.
             */
            404: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `endpoint_disabled`: The endpoint is switched off. Switch it on first: PATCH it with enabled true. */
            409: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `body_too_large`: Body too large. A body has at most 64 KiB. */
            413: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `unsupported_media_type`: Unsupported content type. Send JSON with Content-Type: application/json, in UTF-8 and not compressed. */
            415: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `idempotency_key_reused`: Idempotency-Key used with another request. Use a new key for a new request; the same key only to repeat the same one.
             *     - `invalid_idempotency_key`: Bad Idempotency-Key. Use 1 to 255 visible ASCII characters without spaces, for example a UUID, once per request.
             *     - `not_an_object`: Not a JSON object. Send a JSON object: {…}.
             *     - `unknown_field`: Unknown field. Leave it out; your own data goes into metadata.
             *     - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling.
             *     - `wrong_type`: Wrong type. See /openapi.yaml for the field's type.
             */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "replay-webhooks": {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes repeating safe: with the same key the same request does nothing again, and is answered with what it did, as that stands now, but without a secret: secrets are shown once. Another request with the key is 422. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description The endpoint's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReplayRequest"];
            };
        };
        responses: {
            /** @description What the same request did before, as it stands now; secrets are not shown again. */
            200: {
                headers: {
                    "Idempotent-Replayed"?: "true";
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Replayed"];
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    "Idempotent-Replayed"?: "true";
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Replayed"];
                };
            };
            /**
             * @description - `body_incomplete`: Body incomplete. Send it again; the connection ended or stalled before the body did.
             *     - `duplicate_field`: Duplicate field. Name each field once.
             *     - `empty_body`: Empty body. Send a JSON object.
             *     - `invalid_json`: Not JSON. Check brackets and commas; names and texts stand in double quotes, and no comma comes before a closing bracket.
             *     - `invalid_utf8`: Not UTF-8. Encode the body in UTF-8.
             *     - `trailing_data`: More than one JSON value. Send exactly one JSON object.
             */
            400: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `endpoint_not_found`: No such endpoint. Check the id, and that the key is of the merchant and mode that made it.
             *     - `event_not_found`: No such event. See the endpoint's deliveries.
             */
            404: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `body_too_large`: Body too large. A body has at most 64 KiB. */
            413: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `unsupported_media_type`: Unsupported content type. Send JSON with Content-Type: application/json, in UTF-8 and not compressed. */
            415: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `idempotency_key_reused`: Idempotency-Key used with another request. Use a new key for a new request; the same key only to repeat the same one.
             *     - `invalid_field`: A field that the provider would not take.
             *     - `invalid_idempotency_key`: Bad Idempotency-Key. Use 1 to 255 visible ASCII characters without spaces, for example a UUID, once per request.
             *     - `missing_field`: Missing field. Add the field.
             *     - `not_an_object`: Not a JSON object. Send a JSON object: {…}.
             *     - `unknown_field`: Unknown field. Leave it out; your own data goes into metadata.
             *     - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling.
             *     - `wrong_type`: Wrong type. See /openapi.yaml for the field's type.
             */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "rotate-webhook-secret": {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes repeating safe: with the same key the same request does nothing again, and is answered with what it did, as that stands now, but without a secret: secrets are shown once. Another request with the key is 422. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description The endpoint's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Rotation"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Idempotent-Replayed"?: "true";
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Endpoint"];
                };
            };
            /**
             * @description - `body_incomplete`: Body incomplete. Send it again; the connection ended or stalled before the body did.
             *     - `duplicate_field`: Duplicate field. Name each field once.
             *     - `empty_body`: Empty body. Send a JSON object.
             *     - `invalid_json`: Not JSON. Check brackets and commas; names and texts stand in double quotes, and no comma comes before a closing bracket.
             *     - `invalid_utf8`: Not UTF-8. Encode the body in UTF-8.
             *     - `trailing_data`: More than one JSON value. Send exactly one JSON object.
             */
            400: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `expired_api_key`: Expired API key. Make a new key.
             *     - `malformed_api_key`: Malformed API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_… with the whole key.
             *     - `missing_api_key`: No API key. Send the header Authorization: Bearer lunas_test_… or lunas_live_…
             *     - `revoked_api_key`: Revoked API key. Use another key; this one was ended by hand.
             *     - `unknown_api_key`: Unknown API key. Check that the key is complete, not revoked, and of this gateway.
             */
            401: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description Bearer. */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `insufficient_scope`: Not with this API key. Use a key that has what this address needs; /docs says what that is.
             *     - `platform_key`: A platform's key. Use an API key of the merchant.
             */
            403: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `endpoint_not_found`: No such endpoint. Check the id, and that the key is of the merchant and mode that made it. */
            404: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `endpoint_changed`: Changed by somebody else. Read the endpoint and try again. */
            409: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `body_too_large`: Body too large. A body has at most 64 KiB. */
            413: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `unsupported_media_type`: Unsupported content type. Send JSON with Content-Type: application/json, in UTF-8 and not compressed. */
            415: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `idempotency_key_reused`: Idempotency-Key used with another request. Use a new key for a new request; the same key only to repeat the same one.
             *     - `invalid_field`: A field that the provider would not take.
             *     - `invalid_idempotency_key`: Bad Idempotency-Key. Use 1 to 255 visible ASCII characters without spaces, for example a UUID, once per request.
             *     - `not_an_object`: Not a JSON object. Send a JSON object: {…}.
             *     - `unknown_field`: Unknown field. Leave it out; your own data goes into metadata.
             *     - `unknown_parameter`: Unknown query parameter. Leave it out, or see /openapi.yaml for its spelling.
             *     - `wrong_type`: Wrong type. See /openapi.yaml for the field's type.
             */
            422: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description - `internal`: Our mistake. Tell the operator the request id. */
            500: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description - `shutting_down`: Shutting down. Send the same request again, with the same Idempotency-Key.
             *     - `store_unavailable`: The database does not answer. Send the same request again, with the same Idempotency-Key.
             */
            503: {
                headers: {
                    /** @description Names this request in the gateway's log. */
                    "Request-Id"?: string;
                    /** @description In how many seconds to try again, if that is known. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
