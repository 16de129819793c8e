<?php
// Your return_url: verifies what the customer's browser brings back. PHP 8.1 or later, no library.
//
//   RETURN_KEY=retsec_… php -S 127.0.0.1:9001 return.php     the key: GET /v1/return_key
//
// A return is a hint and no proof of payment: it tells how the payment stood when the customer left its page. Ask for the
// payment (see pay.php), or wait for the webhook, before you hand anything out.
declare(strict_types=1);

/** What is said in the query of a return, or null for whatever the gateway has not signed for you. */
function lunas_return(string $key, string $query): ?array
{
    $values = [];
    foreach (explode('&', $query) as $pair) {
        [$name, $value] = explode('=', $pair, 2) + [1 => ''];
        $values[urldecode($name)][] = urldecode($value);
    }
    $said = [];
    foreach (['payment_id', 'reference', 'state', 'version', 'time'] as $name) {
        if (count($values[$name] ?? []) !== 1) {
            return null;
        }
        $said[$name] = $values[$name][0];
    }
    $mac = hash_hmac('sha256', "v1\n" . implode("\n", $said), base64_decode(substr($key, strlen('retsec_'))), true);
    $want = 'v1.' . rtrim(strtr(base64_encode($mac), '+/', '-_'), '=');
    $good = false;
    foreach (explode('~', $values['signature'][0] ?? '') as $given) { // several, while the gateway's key is rotated
        $good = hash_equals($want, $given) || $good;
    }
    return $good ? $said : null;
}

if (PHP_SAPI !== 'cli') {
    $returned = lunas_return((string) getenv('RETURN_KEY'), $_SERVER['QUERY_STRING'] ?? '');
    if ($returned === null) {
        http_response_code(400);
        exit('This link is not complete.');
    }
    echo 'Order ', htmlspecialchars($returned['reference']), ': ', htmlspecialchars($returned['state']); // now ask the API
}
