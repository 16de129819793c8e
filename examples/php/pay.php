<?php
// Asks a customer for a payment, waits for its end, and prints the state. PHP 8.1 or later, no library.
//
//   LUNAS_URL=http://127.0.0.1:8080 LUNAS_API_KEY=lunas_test_… php pay.php 12500 INV-1 081211111111
declare(strict_types=1);

final class LunasException extends RuntimeException
{
    /** $problem is the gateway's problem document; decide by its code, which is stable. */
    public function __construct(public readonly int $status, public readonly array $problem)
    {
        parent::__construct(($problem['code'] ?? "HTTP $status") . ': ' . ($problem['detail'] ?? 'no answer of a gateway'));
    }
}

/** One request. $key makes a POST safe to repeat: the same key never pays twice. */
function lunas(string $method, string $path, ?array $body = null, ?string $key = null): array
{
    $headers = ['Authorization: Bearer ' . getenv('LUNAS_API_KEY')];
    if ($body !== null) {
        $headers[] = 'Content-Type: application/json';
    }
    if ($key !== null) {
        $headers[] = "Idempotency-Key: $key";
    }
    $context = stream_context_create(['http' => [
        'method' => $method, 'header' => $headers, 'timeout' => 80, 'ignore_errors' => true, 'follow_location' => 0,
        'content' => $body === null ? '' : json_encode($body, JSON_THROW_ON_ERROR),
    ]]);
    for ($try = 1; ; $try++) {
        $http_response_header = [];
        $answer = @file_get_contents(rtrim((string) getenv('LUNAS_URL'), '/') . $path, false, $context);
        $status = (int) (explode(' ', $http_response_header[0] ?? '')[1] ?? 0);
        $content = json_decode((string) $answer, true);
        if ($status >= 200 && $status < 300 && is_array($content)) {
            return $content;
        }
        // No answer, or not now: the same request again, which is safe for a GET and with a key.
        $again = in_array($status, [0, 429, 502, 503, 504], true) && ($method === 'GET' || $key !== null);
        $pause = max(2 ** ($try - 1), (int) ($content['retry_after'] ?? 0));
        if (!$again || $try === 5 || $pause > 30) {
            throw new LunasException($status, is_array($content) ? $content : []);
        }
        sleep($pause);
    }
}

[, $amount, $reference, $phone] = $argv + [null, null, null, null];
if ($phone === null || !ctype_digit($amount)) {
    fwrite(STDERR, "usage: pay.php AMOUNT REFERENCE PHONE, for example: pay.php 12500 INV-1 081211111111\n");
    exit(2);
}
try {
    // The order's number as key: should this script die and run again, it finds the payment instead of making another.
    $payment = lunas('POST', '/v1/payments', [
        'amount' => (int) $amount, 'reference' => $reference, 'method' => 'ovo_push', 'phone' => $phone,
    ], "order-$reference");
    $settled = ['paid', 'declined', 'expired', 'canceled', 'reversed', 'voided', 'refunded', 'review'];
    while (!in_array($payment['state'], $settled, true)) {
        $began = microtime(true);
        $payment = lunas('GET', "/v1/payments/{$payment['id']}?wait=50");
        usleep((int) max(0, 1e6 * (1 - (microtime(true) - $began)))); // a gateway that stops does not wait
    }
    echo $payment['id'], ' ', $payment['state'], "\n";
    if (isset($payment['failure'])) {
        echo $payment['failure']['message']['id'], "\n"; // for the customer, in Indonesian; en is English
    }
    exit($payment['state'] === 'paid' ? 0 : 3);
} catch (LunasException $e) {
    fwrite(STDERR, $e->getMessage() . "\n" . ($e->problem['hint'] ?? '') . "\n");
    exit(1);
}
