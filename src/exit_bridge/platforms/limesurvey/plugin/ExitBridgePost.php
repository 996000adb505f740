<?php

/**
 * One signed POST: which addresses are allowed, how it is signed (Standard Webhooks), and a reply within a time limit.
 *
 * Part of exit-bridge. SPDX-License-Identifier: MIT
 * PHP 7.2 and later; knows nothing of LimeSurvey.
 */
class ExitBridgePost
{
    const REPLY_CAP = 65536;
    const AGENT = 'exit-bridge-limesurvey/1';

    /**
     * Why an address may not be used (a problem), or '' where it may. Looks up no name, which nothing here can limit in
     * time: where an http address of a name leads was looked at by `leads` when it was saved.
     */
    public static function refused(string $address, bool $httpInside, array $hosts): string
    {
        $parts = parse_url($address);
        $plain = preg_match('~^[\x21-\x7e]{1,2000}$~', $address) && is_array($parts) && !empty($parts['host'])
            && !isset($parts['user']) && !isset($parts['pass']) && !isset($parts['fragment']);
        if (!$plain) {
            return 'address';
        }
        $scheme = strtolower($parts['scheme'] ?? '');
        $host = strtolower(trim($parts['host'], '[]'));
        if ($hosts && !in_array($host, $hosts, true)) {
            return 'host';
        }
        if ($scheme === 'https' || ($scheme === 'http' && self::isLoopback($host))) {
            return '';
        }
        if ($scheme !== 'http' || !$httpInside) {
            return 'scheme';
        }
        return filter_var($host, FILTER_VALIDATE_IP) && !self::areInside([$host]) ? 'scheme' : '';
    }

    /** Where an http address of a name leads: 'scheme' if not into this network, 'unreachable' if nowhere, '' if it may. */
    public static function leads(string $address): string
    {
        $parts = parse_url($address);
        $host = strtolower(trim($parts['host'] ?? '', '[]'));
        if (strtolower($parts['scheme'] ?? '') !== 'http' || self::isLoopback($host) || filter_var($host, FILTER_VALIDATE_IP)) {
            return '';
        }
        $found = gethostbynamel($host) ?: [];
        return $found ? (self::areInside($found) ? '' : 'scheme') : 'unreachable';
    }

    /** May a link be shown to a respondent? */
    public static function isSafeLink($link): bool
    {
        return is_string($link) && self::refused($link, false, []) === '';
    }

    public static function isLoopback(string $host): bool
    {
        return in_array($host, ['127.0.0.1', '::1', 'localhost'], true);
    }

    /** Does every address belong to a private network (or to this machine)? */
    private static function areInside(array $addresses): bool
    {
        foreach ($addresses as $one) {
            if (strpos($one, '127.') !== 0 && filter_var($one, FILTER_VALIDATE_IP, FILTER_FLAG_NO_PRIV_RANGE) !== false) {
                return false;
            }
        }
        return true;
    }

    /** The key inside `whsec_<base64>`, or '' where it holds none of at least 128 bits. */
    public static function key(string $secret): string
    {
        $key = strpos($secret, 'whsec_') === 0 ? base64_decode(substr($secret, 6), true) : '';
        return is_string($key) && strlen($key) >= 16 ? $key : '';
    }

    /** The headers of one attempt. The id stays the same over all attempts, the time is this attempt's. */
    public static function headers(string $secret, string $id, int $now, string $body): array
    {
        $signature = base64_encode(hash_hmac('sha256', "$id.$now.$body", self::key($secret), true));
        return [
            'Content-Type: application/json',
            'Accept: application/json',
            'User-Agent: ' . self::AGENT,
            "webhook-id: $id",
            "webhook-timestamp: $now",
            "webhook-signature: v1,$signature",
        ];
    }

    /**
     * Post a body and read the reply, all within `seconds`. Never follows a redirect, always checks certificates.
     *
     * @return array{0: string, 1: array} the problem ('' for none) and the parsed reply
     */
    public static function send(string $address, string $body, array $headers, float $seconds, bool $curl = true): array
    {
        if ($seconds < 0.1) {
            return ['timeout', []];
        }
        list($problem, $status, $reply) = $curl && function_exists('curl_init')
            ? self::byCurl($address, $body, $headers, $seconds)
            : self::byStream($address, $body, $headers, microtime(true) + $seconds);
        if ($problem !== '') {
            return [$problem, []];
        }
        if ($status !== 200) {
            return [$status >= 300 && $status < 400 ? 'redirect' : 'http_' . $status, []];
        }
        $parsed = json_decode($reply, true, 32);
        $ours = is_array($parsed) && is_string($parsed['status'] ?? null) && $parsed['status'] !== '';
        return $ours ? ['', $parsed] : ['reply', []];
    }

    private static function byCurl(string $address, string $body, array $headers, float $seconds): array
    {
        $reply = '';
        $handle = curl_init();
        $milliseconds = (int) ($seconds * 1000);
        curl_setopt_array($handle, [
            CURLOPT_URL => $address,
            CURLOPT_PROTOCOLS => CURLPROTO_HTTP | CURLPROTO_HTTPS,
            CURLOPT_POST => true,
            CURLOPT_POSTFIELDS => $body,
            CURLOPT_HTTPHEADER => array_merge($headers, ['Expect:']),
            CURLOPT_FOLLOWLOCATION => false,
            CURLOPT_NOSIGNAL => true,
            CURLOPT_CONNECTTIMEOUT_MS => $milliseconds,
            CURLOPT_TIMEOUT_MS => $milliseconds,
            CURLOPT_SSL_VERIFYPEER => true,
            CURLOPT_SSL_VERIFYHOST => 2,
            CURLOPT_WRITEFUNCTION => function ($handle, $part) use (&$reply) {
                $reply .= $part;
                return strlen($reply) > self::REPLY_CAP ? 0 : strlen($part);
            },
        ]);
        if (stripos($address, 'http:') === 0) {
            curl_setopt($handle, CURLOPT_PROXY, '');
        }
        curl_exec($handle);
        $fault = curl_errno($handle);
        $status = (int) curl_getinfo($handle, CURLINFO_RESPONSE_CODE);
        curl_close($handle);
        if (strlen($reply) > self::REPLY_CAP) {
            return ['too_large', 0, ''];
        }
        // Numbers, because not every name is defined in every version: 28 time, 35 51 53 54 58 59 60 64 66 77 80 82 83 90 91 TLS.
        $tls = [35, 51, 53, 54, 58, 59, 60, 64, 66, 77, 80, 82, 83, 90, 91];
        $problem = $fault === 28 ? 'timeout' : (in_array($fault, $tls, true) ? 'tls' : 'unreachable');
        return [$fault === 0 ? '' : $problem, $status, $reply];
    }

    /** For servers without cURL. Looking up a name is the one step whose time PHP cannot limit here. */
    private static function byStream(string $address, string $body, array $headers, float $deadline): array
    {
        $parts = parse_url($address);
        $tls = strtolower($parts['scheme']) === 'https';
        $host = trim($parts['host'], '[]');
        $port = $parts['port'] ?? ($tls ? 443 : 80);
        $options = ['ssl' => ['verify_peer' => true, 'verify_peer_name' => true, 'peer_name' => $host, 'SNI_enabled' => true]];
        $where = strpos($host, ':') === false ? $host : "[$host]";
        $socket = @stream_socket_client(
            "tcp://$where:$port",
            $number,
            $message,
            max(0.1, $deadline - microtime(true)),
            STREAM_CLIENT_CONNECT,
            stream_context_create($options)
        );
        if (!$socket) {
            return [microtime(true) >= $deadline ? 'timeout' : 'unreachable', 0, ''];
        }
        stream_set_blocking($socket, false);
        $problem = $tls ? self::startTls($socket, $deadline) : '';
        $target = ($parts['path'] ?? '/') . (isset($parts['query']) ? '?' . $parts['query'] : '');
        $lines = array_merge(["POST $target HTTP/1.0", 'Host: ' . $where . (isset($parts['port']) ? ":$port" : '')], $headers);
        $request = implode("\r\n", $lines) . "\r\nContent-Length: " . strlen($body) . "\r\nConnection: close\r\n\r\n" . $body;
        $answer = '';
        while ($problem === '' && ($request !== '' || !feof($socket))) {
            if (!self::ready($socket, $request !== '', $deadline)) {
                $problem = 'timeout';
            } elseif ($request !== '') {
                $written = @fwrite($socket, $request);
                $problem = $written === false ? 'unreachable' : '';
                $request = substr($request, (int) $written);
            } else {
                $answer .= (string) fread($socket, 8192);
                $problem = strlen($answer) > 2 * self::REPLY_CAP ? 'too_large' : '';
            }
        }
        fclose($socket);
        $halves = explode("\r\n\r\n", $answer, 2);
        if ($problem === '' && (count($halves) < 2 || !preg_match('~^HTTP/1\.[01] ([0-9]{3})\b~', $answer, $found))) {
            $problem = 'unreachable';
        }
        if ($problem === '' && strlen($halves[1]) > self::REPLY_CAP) {
            $problem = 'too_large';
        }
        return $problem === '' ? ['', (int) $found[1], $halves[1]] : [$problem, 0, ''];
    }

    /** The problem of a TLS handshake, or ''. */
    private static function startTls($socket, float $deadline): string
    {
        while (($done = @stream_socket_enable_crypto($socket, true, STREAM_CRYPTO_METHOD_TLS_CLIENT)) === 0) {
            if (!self::ready($socket, false, $deadline)) {
                return 'timeout';
            }
        }
        return $done === true ? '' : 'tls';
    }

    /** Wait until a socket can be read or written; false when the time is up. */
    private static function ready($socket, bool $write, float $deadline): bool
    {
        $left = $deadline - microtime(true);
        $reading = $write ? null : [$socket];
        $writing = $write ? [$socket] : null;
        $except = null;
        return $left > 0
            && (bool) @stream_select($reading, $writing, $except, (int) $left, (int) (($left - (int) $left) * 1000000));
    }
}
