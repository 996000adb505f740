<?php

/**
 * What the settings pages say, in plain words, through LimeSurvey's translation.
 *
 * Part of exit-bridge. SPDX-License-Identifier: MIT
 */
class ExitBridgeWords
{
    /** The fields of a survey's settings page. The stored secret is never among them. */
    public static function surveySettings($plugin, array $of, string $state): array
    {
        $t = self::translator($plugin);
        $stored = $of['secret'] === '' ? $t('No secret is stored yet.') : $t('A secret is stored. Leave this empty to keep it.');
        return [
            'state' => ['type' => 'info', 'label' => $t('State'), 'content' => "<p>$state</p>"],
            'active' => [
                'type' => 'boolean',
                'label' => $t('Send completed responses to exit-bridge'),
                'current' => $of['active'] ? '1' : '0',
            ],
            'address' => [
                'type' => 'string',
                'label' => $t('Address of the hook'),
                'help' => $t('As exit-bridge shows it, such as https://bridge.example/hooks/staying-close'),
                'current' => $of['address'],
                'htmlOptions' => ['autocomplete' => 'off', 'spellcheck' => 'false'],
            ],
            'secret' => [
                'type' => 'password',
                'label' => $t('Secret'),
                'help' => $t('It begins with whsec_ and is the same in exit-bridge.') . ' ' . $stored,
                'htmlOptions' => ['autocomplete' => 'new-password'],
            ],
            'show_link' => [
                'type' => 'boolean',
                'label' => $t('Show the link to the report on the last page'),
                'help' => $t('Where exit-bridge answers with one. Anybody at that screen can open it.'),
                'current' => $of['show_link'] ? '1' : '0',
            ],
            'send_test' => [
                'type' => 'boolean',
                'label' => $t('Send a test when I save'),
                'help' => $t('It holds no answers. The result is shown at once.'),
                'current' => '0',
            ],
        ];
    }

    /** The fields of the plugin's own page. */
    public static function globalSettings($plugin, int $waiting): array
    {
        $t = self::translator($plugin);
        $button = '<button type="submit" name="send_now" value="1" class="btn btn-outline-secondary btn-default">'
            . $t('Try sending now') . '</button>';
        return [
            'send_now' => [
                'type' => 'info',
                'label' => $t('Responses waiting in all surveys:') . " $waiting",
                'content' => $button,
            ],
            'allow_http' => [
                'type' => 'boolean',
                'label' => $t('Allow addresses with http:// inside our network'),
                'help' => $t('Answers then cross your network unencrypted. For superadministrators only.'),
                'default' => '0',
            ],
            'hosts' => [
                'type' => 'text',
                'label' => $t('Surveys may send to these servers only'),
                'help' => $t('One name on each line, such as bridge.example. Empty: any server. For superadministrators only.'),
                'default' => '',
            ],
        ];
    }

    /** The state of a survey as HTML. */
    public static function state($plugin, array $state, int $waiting): string
    {
        $t = self::translator($plugin);
        $lines = [$t('Responses waiting to be sent:') . " $waiting."];
        if (isset($state['delivered_at'])) {
            $word = $state['delivered_as'] ?? '';
            $lines[] = $t('Last delivered:') . ' ' . self::time($state['delivered_at']) . ($word === '' ? '' : " ($word)") . '.';
            if ($word === 'quarantined') {
                $lines[] = $t('exit-bridge keeps it but could not read it: its administrator sees why with "exit-bridge quarantine".');
            }
        } else {
            $lines[] = $t('Nothing delivered yet.');
        }
        if (isset($state['problem_at']) && ($waiting > 0 || $state['problem_at'] >= ($state['delivered_at'] ?? 0))) {
            $lines[] = $t('Last problem:') . ' ' . self::time($state['problem_at']) . '. '
                . self::escape(self::problem($plugin, $state['problem']));
        }
        return implode('<br>', $lines);
    }

    /** What came of "Try sending now", as plain text. */
    public static function sent($plugin, int $sent, int $waiting): string
    {
        return $plugin->gT('Delivered now:', 'unescaped') . " $sent. "
            . $plugin->gT('Still waiting:', 'unescaped') . " $waiting.";
    }

    /** A problem and what to do about it, as plain text. */
    public static function problem($plugin, string $problem): string
    {
        $words = [
            'tested' => 'The test was delivered: address and secret are right.',
            'timeout' => 'exit-bridge did not answer in time. It is tried again; if this goes on, ask who runs it whether it is overloaded.',
            'unreachable' => 'No connection to exit-bridge. Check the address, that exit-bridge is running, and that no firewall stands between.',
            'tls' => 'The certificate of the address could not be trusted, so nothing was sent. Ask who runs exit-bridge to renew it; a certificate of your own authority must be known to PHP on this server.',
            'redirect' => 'The address sends on to another one, which is never followed. Enter the address that exit-bridge shows, exactly.',
            'http_401' => 'exit-bridge does not know this survey or this secret. Compare the address and the secret on both sides, and the clock of this server.',
            'http_413' => 'The response is larger than exit-bridge accepts. Ask who runs it.',
            'http_503' => 'exit-bridge is there but cannot store anything just now. It is tried again.',
            'too_large' => 'The answer was far too long for exit-bridge. Check the address.',
            'reply' => 'Something answered, but not exit-bridge: perhaps a sign-in page or a proxy. Check the address.',
            'address' => 'The address is not complete. Enter it as exit-bridge shows it, with https:// at the front.',
            'scheme' => 'The address must begin with https://. A superadministrator can allow http:// inside your network.',
            'host' => 'Surveys here may not send to this server. A superadministrator can add it on the page of this plugin.',
            'secret' => 'The secret is missing or not complete. Copy it from exit-bridge; it begins with whsec_.',
            'incomplete' => 'Sending stays off until there is a good address and a secret.',
            'off' => 'Sending is switched off. Switch it on to send what waits.',
            'closed' => 'The survey was deactivated, which sets its responses aside where they cannot be read. They are sent when the survey has them back under their old numbers.',
            'superadmin' => 'The settings of this page were not changed: only a superadministrator may.',
            'internal' => 'The plugin itself failed. Look into tmp/runtime/plugin.log on this server and report it.',
        ];
        if (isset($words[$problem])) {
            return $plugin->gT($words[$problem], 'unescaped');
        }
        $other = 'exit-bridge answered with an error. Ask who runs it to look into its log.';
        return $plugin->gT($other, 'unescaped') . ' (' . preg_replace('~[^a-z0-9_]~', '', $problem) . ')';
    }

    private static function time($unix): string
    {
        return gmdate('j M Y, H:i', (int) $unix) . ' UTC';
    }

    private static function escape(string $text): string
    {
        return htmlspecialchars($text, ENT_QUOTES, 'UTF-8');
    }

    /** Translated and escaped. */
    private static function translator($plugin): callable
    {
        return function (string $words) use ($plugin) {
            return self::escape($plugin->gT($words, 'unescaped'));
        };
    }
}
