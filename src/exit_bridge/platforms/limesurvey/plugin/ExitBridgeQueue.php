<?php

/**
 * The responses still to be sent: ids only, never an answer.
 *
 * A row is written before the first attempt and deleted after a 200. Answers are read again from the response table
 * for every attempt: nothing personal is kept twice, a deleted response is gone here too, and an edit sends its newest
 * state. One row for each response; `nonce` tells one completion of it from the next.
 *
 * A row is claimed by a conditional UPDATE, so that two requests never post it at the same time; the claim of a
 * process that died runs out.
 *
 * Part of exit-bridge. SPDX-License-Identifier: MIT
 */
class ExitBridgeQueue
{
    const TABLE = '{{exitbridge_queue}}';
    const LEASE = 60;
    /**
     * Seconds to the next attempt, by the number of attempts made; `AFTER_SILENCE` where the receiver cost a time-out.
     * One second, so that the next completion tries again, but not the request that has just failed.
     */
    const AFTER_ANSWER = [1, 60, 300, 900, 3600];
    const AFTER_SILENCE = [60, 300, 900, 3600];

    const COLUMNS = [
        'id' => 'pk',
        'survey_id' => 'integer NOT NULL',
        'response_id' => 'integer NOT NULL',
        'nonce' => 'string NOT NULL',
        'completed_at' => 'bigint NOT NULL',
        'attempts' => 'integer NOT NULL DEFAULT 0',
        'due_at' => 'bigint NOT NULL DEFAULT 0',
        'claim' => 'string',
        'claimed_until' => 'bigint NOT NULL DEFAULT 0',
        'problem' => 'string',
    ];

    /** @var object Yii's database connection */
    private $db;

    public function __construct($db)
    {
        $this->db = $db;
    }

    /** Make the table, or add the columns a newer version needs. Does nothing where all is there. */
    public function install()
    {
        try {
            $row = $this->select()->limit(1)->queryRow();
        } catch (\Throwable $missing) {
            $this->db->createCommand()->createTable(self::TABLE, self::COLUMNS);
            $this->db->createCommand()
                ->createIndex('{{exitbridge_queue_response}}', self::TABLE, 'survey_id,response_id', true);
            return;
        }
        foreach (self::COLUMNS as $name => $type) {
            if ($row ? !array_key_exists($name, $row) : !$this->hasColumn($name)) {
                $this->db->createCommand()->addColumn(self::TABLE, $name, $type);
            }
        }
    }

    /** Remove the table where nothing waits in it; did that happen? */
    public function removeIfEmpty(): bool
    {
        if ($this->waiting() > 0) {
            return false;
        }
        $this->db->createCommand()->dropTable(self::TABLE);
        return true;
    }

    /** Note a completed response, claimed for the caller. A row of the same response starts again with this one. */
    public function add(int $survey, int $response, int $now): array
    {
        $row = self::row($survey, $response, $now);
        $fresh = array_diff_key($row, ['id' => 0, 'survey_id' => 0, 'response_id' => 0]);
        $same = 'survey_id=:survey AND response_id=:response';
        $named = [':survey' => $survey, ':response' => $response];
        if (!$this->db->createCommand()->update(self::TABLE, $fresh, $same, $named)) {
            try {
                $this->db->createCommand()->insert(self::TABLE, array_diff_key($row, ['id' => 0]));
            } catch (\Throwable $twin) {
                // Another request noted the same response just now; without a row, the fault is a real one.
                if (!$this->db->createCommand()->update(self::TABLE, $fresh, $same, $named)) {
                    throw $twin;
                }
            }
        }
        return $row;
    }

    /** A row as it is written, for a completed response that could not be noted too. */
    public static function row(int $survey, int $response, int $now): array
    {
        return [
            'survey_id' => $survey,
            'response_id' => $response,
            'nonce' => bin2hex(random_bytes(16)),
            'completed_at' => $now,
            'attempts' => 0,
            'due_at' => $now,
            'claim' => bin2hex(random_bytes(16)),
            'claimed_until' => $now + self::LEASE,
            'problem' => null,
        ];
    }

    /** Up to `limit` rows that nobody is sending, oldest first: those that are due, and of the survey `alive` more. */
    public function due(int $now, int $limit, int $alive = 0): array
    {
        // A receiver that has just answered gets what waits for it, unless it has refused exactly that.
        $condition = 'claimed_until<:now AND (due_at<=:due OR (survey_id=:alive AND (problem IS NULL OR'
            . " problem IN ('timeout', 'unreachable', 'tls'))))";
        return $this->oldest($limit, $condition, [':now' => $now, ':due' => $now, ':alive' => $alive]);
    }

    /** Up to `limit` rows that nobody is sending, due or not. */
    public function unclaimed(int $now, int $limit): array
    {
        return $this->oldest($limit, 'claimed_until<:now', [':now' => $now]);
    }

    private function oldest(int $limit, string $condition, array $named): array
    {
        return $this->select()->where($condition, $named)->order('completed_at, id')->limit($limit)->queryAll();
    }

    /** Take a row for one attempt: the row with the claim in it, or null where somebody else was first. */
    public function claim(array $row, int $now)
    {
        $claim = ['claim' => bin2hex(random_bytes(16)), 'claimed_until' => $now + self::LEASE];
        $taken = $this->db->createCommand()->update(
            self::TABLE,
            $claim,
            'survey_id=:survey AND response_id=:response AND nonce=:nonce AND claimed_until<:now',
            [':survey' => $row['survey_id'], ':response' => $row['response_id'], ':nonce' => $row['nonce'], ':now' => $now]
        );
        return $taken ? $claim + $row : null;
    }

    /** Delivered, or there is nothing to deliver any more. */
    public function remove(array $row)
    {
        $this->db->createCommand()->delete(self::TABLE, 'claim=:mine', [':mine' => $row['claim']]);
    }

    /** Not delivered: when to try again. */
    public function failed(array $row, string $problem, int $now)
    {
        $delays = $problem === 'timeout' ? self::AFTER_SILENCE : self::AFTER_ANSWER;
        $attempts = (int) $row['attempts'];
        $delay = $delays[min($attempts, count($delays) - 1)];
        $changed = [
            'attempts' => $attempts + 1,
            'due_at' => $now + $delay,
            'problem' => $problem,
            'claim' => null,
            'claimed_until' => 0,
        ];
        $this->db->createCommand()->update(self::TABLE, $changed, 'claim=:mine', [':mine' => $row['claim']]);
    }

    /** Nothing of a survey is due before `until`: its receiver has just cost a time-out. */
    public function postpone(int $survey, int $until)
    {
        $this->db->createCommand()->update(
            self::TABLE,
            ['due_at' => $until],
            'survey_id=:survey AND due_at<:until',
            [':survey' => $survey, ':until' => $until]
        );
    }

    /** A survey is gone, and with it what waited. */
    public function forget(int $survey)
    {
        $this->db->createCommand()->delete(self::TABLE, 'survey_id=:survey', [':survey' => $survey]);
    }

    /** How many responses wait, of one survey or of all. */
    public function waiting(int $survey = 0): int
    {
        $command = $this->db->createCommand()->select('COUNT(*)')->from(self::TABLE);
        return (int) ($survey ? $command->where('survey_id=:survey', [':survey' => $survey]) : $command)->queryScalar();
    }

    private function select()
    {
        return $this->db->createCommand()->select('*')->from(self::TABLE);
    }

    private function hasColumn(string $name): bool
    {
        try {
            $this->db->createCommand()->select($name)->from(self::TABLE)->limit(1)->queryAll();
            return true;
        } catch (\Throwable $unknown) {
            return false;
        }
    }
}
