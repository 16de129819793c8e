<?php
// A receiver of webhooks in PHP, without a library. Try it: WEBHOOK_SECRET=whsec_… php -S 127.0.0.1:9000 receiver.php
$body = file_get_contents('php://input');
$id = $_SERVER['HTTP_WEBHOOK_ID'] ?? '';
$time = $_SERVER['HTTP_WEBHOOK_TIMESTAMP'] ?? '';
$key = base64_decode(substr(getenv('WEBHOOK_SECRET'), strlen('whsec_')));
$want = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$time.$body", $key, true));
$good = array_filter(explode(' ', $_SERVER['HTTP_WEBHOOK_SIGNATURE'] ?? ''), fn ($given) => hash_equals($want, $given));
if (!$good || abs(time() - (int) $time) > 300) {
    http_response_code(401);
    exit;
}
error_log($body); // keep it, then answer, then work
