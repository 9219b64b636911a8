"""Runs a Python function: loads the handler once, then answers one event after another.

Arguments: the descriptor of the channel to the platform, the handler, then the folders of the
machine's own libraries.
"""

import fcntl
import json
import os
import struct
import sys

EVENT = struct.Struct(">II")
FRAME = struct.Struct(">cI")
USER_ROOT = os.environ["USER_CODE_ROOT"]


class Channel:
    """Frames to and from the platform."""

    def __init__(self, fd):
        # Out of the way of handlers that close every low descriptor, and of what they start.
        self.fd = fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 900)
        os.close(fd)

    def read(self, size):
        data = b""
        while len(data) < size:
            more = os.read(self.fd, size - len(data))
            if not more:
                os._exit(0)  # the platform is gone
            data = data + more if data else more
        return data

    def receive(self):
        """The next event's context and the event itself, both JSON."""
        context, event = EVENT.unpack(self.read(EVENT.size))
        return self.read(context), self.read(event)

    def send(self, kind, payload=b""):
        data = memoryview(FRAME.pack(kind, len(payload)) + payload)
        while data:
            data = data[os.write(self.fd, data) :]

    def fail(self, kind, message, stack=""):
        flush()
        failure = {"kind": kind, "message": message, "stack": stack}
        self.send(b"F", json.dumps(failure).encode())

    def refuse(self, kind, message, stack=""):
        """The handler cannot be loaded: there is nothing left to do."""
        self.fail(kind, message, stack)
        sys.exit(0)


def flush():
    """What was printed stands in the log before the answer does."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (AttributeError, OSError, ValueError):
            pass  # handlers may replace or close them


def last_line(error):
    return "%s: %s" % (type(error).__name__, error)


def stack_of(error):
    """The traceback from the first frame on that is the function's own."""
    import traceback

    frames = error.__traceback__.tb_next
    while frames is not None and "importlib" in frames.tb_frame.f_code.co_filename:
        frames = frames.tb_next
    return "".join(traceback.format_exception(type(error), error, frames)).rstrip("\n")


def load(handler):
    file, _, function = handler.rpartition(".")
    if not os.path.isfile(os.path.join(USER_ROOT, file + ".py")):
        channel.refuse("handler", "the package has no file %s.py at its root" % file)
    name = file.replace("/", ".")
    try:
        __import__(name)
    except Exception as error:
        channel.refuse("exception", last_line(error), stack_of(error))
    module = sys.modules[name]
    if not hasattr(module, function):
        missing = "'module' object has no attribute '%s'" % function
        channel.refuse("handler", missing, "AttributeError: " + missing)
    return getattr(module, function)


def prepare_logging():
    """A root logger without a handler writes to the function's log, from INFO on."""
    logging = sys.modules.get("logging")
    if logging is not None and not logging.root.handlers:
        layout = "[%(levelname)s] %(asctime)s %(name)s: %(message)s"
        logging.basicConfig(stream=sys.stdout, level=logging.INFO, format=layout)


def serve(handle):
    while True:
        context, event = channel.receive()
        try:
            result = handle(json.loads(event), json.loads(context))
        except MemoryError as error:
            channel.fail("memory", last_line(error))
            continue
        except Exception as error:
            channel.fail("exception", last_line(error), stack_of(error))
            continue
        try:
            answer = json.dumps(result, ensure_ascii=False, allow_nan=False).encode()
        except Exception as error:
            channel.fail("exception", last_line(error), last_line(error))
            continue
        flush()
        channel.send(b"O", answer)


channel = Channel(int(sys.argv[1]))
channel.send(b"B")
for stream in (sys.stdout, sys.stderr):
    stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)
# The first entry is this file's own folder.
sys.path[0:1] = []
sys.path += sys.argv[3:]
handle = load(sys.argv[2])
del sys.argv[1:]
prepare_logging()
flush()
channel.send(b"R")
serve(handle)
