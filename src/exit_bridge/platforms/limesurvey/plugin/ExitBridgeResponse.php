<?php

/**
 * One completed response as it leaves: question codes and answer codes, the time in UTC, the language. Nothing else.
 *
 * Part of exit-bridge. SPDX-License-Identifier: MIT
 */
class ExitBridgeResponse
{
    /**
     * The body to send, as bytes of JSON.
     *
     * @return array{0: string, 1: string} the problem ('' for none; `gone`: there is nothing to send) and the body
     */
    public static function body(int $surveyId, int $responseId, int $completedAt): array
    {
        \Yii::import('application.helpers.common_helper', true); // the command line has not loaded it
        $survey = \Survey::model()->findByPk($surveyId);
        if (!$survey) {
            return ['gone', ''];
        }
        if ($survey->active !== 'Y') {
            return ['closed', ''];
        }
        $row = \Yii::app()->db->createCommand()->select('*')->from($survey->getResponsesTableName())
            ->where('id=:id', [':id' => $responseId])->queryRow();
        if (!$row && $responseId < (int) $survey->autonumber_start) {
            return ['closed', '']; // the survey was deactivated, which set it aside, and is active again without it
        }
        if (!$row || empty($row['submitdate'])) {
            return ['gone', ''];
        }
        $language = (string) $row['startlanguage'];
        $fields = createFieldMap($survey, 'full', true, false, $language);
        $submitted = self::utc((string) $row['submitdate'], (string) \Yii::app()->getConfig('timeadjust'), $completedAt);
        return ['', self::encode('completed', $surveyId, $responseId, $submitted, $language, self::answers($fields, $row))];
    }

    /** The body of a test: no response, no answer. */
    public static function test(int $surveyId, string $language): string
    {
        return self::encode('test', $surveyId, 0, null, $language, []);
    }

    /** Answers by LimeSurvey's expression codes: `code`, for a row of an array `code_row`. */
    private static function answers(array $fields, array $row): array
    {
        $answers = [];
        foreach ($fields as $column => $field) {
            // No question: dates, addresses, tokens. Uploads ('|') stay too: they are files, and their names may tell.
            if (empty($field['qid']) || empty($field['title']) || $field['type'] === '|' || !array_key_exists($column, $row)) {
                continue;
            }
            $code = $field['title'] . (($field['aid'] ?? '') !== '' ? '_' . $field['aid'] : '');
            if (!empty($field['scale'])) {
                $code .= '_' . (int) $field['scale_id'];
            }
            $value = $row[$column];
            if (($field['encrypted'] ?? 'N') === 'Y' && (string) $value !== '') {
                $value = \LSActiveRecord::decryptSingle($value);
            }
            if (in_array($field['type'], ['N', 'K'], true) && strpos((string) $value, '.') !== false) {
                $value = rtrim(rtrim($value, '0'), '.'); // kept as DECIMAL with ten places
            }
            $answers[$code] = $value === null ? null : (string) $value;
        }
        return $answers;
    }

    /**
     * LimeSurvey's local time, shifted by its "time difference" setting, as UTC; null where it keeps no date.
     *
     * In the hour that a clock change repeats there are two answers: the one nearer to `$near` is right.
     */
    public static function utc(string $local, string $shift, int $near)
    {
        $there = strtotime($local);
        if ($there === false || (int) date('Y', $there) < 1981) {
            return null; // anonymous surveys without dates store 1 January 1980
        }
        $best = null;
        foreach ([0, -3600, 3600] as $repeated) {
            $at = $there + $repeated;
            $at -= (strtotime($shift, $at) ?: $at) - $at;
            $same = date('Y-m-d H:i:s', strtotime($shift, $at) ?: $at) === date('Y-m-d H:i:s', $there);
            if ($same && ($best === null || abs($at - $near) < abs($best - $near))) {
                $best = $at;
            }
        }
        return $best === null ? null : gmdate('Y-m-d\TH:i:s\Z', $best);
    }

    private static function encode(string $event, int $survey, int $response, $submitted, string $language, array $answers): string
    {
        return json_encode([
            'source' => ExitBridgePost::AGENT,
            'event' => $event,
            'survey_id' => $survey,
            'response_id' => $response,
            'submitted_at' => $submitted,
            'language' => $language,
            'answers' => (object) $answers,
        ], JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES | JSON_INVALID_UTF8_SUBSTITUTE);
    }
}
