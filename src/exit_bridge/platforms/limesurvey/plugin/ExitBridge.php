<?php

/**
 * exit-bridge for LimeSurvey: sends each completed response, signed, to the address of its survey.
 *
 * Part of exit-bridge. SPDX-License-Identifier: MIT
 * For LimeSurvey 3.25 to 6.x with PHP 7.2 or later.
 */

if (!defined('BASEPATH')) {
    return; // uploaded plugins lie below the web root: asked for by itself, this file does nothing
}

require_once __DIR__ . '/ExitBridgePost.php';
require_once __DIR__ . '/ExitBridgeQueue.php';
require_once __DIR__ . '/ExitBridgeResponse.php';
require_once __DIR__ . '/ExitBridgeWords.php';

class ExitBridge extends \LimeSurvey\PluginManager\PluginBase
{
    /** Seconds: what a respondent may wait in all; after how many of them nothing more is begun. */
    const RESPONDENT_WAITS = 3.0;
    const BEGIN_WITHIN = 1.0;
    /** Seconds for everything that waits, and for one of it, when an administrator or cron sends it. */
    const ADMIN_WAITS = [20.0, 5.0];
    const CRON_WAITS = [50.0, 10.0];
    /** What is known to concern a receiver and not one response. */
    const NOBODY_THERE = ['timeout', 'unreachable', 'tls'];

    protected $storage = 'DbStorage';
    protected static $name = 'ExitBridge';
    protected static $description = 'Sends each completed response, signed, to your exit-bridge.';
    protected $encryptedSettings = ['secret'];
    public $allowedPublicMethods = [];

    public function init()
    {
        $events = ['afterSurveyComplete', 'beforeSurveySettings', 'newSurveySettings', 'afterSurveyDelete'];
        foreach (array_merge($events, ['beforeActivate', 'beforeDeactivate', 'direct']) as $event) {
            $this->subscribe($event);
        }
    }

    // -- sending ------------------------------------------------------------------------------------------------------

    /** A respondent has finished: whatever happens in here, they see their last page, and soon. */
    public function afterSurveyComplete()
    {
        $event = $this->event;
        $begun = microtime(true);
        $this->guarded(function () use ($event, $begun) {
            $survey = (int) $event->get('surveyId');
            $response = (int) $event->get('responseId');
            if (!$response || !$this->of($survey)['active']) {
                return;
            }
            $until = $begun + self::RESPONDENT_WAITS;
            list($problem, $reply) = $this->attempt($this->noted($survey, $response), $until);
            $this->showLink($event, $survey, $reply);
            $alive = $problem === '' ? $survey : 0;
            $silent = in_array($problem, self::NOBODY_THERE, true) ? [$this->of($survey)['address'] => true] : [];
            $rows = $this->queue()->due((int) $begun, 50, $alive);
            $this->sendAll($rows, $begun + self::BEGIN_WITHIN, $until, self::RESPONDENT_WAITS, $silent);
        });
    }

    /** php application/commands/console.php plugin --target=ExitBridge */
    public function direct()
    {
        if ($this->event->get('target') !== self::$name) {
            return;
        }
        list($within, $each) = self::CRON_WAITS;
        $until = microtime(true) + $within;
        $sent = $this->guarded(function () use ($until, $each) {
            return $this->sendAll($this->queue()->due(time(), 1000), $until, $until, $each);
        });
        $waiting = $this->guarded(function () {
            return $this->queue()->waiting();
        });
        echo $sent === null || $waiting === null
            ? "exit-bridge: could not work, see tmp/runtime/plugin.log\n"
            : "exit-bridge: $sent sent, $waiting waiting\n";
    }

    /** Note a response in the queue, so that it survives whatever follows; where that fails, it is still sent once. */
    private function noted(int $survey, int $response): array
    {
        $row = $this->guarded(function () use ($survey, $response) {
            try {
                return $this->queue()->add($survey, $response, time());
            } catch (\Throwable $fault) {
                $this->queue()->install(); // the table is missing, or older than this version
                return $this->queue()->add($survey, $response, time());
            }
        });
        return $row ?: ExitBridgeQueue::row($survey, $response, time());
    }

    /** Send rows until the time is up, leaving out receivers that are not there; how many were delivered? */
    private function sendAll(array $rows, float $begin, float $until, float $each, array $silent = []): int
    {
        $sent = 0;
        foreach ($rows as $row) {
            if (microtime(true) >= $begin) {
                break;
            }
            $address = $this->of((int) $row['survey_id'])['address'];
            $claimed = isset($silent[$address]) ? null : $this->queue()->claim($row, time());
            if ($claimed) {
                list($problem) = $this->attempt($claimed, min($until, microtime(true) + $each));
                $sent += $problem === '' ? 1 : 0;
                $silent += in_array($problem, self::NOBODY_THERE, true) ? [$address => true] : [];
            }
        }
        return $sent;
    }

    /** One attempt for a claimed row, noted as it went: the problem ('' for none) and the reply. */
    private function attempt(array $row, float $until): array
    {
        $survey = (int) $row['survey_id'];
        list($problem, $body) = $this->guarded(function () use ($survey, $row) {
            return ExitBridgeResponse::body($survey, (int) $row['response_id'], (int) $row['completed_at']);
        }) ?: ['internal', ''];
        // The same content of the same completion has the same id, however often it is tried.
        $id = 'lime_' . substr(hash('sha256', $row['nonce'] . "\n" . $body), 0, 32);
        $reply = [];
        if ($problem === '') {
            list($problem, $reply) = $this->post($survey, $id, $body, $until);
        }
        $this->guarded(function () use ($row, $survey, $problem, $reply) {
            if ($problem === '' || $problem === 'gone') {
                $this->queue()->remove($row);
            } else {
                $this->queue()->failed($row, $problem, time());
            }
            if ($problem === 'timeout') {
                $this->queue()->postpone($survey, time() + ExitBridgeQueue::AFTER_SILENCE[0]);
            }
            $this->remember($survey, $problem, $reply);
        });
        $outcome = $problem === '' ? 'delivered' : ($problem === 'gone' ? 'no longer there' : "not delivered: $problem");
        $this->log("survey $survey response {$row['response_id']} $outcome", $problem === '' ? 'info' : 'warning');
        return [$problem, $reply];
    }

    /** Post a body to the address of a survey. */
    private function post(int $survey, string $id, string $body, float $until): array
    {
        $of = $this->of($survey);
        if (!$of['active']) {
            return ['off', []];
        }
        $problem = $this->refused($of['address']) ?: (ExitBridgePost::key($of['secret']) === '' ? 'secret' : '');
        if ($problem !== '') {
            return [$problem, []];
        }
        $headers = ExitBridgePost::headers($of['secret'], $id, time(), $body);
        return ExitBridgePost::send($of['address'], $body, $headers, $until - microtime(true));
    }

    /** One paragraph on the last page, where the survey wants it and the reply has a link. */
    private function showLink($event, int $survey, array $reply)
    {
        $link = $reply['report_url'] ?? null;
        if ($this->of($survey)['show_link'] && ExitBridgePost::isSafeLink($link)) {
            $words = $this->gT('Read your report');
            $link = htmlspecialchars($link, ENT_QUOTES, 'UTF-8');
            // In the colour of the text: that of links is too pale in LimeSurvey's own themes.
            $style = 'color:inherit;text-decoration:underline';
            $paragraph = "<p><a href=\"$link\" rel=\"noopener noreferrer\" style=\"$style\">$words</a></p>";
            $event->setContent($this, $paragraph, null, 'exit-bridge-report');
        }
    }

    // -- settings of a survey -----------------------------------------------------------------------------------------

    public function beforeSurveySettings()
    {
        $event = $this->event;
        $survey = (int) $event->get('survey');
        $of = $this->of($survey);
        $state = $this->guarded(function () use ($survey) {
            return ExitBridgeWords::state($this, $this->state($survey), $this->queue()->waiting($survey));
        });
        $event->set("surveysettings.{$this->id}", [
            'name' => self::$name,
            'settings' => ExitBridgeWords::surveySettings($this, $of, $state ?? ''),
        ]);
    }

    public function newSurveySettings()
    {
        $event = $this->event;
        $survey = (int) $event->get('survey');
        $given = (array) $event->get('settings');
        unset($_POST['plugin'][self::$name]['secret']); // LimeSurvey repeats what was posted in its answer
        $this->guarded(function () use ($survey, $given) {
            $this->saveSurvey($survey, $given);
        });
    }

    private function saveSurvey(int $survey, array $given)
    {
        $address = trim((string) ($given['address'] ?? ''));
        $secret = trim((string) ($given['secret'] ?? ''));
        $same = in_array($address, ['', $this->of($survey)['address']], true);
        $problem = $address === '' ? '' : $this->refused($address);
        $problem = $problem === '' && !$same ? ExitBridgePost::leads($address) : $problem;
        if ($problem === '') {
            $this->set('address', $address, 'Survey', $survey);
        } else {
            $this->tell($problem);
        }
        if ($secret !== '' && ExitBridgePost::key($secret) !== '') {
            $this->set('secret', $secret, 'Survey', $survey);
        } elseif ($secret !== '') {
            $this->tell('secret');
        }
        $of = $this->of($survey);
        $missing = $this->refused($of['address']) ?: (ExitBridgePost::key($of['secret']) === '' ? 'secret' : '');
        $wanted = !empty($given['active']);
        if ($wanted && $missing !== '') {
            $this->tell('incomplete');
        }
        $this->set('active', $wanted && $missing === '' ? '1' : '0', 'Survey', $survey);
        $this->set('show_link', empty($given['show_link']) ? '0' : '1', 'Survey', $survey);
        if (!empty($given['send_test'])) {
            $this->sendTest($survey);
        }
    }

    /** Show the coordinator that it works, or why not. */
    private function sendTest(int $survey)
    {
        $model = \Survey::model()->findByPk($survey);
        $body = ExitBridgeResponse::test($survey, $model ? (string) $model->language : 'en');
        $id = 'lime_test_' . bin2hex(random_bytes(16));
        list($problem, $reply) = $this->post($survey, $id, $body, microtime(true) + self::ADMIN_WAITS[1]);
        $this->tell($problem === '' ? 'tested' : $problem, $problem === '' ? 'success' : 'error');
        $this->log("survey $survey test " . ($problem === '' ? 'delivered' : "not delivered: $problem"), 'info');
    }

    public function afterSurveyDelete()
    {
        $event = $this->event;
        $this->guarded(function () use ($event) {
            $survey = (int) $event->get('model')->sid;
            $mine = ['plugin_id' => $this->id, 'model' => 'Survey', 'model_id' => $survey];
            \PluginSetting::model()->deleteAllByAttributes($mine);
            $this->queue()->forget($survey);
        });
    }

    // -- settings of the installation ---------------------------------------------------------------------------------

    public function getPluginSettings($getValues = true)
    {
        $waiting = $getValues ? $this->guarded(function () {
            return $this->queue()->waiting();
        }) : 0;
        $this->settings = ExitBridgeWords::globalSettings($this, (int) $waiting);
        return parent::getPluginSettings($getValues);
    }

    public function saveSettings($settings)
    {
        if (\Permission::model()->hasGlobalPermission('superadmin', 'read')) {
            preg_match_all('~(?:https?://)?([^\s,/:\[\]]+|\[[0-9a-fA-F:.]+\])[^\s,]*~', (string) $settings['hosts'], $found);
            $this->set('hosts', strtolower(str_replace(['[', ']'], '', implode("\n", $found[1]))));
            $this->set('allow_http', empty($settings['allow_http']) ? '0' : '1');
        } else {
            $this->tell('superadmin');
        }
        if (!empty($settings['send_now'])) {
            $this->guarded(function () {
                list($within, $each) = self::ADMIN_WAITS;
                $until = microtime(true) + $within;
                $sent = $this->sendAll($this->queue()->unclaimed(time(), 1000), $until, $until, $each);
                $this->flash(ExitBridgeWords::sent($this, $sent, $this->queue()->waiting()), 'success');
            });
        }
    }

    /** The table is made here, and again by the first completion that finds it missing. */
    public function beforeActivate()
    {
        try {
            $this->queue()->install();
        } catch (\Throwable $fault) {
            $this->event->set('success', false);
            $this->event->set('message', $this->gT('The table of waiting responses could not be made. See tmp/runtime/plugin.log.'));
            $this->logFault($fault);
        }
    }

    /** An empty table goes; what waits stays for the day the plugin is switched on again. */
    public function beforeDeactivate()
    {
        $this->guarded(function () {
            $this->queue()->removeIfEmpty();
        });
    }

    // -- small things -------------------------------------------------------------------------------------------------

    /** The settings of a survey. */
    private function of(int $survey): array
    {
        $of = [];
        foreach (['active' => '0', 'address' => '', 'secret' => '', 'show_link' => '0'] as $name => $default) {
            $value = $this->get($name, 'Survey', $survey, $default);
            $of[$name] = is_string($value) ? $value : $default;
        }
        return ['active' => $of['active'] === '1', 'show_link' => $of['show_link'] === '1'] + $of;
    }

    private function refused(string $address): string
    {
        $hosts = preg_split('~\s+~', (string) $this->get('hosts', null, null, ''), -1, PREG_SPLIT_NO_EMPTY);
        return ExitBridgePost::refused($address, $this->get('allow_http', null, null, '0') === '1', $hosts);
    }

    /** What the settings page tells: when the last delivery and the last problem were. */
    private function state(int $survey): array
    {
        $state = $this->get('state', 'Survey', $survey, []);
        return is_array($state) ? (isset($state[0]) ? (array) end($state) : $state) : [];
    }

    private function remember(int $survey, string $problem, array $reply)
    {
        $word = preg_replace('~[^a-z_]~', '', substr((string) ($reply['status'] ?? ''), 0, 30));
        $news = $problem === ''
            ? ['delivered_at' => time(), 'delivered_as' => $word]
            : ['problem_at' => time(), 'problem' => $problem];
        if ($problem !== 'gone') {
            $this->set('state', $news + $this->state($survey), 'Survey', $survey);
        }
    }

    private function queue(): ExitBridgeQueue
    {
        return new ExitBridgeQueue(\Yii::app()->db);
    }

    private function tell(string $problem, string $kind = 'error')
    {
        $this->flash(ExitBridgeWords::problem($this, $problem), $kind);
    }

    private function flash(string $words, string $kind)
    {
        \Yii::app()->setFlashMessage(htmlspecialchars('exit-bridge: ' . $words, ENT_QUOTES, 'UTF-8'), $kind);
    }

    /** Run something; a fault is logged and answered with null, and no warning becomes somebody's error page. */
    private function guarded(callable $work)
    {
        set_error_handler(function () {
            return true;
        });
        try {
            return $work();
        } catch (\Throwable $fault) {
            $this->logFault($fault);
            return null;
        } finally {
            restore_error_handler();
        }
    }

    /** Where it broke, without the message: a message of the database may quote an answer. */
    private function logFault(\Throwable $fault)
    {
        try {
            $here = [];
            foreach ($fault->getTrace() as $step) {
                if (strpos($step['file'] ?? '', __DIR__) === 0) {
                    $here[] = basename($step['file']) . ':' . $step['line'];
                }
            }
            $this->log(get_class($fault) . ' at ' . basename($fault->getFile()) . ':' . $fault->getLine()
                . ' from ' . implode(' ', array_slice($here, 0, 4)), 'error');
        } catch (\Throwable $even) {
            return; // no log, no plugin: the respondent still goes on
        }
    }
}
