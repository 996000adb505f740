<?php

/**
 * Runs our LimeSurvey plugin without LimeSurvey: what it uses of it is made up here, over a SQLite file.
 *
 * php harness.php PLUGIN_FOLDER < {"database", "zone", "shift", "steps": [[what, arguments...]]}  -> JSON, a result a step
 */

namespace LimeSurvey\PluginManager {
    abstract class PluginBase
    {
        protected $id = 7;
        protected $event;
        protected $settings = [];
        protected $encryptedSettings = [];

        public function setEvent($event)
        {
            $this->event = $event;
        }

        protected function subscribe($event)
        {
            \World::$subscribed[] = $event;
        }

        protected function get($key, $model = null, $id = null, $default = null)
        {
            $value = \World::$pdo->query("SELECT value FROM settings WHERE name='$model.$id.$key'")->fetchColumn();
            $value = $value === false ? $default : json_decode($value, true);
            return in_array($key, $this->encryptedSettings) ? strrev((string) $value) : $value;
        }

        protected function set($key, $value, $model = null, $id = null)
        {
            $value = in_array($key, $this->encryptedSettings) ? strrev($value) : $value;
            \World::$pdo->prepare('REPLACE INTO settings VALUES (?, ?)')->execute(["$model.$id.$key", json_encode($value)]);
        }

        public function gT($words, $mode = 'html')
        {
            return $mode === 'html' ? htmlspecialchars($words) : $words;
        }

        public function log($message, $level = 'trace')
        {
            \World::$log[] = "$level $message";
        }

        public function getPluginSettings($values = true)
        {
            return $this->settings;
        }
    }
}

namespace {
    define('BASEPATH', '.');

    class World
    {
        public static $pdo;
        public static $subscribed = [];
        public static $log = [];
        public static $flashes = [];
        public static $superadmin = true;
        public static $shift = '';
        /** column => what createFieldMap says of it */
        public static $fields = [
            'id' => ['qid' => '', 'type' => 'id', 'title' => '', 'aid' => ''],
            'token' => ['qid' => '', 'type' => 'token', 'title' => '', 'aid' => ''],
            'ipaddr' => ['qid' => '', 'type' => 'ipaddress', 'title' => '', 'aid' => ''],
            'q1' => ['qid' => 1, 'type' => 'L', 'title' => 'notice', 'aid' => '', 'encrypted' => 'N'],
            'q2rec01' => ['qid' => 2, 'type' => 'F', 'title' => 'qrec01', 'aid' => 'rec01', 'encrypted' => 'N'],
            'q3' => ['qid' => 3, 'type' => 'T', 'title' => 'comment', 'aid' => '', 'encrypted' => 'Y'],
            'q4' => ['qid' => 4, 'type' => 'N', 'title' => 'count', 'aid' => '', 'encrypted' => 'N'],
            'q5' => ['qid' => 5, 'type' => '|', 'title' => 'file', 'aid' => '', 'encrypted' => 'N'],
            'q6a1' => ['qid' => 6, 'type' => '1', 'title' => 'dual', 'aid' => 'a', 'scale' => 'Scale 2', 'scale_id' => 1],
        ];
    }

    class Command
    {
        private $parts = [];
        private $named = [];

        private static function run(string $sql, array $named = [])
        {
            $done = World::$pdo->prepare(preg_replace('~\{\{(.*?)\}\}~', '$1', $sql));
            $done->execute($named);
            return $done;
        }

        public function select($what)
        {
            $this->parts[] = "SELECT $what";
            return $this;
        }

        public function from($table)
        {
            $this->parts[] = "FROM $table";
            return $this;
        }

        public function where($condition, array $named)
        {
            $this->parts[] = "WHERE $condition";
            $this->named = $named;
            return $this;
        }

        public function order($order)
        {
            $this->parts[] = "ORDER BY $order";
            return $this;
        }

        public function limit($limit)
        {
            $this->parts[] = "LIMIT $limit";
            return $this;
        }

        private function result()
        {
            return self::run(implode(' ', $this->parts), $this->named);
        }

        public function queryAll()
        {
            return $this->result()->fetchAll(PDO::FETCH_ASSOC);
        }

        public function queryRow()
        {
            return $this->result()->fetch(PDO::FETCH_ASSOC);
        }

        public function queryScalar()
        {
            return $this->result()->fetchColumn();
        }

        public function insert($table, array $row)
        {
            $names = implode(', ', array_keys($row));
            return self::run("INSERT INTO $table ($names) VALUES (:" . implode(', :', array_keys($row)) . ')', $row)->rowCount();
        }

        public function update($table, array $row, $condition, array $named)
        {
            $set = implode(', ', array_map(function ($name) {
                return "$name=:$name"; // as Yii does: a condition must not use the name of a column that is set
            }, array_keys($row)));
            foreach ($row as $name => $value) {
                $named[":$name"] = $value;
            }
            return self::run("UPDATE $table SET $set WHERE $condition", $named)->rowCount();
        }

        public function delete($table, $condition, array $named)
        {
            return self::run("DELETE FROM $table WHERE $condition", $named)->rowCount();
        }

        public function createTable($table, array $columns)
        {
            $types = ['pk' => 'INTEGER PRIMARY KEY', 'string' => 'TEXT', 'bigint' => 'INTEGER'];
            $list = [];
            foreach ($columns as $name => $type) {
                $list[] = "$name " . strtr($type, $types);
            }
            self::run("CREATE TABLE $table (" . implode(', ', $list) . ')');
        }

        public function createIndex($name, $table, $columns, $unique)
        {
            self::run('CREATE ' . ($unique ? 'UNIQUE ' : '') . "INDEX $name ON $table ($columns)");
        }

        public function addColumn($table, $name, $type)
        {
            self::run("ALTER TABLE $table ADD COLUMN $name $type");
        }

        public function dropTable($table)
        {
            self::run("DROP TABLE $table");
        }
    }

    class App
    {
        public $db;

        public function __construct()
        {
            $this->db = $this;
        }

        public function createCommand()
        {
            return new Command();
        }

        public function getConfig($name)
        {
            return $name === 'timeadjust' ? World::$shift : null;
        }

        public function setFlashMessage($words, $kind)
        {
            World::$flashes[] = [$kind, $words];
        }
    }

    class Yii
    {
        public static function app()
        {
            static $app = null;
            return $app = $app ?: new App();
        }

        public static function import($alias, $now)
        {
        }
    }

    class Survey
    {
        public $active;
        public $autonumber_start;
        public $language = 'en';
        private $sid;

        public static function model()
        {
            return new self();
        }

        public function findByPk($sid)
        {
            $row = World::$pdo->query("SELECT active, autonumber_start FROM surveys WHERE sid=$sid")->fetch();
            if ($row === false) {
                return null;
            }
            $this->sid = $sid;
            $this->active = $row['active'];
            $this->autonumber_start = $row['autonumber_start'];
            return $this;
        }

        public function getResponsesTableName()
        {
            return "{{survey_{$this->sid}}}";
        }
    }

    class LSActiveRecord
    {
        public static function decryptSingle($value)
        {
            return strrev($value);
        }
    }

    class PluginSetting
    {
        public static function model()
        {
            return new self();
        }

        public function deleteAllByAttributes(array $of)
        {
            World::$pdo->exec("DELETE FROM settings WHERE name LIKE '{$of['model']}.{$of['model_id']}.%'");
        }
    }

    class Permission
    {
        public static function model()
        {
            return new self();
        }

        public function hasGlobalPermission($name, $kind)
        {
            return $name === 'superadmin' && World::$superadmin;
        }
    }

    class Event
    {
        public $given;
        public $content = null;

        public function __construct(array $given)
        {
            $this->given = $given;
        }

        public function get($name)
        {
            return $name === 'model' ? (object) $this->given[$name] : ($this->given[$name] ?? null);
        }

        public function set($name, $value)
        {
            $this->given[$name] = $value;
        }

        public function setContent($plugin, $content, $class, $id)
        {
            $this->content = [$content, $id];
        }
    }

    function createFieldMap($survey, $style, $fresh, $question, $language)
    {
        trigger_error('LimeSurvey itself may warn', E_USER_WARNING);
        return World::$fields;
    }

    function step(ExitBridge $plugin, string $what, array $given)
    {
        $event = new Event(is_array($given[0] ?? null) ? $given[0] : []);
        $plugin->setEvent($event);
        $begun = microtime(true);
        ob_start();
        switch ($what) {
            case 'send':
                $result = ExitBridgePost::send(...$given);
                break;
            case 'headers':
                $result = ExitBridgePost::headers(...$given);
                break;
            case 'leads':
                $result = ExitBridgePost::leads(...$given);
                break;
            case 'refused':
                $result = ExitBridgePost::refused(...$given);
                break;
            case 'utc':
                $result = ExitBridgeResponse::utc(...$given);
                break;
            case 'settings':
                $result = $plugin->getPluginSettings();
                break;
            case 'save':
                $result = $plugin->saveSettings($given[0]);
                break;
            case 'not_superadmin':
                $result = World::$superadmin = false;
                break;
            case 'posted':
                $_POST = $given[0];
                $result = null;
                break;
            case 'claim':
                $result = (new ExitBridgeQueue(Yii::app()->db))->claim($given[0], $given[1]);
                break;
            default:
                $result = $plugin->$what();
        }
        return [
            'result' => $result,
            'seconds' => microtime(true) - $begun,
            'printed' => ob_get_clean(),
            'event' => $event->given,
            'content' => $event->content,
            'post' => $_POST,
        ];
    }

    set_error_handler(function ($number, $message) {
        if (error_reporting() & $number) {
            throw new Exception("a warning reached LimeSurvey: $message");
        }
        return true;
    });
    $work = json_decode(stream_get_contents(STDIN), true);
    date_default_timezone_set($work['zone']);
    World::$shift = $work['shift'];
    World::$pdo = new PDO('sqlite:' . $work['database'], null, null, [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION]);
    World::$pdo->exec('PRAGMA busy_timeout=10000');
    require $argv[1] . '/ExitBridge.php';
    $plugin = new ExitBridge();
    $plugin->init();
    $results = [];
    foreach ($work['steps'] as $given) {
        $results[] = step($plugin, array_shift($given), $given);
    }
    echo json_encode([
        'results' => $results,
        'log' => World::$log,
        'flashes' => World::$flashes,
        'subscribed' => World::$subscribed,
    ]);
}
