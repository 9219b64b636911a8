<?php
// Runs a PHP function: loads the handler once, then answers one event after another.
//
// Arguments: the descriptor of the channel to the platform, the handler.

namespace Scf\Platform;

use Throwable;

/** Frames to and from the platform. */
final class Channel
{
    /** @var resource */
    private $stream;

    /** Whether an event waits for its answer. */
    public bool $busy = false;

    public function __construct(int $descriptor)
    {
        $this->stream = fopen("php://fd/$descriptor", 'r+b');
        stream_set_read_buffer($this->stream, 0);
        stream_set_write_buffer($this->stream, 0);
    }

    private function read(int $size): string
    {
        $data = '';
        while (strlen($data) < $size) {
            $more = fread($this->stream, $size - strlen($data));
            if ($more === false || $more === '') {
                exit(0); // the platform is gone
            }
            $data .= $more;
        }
        return $data;
    }

    /** The next event's context and the event itself, both JSON. */
    public function receive(): array
    {
        ['context' => $context, 'event' => $event] = unpack('Ncontext/Nevent', $this->read(8));
        $received = [$this->read($context), $this->read($event)];
        $this->busy = true;
        return $received;
    }

    public function send(string $kind, string $payload = ''): void
    {
        $this->busy = false;
        $frame = $kind . pack('N', strlen($payload)) . $payload;
        while ($frame !== '') {
            $written = fwrite($this->stream, $frame);
            if ($written === false || $written === 0) {
                exit(0);
            }
            $frame = substr($frame, $written);
        }
    }

    public function fail(string $kind, string $message, string $stack = ''): void
    {
        $failure = ['kind' => $kind, 'message' => $message, 'stack' => $stack];
        $this->send('F', json_encode($failure, JSON_INVALID_UTF8_SUBSTITUTE));
    }

    /** The handler cannot be loaded: there is nothing left to do. */
    public function refuse(string $kind, string $message, string $stack = ''): never
    {
        $this->fail($kind, $message, $stack);
        exit(0);
    }
}

function last_line(Throwable $error): string
{
    return get_class($error) . ': ' . $error->getMessage();
}

/** Where it was thrown, and the frames that are the function's own. */
function stack(Throwable $error): string
{
    $lines = [last_line($error), "    at {$error->getFile()}:{$error->getLine()}"];
    foreach ($error->getTrace() as $frame) {
        $file = $frame['file'] ?? '';
        if ($file !== '' && $file !== __FILE__) {
            $lines[] = "    at $file:{$frame['line']}";
        }
    }
    return implode("\n", $lines);
}

/** What is no exception, such as too much memory, ends the process; the event learns why. */
function explain_end(Channel $channel): void
{
    $error = error_get_last();
    $fatal = E_ERROR | E_CORE_ERROR | E_COMPILE_ERROR | E_USER_ERROR;
    if (!$channel->busy || $error === null || !($error['type'] & $fatal)) {
        return;
    }
    $memory = str_starts_with($error['message'], 'Allowed memory size');
    $place = "{$error['message']}\n    at {$error['file']}:{$error['line']}";
    $channel->fail($memory ? 'memory' : 'uncaught', $error['message'], $place);
}

/** The handler's file and function. */
function parts(Channel $channel, string $handler): array
{
    $dot = strrpos($handler, '.');
    $name = substr($handler, 0, $dot) . '.php';
    $file = getenv('USER_CODE_ROOT') . $name;
    if (!is_file($file)) {
        $channel->refuse('handler', "the package has no file $name at its root");
    }
    return [$file, substr($handler, $dot + 1)];
}

function must_exist(Channel $channel, string $function): void
{
    if (!function_exists($function)) {
        $missing = "'module' object has no attribute '$function'";
        $channel->refuse('handler', $missing, $missing);
    }
}

function serve(Channel $channel, string $handle): never
{
    $flags = JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES
        | JSON_PRESERVE_ZERO_FRACTION;
    while (true) {
        [$context, $event] = $channel->receive();
        try {
            $result = $handle(json_decode($event), json_decode($context));
            $answer = json_encode($result, $flags);
        } catch (Throwable $error) {
            $channel->fail('exception', last_line($error), stack($error));
            continue;
        }
        $channel->send('O', $answer);
    }
}

// The function's file is loaded here, at the top: what it sets outside of functions is global.
$scf_channel = new Channel((int) $argv[1]);
$scf_channel->send('B');
$scf_channel->busy = true;
register_shutdown_function(explain_end(...), $scf_channel);
set_include_path(getenv('PYTHONPATH'));
[$scf_file, $scf_function] = parts($scf_channel, $argv[2]);
$argv = [];
try {
    require_once $scf_file;
} catch (Throwable $error) {
    $scf_channel->refuse('exception', last_line($error), stack($error));
}
must_exist($scf_channel, $scf_function);
$scf_channel->send('R');
serve($scf_channel, $scf_function);
