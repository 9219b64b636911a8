// Runs a Node.js function: loads the handler once, then answers one event after another.
//
// Arguments: the descriptor of the channel to the platform, the handler.
'use strict';

const fs = require('fs');
const net = require('net');
const path = require('path');

const [, , descriptor, handler] = process.argv;
const channel = new net.Socket({ fd: Number(descriptor), readable: true, writable: true });
channel.on('error', () => process.exit(0));
channel.on('close', () => process.exit(0)); // the platform is gone

function send(kind, payload, then) {
  const body = Buffer.from(payload);
  const head = Buffer.alloc(5);
  head.write(kind, 0, 'latin1');
  head.writeUInt32BE(body.length, 1);
  channel.write(Buffer.concat([head, body]), then);
}

function fail(kind, message, stack, then) {
  send('F', JSON.stringify({ kind, message, stack }), then);
}

function messageOf(error) {
  return error instanceof Error ? String(error) : `thrown: ${String(error)}`;
}

// The stack without the frames of this file and of Node.js itself.
function stackOf(error) {
  if (!(error instanceof Error)) return messageOf(error);
  const foreign = (line) => line.includes(__filename) || line.includes('node:internal');
  return (error.stack || messageOf(error)).split('\n').filter((line) => !foreign(line)).join('\n');
}

function load() {
  const dot = handler.lastIndexOf('.');
  const file = `${handler.slice(0, dot)}.js`;
  const name = handler.slice(dot + 1);
  const entry = path.join(process.env.USER_CODE_ROOT, file);
  if (!fs.existsSync(entry)) {
    return { refused: ['handler', `the package has no file ${file} at its root`, ''] };
  }
  let loaded;
  try {
    loaded = require(entry);
  } catch (error) {
    return { refused: ['exception', messageOf(error), stackOf(error)] };
  }
  if (typeof loaded[name] !== 'function') {
    const missing = `'module' object has no attribute '${name}'`;
    return { refused: ['handler', missing, missing] };
  }
  return { handle: loaded[name].bind(loaded) };
}

// Whether an event is being worked on. Meanwhile the channel does not keep the process alive, so
// that `beforeExit` tells when a handler has nothing left to wait for.
let busy = false;

function begin() {
  busy = true;
  channel.unref();
}

function end() {
  busy = false;
  channel.ref();
}

function answerError(error) {
  if (!busy) return;
  end();
  fail('exception', messageOf(error), stackOf(error));
}

function answer(result) {
  if (!busy) return;
  let text;
  try {
    // JSON has no undefined: a handler without a result answers null.
    text = JSON.stringify(result === undefined ? null : result);
    if (text === undefined) throw new TypeError(`a ${typeof result} cannot be encoded as JSON`);
  } catch (error) {
    answerError(error);
    return;
  }
  end();
  send('O', text);
}

function invoke(handle, context, event) {
  begin();
  const callback = (error, result) => (error ? answerError(error) : answer(result));
  let result;
  try {
    result = handle(event, context, callback);
  } catch (error) {
    answerError(error);
    return;
  }
  if (result && typeof result.then === 'function') {
    result.then(answer, answerError);
  } else if (result !== undefined || handle.length < 3) {
    answer(result);
  }
}

process.on('beforeExit', () => answer(null));

// What escapes the handler ends the process, as it would anywhere else; the event learns why.
process.on('uncaughtException', (error) => {
  if (!busy) {
    fs.writeSync(2, `${stackOf(error)}\n`);
    process.exit(1);
  }
  end();
  fail('uncaught', messageOf(error), stackOf(error), () => process.exit(1));
});

let chunks = [];
let received = 0;
let wanted = 8;

// An event: two lengths, the context, the event itself.
function receive(handle, chunk) {
  chunks.push(chunk);
  received += chunk.length;
  while (received >= wanted) {
    const data = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
    chunks = [data];
    const contextEnd = 8 + data.readUInt32BE(0);
    const eventEnd = contextEnd + data.readUInt32BE(4);
    if (received < eventEnd) {
      wanted = eventEnd;
      return;
    }
    chunks = [data.subarray(eventEnd)];
    received -= eventEnd;
    wanted = 8;
    const context = JSON.parse(data.toString('utf8', 8, contextEnd));
    invoke(handle, context, JSON.parse(data.toString('utf8', contextEnd, eventEnd)));
  }
}

send('B', '');
const { handle, refused } = load();
if (handle) {
  send('R', '');
  channel.on('data', (chunk) => receive(handle, chunk));
} else {
  fail(...refused, () => process.exit(0));
}
