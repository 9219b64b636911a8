//! The log of one invocation: the platform's lines around what the function printed.

use std::time::{Duration, Instant};

/// The most that is kept of a line; the rest is cut (R194).
const LINE_MAX: usize = 8 * 1024;
/// The most that is kept of a window of time (R192, R193).
const WINDOW: Duration = Duration::from_secs(5);
const WINDOW_BYTES: usize = 1024 * 1024;
const WINDOW_LINES: usize = 5000;

/// A log that is being written.
pub(super) struct Log {
    request_id: String,
    text: Vec<u8>,
    /// Bytes kept of the line that is being printed.
    line: usize,
    window: Instant,
    window_bytes: usize,
    window_lines: usize,
}

/// How long the parts of a cold start took, in milliseconds (R418).
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Coldstart {
    pub(super) pull_code: u128,
    pub(super) init_runtime: u128,
    pub(super) init_function: u128,
}

impl Log {
    /// The log of a request that starts now.
    pub(super) fn start(request_id: &str) -> Self {
        let mut log = Self {
            request_id: request_id.to_owned(),
            text: Vec::new(),
            line: 0,
            window: Instant::now(),
            window_bytes: 0,
            window_lines: 0,
        };
        log.platform("START", "");
        log
    }

    /// Takes what the function printed at the time `now`.
    pub(super) fn output(&mut self, printed: &[u8], now: Instant) {
        if now.duration_since(self.window) >= WINDOW {
            self.window = now;
            self.window_bytes = 0;
            self.window_lines = 0;
        }
        for piece in printed.split_inclusive(|&byte| byte == b'\n') {
            if self.window_lines >= WINDOW_LINES || self.window_bytes >= WINDOW_BYTES {
                return;
            }
            let (piece, ends) = match piece.split_last() {
                Some((b'\n', line)) => (line, true),
                _ => (piece, false),
            };
            let room = (LINE_MAX - self.line).min(WINDOW_BYTES - self.window_bytes);
            let kept = &piece[..piece.len().min(room)];
            self.text.extend(kept);
            self.line += kept.len();
            self.window_bytes += kept.len();
            if ends {
                self.text.push(b'\n');
                self.line = 0;
                self.window_bytes += 1;
                self.window_lines += 1;
            }
        }
    }

    /// The line that ends a cold start (R416, R418).
    pub(super) fn coldstart(&mut self, took: Coldstart, memory_mb: u32, memory_bytes: u64) {
        let Coldstart { pull_code, init_runtime, init_function } = took;
        let total = pull_code + init_runtime + init_function;
        let text = format!(
            "Coldstart: {total}ms (PullCode: {pull_code}ms InitRuntime: {init_runtime}ms \
             InitFunction: {init_function}ms) Memory: {memory_mb}MB MemUsage: {}MB",
            megabytes(memory_bytes)
        );
        self.platform("Init Report", &text);
    }

    /// The line that tells whether a signal reached the function (R380).
    pub(super) fn signal(&mut self, received: bool) {
        let text =
            if received { "Signal received successfully." } else { "Signal reception failed." };
        self.end_line();
        self.text.extend(format!("[PLATFORM] {text}\n").bytes());
    }

    /// Ends the log of a request that returned, or failed with the error document `result`. What a
    /// web function answers is empty here: it is not logged (R124).
    pub(super) fn end(
        mut self,
        succeeded: bool,
        result: &str,
        duration_ms: u64,
        memory_mb: u32,
        memory_bytes: u64,
    ) -> String {
        if !succeeded {
            self.platform("ERROR", &format!("Result: {result}"));
        }
        if !result.is_empty() {
            self.platform("Response", &format!("RetMsg: {result}"));
        }
        self.platform("END", "");
        let report = format!(
            "Duration: {duration_ms}ms Memory: {memory_mb}MB MemUsage: {}MB",
            megabytes(memory_bytes)
        );
        self.platform("Report", &report);
        String::from_utf8_lossy(&self.text).into_owned()
    }

    /// What the platform writes begins a line.
    fn end_line(&mut self) {
        if !matches!(self.text.last(), None | Some(b'\n')) {
            self.text.push(b'\n');
        }
        self.line = 0;
    }

    /// A line of the platform, which no limit cuts and which never continues a function's line.
    fn platform(&mut self, kind: &str, text: &str) {
        self.end_line();
        let blank = if text.is_empty() { "" } else { " " };
        self.text.extend(format!("{kind} RequestId: {}{blank}{text}\n", self.request_id).bytes());
    }
}

fn megabytes(bytes: u64) -> String {
    let hundredths = bytes * 100 / (1024 * 1024);
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(parts: &[&[u8]]) -> String {
        let mut log = Log::start("id");
        let now = log.window;
        for part in parts {
            log.output(part, now);
        }
        let text = log.end(true, "1", 0, 128, 0);
        let end = text.find("Response RequestId").unwrap();
        text["START RequestId: id\n".len()..end].to_owned()
    }

    #[test]
    fn r416_r418_the_platforms_lines_stand_around_the_output() {
        let mut log = Log::start("id");
        log.output(b"hello\nno end", log.window);
        let took = Coldstart { pull_code: 70, init_runtime: 10, init_function: 156 };
        log.coldstart(took, 640, 60_628_009);
        log.output(b"from the handler\n", log.window);
        assert_eq!(
            log.end(true, "\"Hello World\"", 1, 128, 30 * 1024 * 1024),
            "START RequestId: id\n\
             hello\n\
             no end\n\
             Init Report RequestId: id Coldstart: 236ms (PullCode: 70ms InitRuntime: 10ms \
             InitFunction: 156ms) Memory: 640MB MemUsage: 57.81MB\n\
             from the handler\n\
             Response RequestId: id RetMsg: \"Hello World\"\n\
             END RequestId: id\n\
             Report RequestId: id Duration: 1ms Memory: 128MB MemUsage: 30.00MB\n"
        );
    }

    #[test]
    fn an_error_is_named_before_the_response() {
        let text = Log::start("id").end(false, "{}", 3, 64, 0);
        assert!(text.contains("ERROR RequestId: id Result: {}\nResponse RequestId: id RetMsg: {}"));
    }

    #[test]
    fn r192_at_most_1_mb_is_kept_of_5_seconds() {
        let line = [[b'x'; 1023].as_slice(), b"\n"].concat();
        let kept = printed(&[line.as_slice(); 2000]);
        assert_eq!(kept.len(), WINDOW_BYTES);
    }

    #[test]
    fn r193_at_most_5000_lines_are_kept_of_5_seconds() {
        assert_eq!(printed(&[b"x\n".as_slice(); 6000]).lines().count(), WINDOW_LINES);
    }

    #[test]
    fn r193_the_next_5_seconds_have_lines_of_their_own() {
        let mut log = Log::start("id");
        let start = log.window;
        for _ in 0..6000 {
            log.output(b"early\n", start);
        }
        log.output(b"late\n", start + WINDOW);
        assert!(log.end(true, "1", 0, 128, 0).contains("late"));
    }

    #[test]
    fn r194_a_line_is_cut_after_8_kb_even_if_it_comes_in_parts() {
        let kept = printed(&[[b'x'; 5000].as_slice(); 3]);
        assert_eq!(kept, format!("{}\n", "x".repeat(LINE_MAX)));
        let kept = printed(&[&[b'x'; 9000], b"\nnext\n"]);
        assert_eq!(kept, format!("{}\nnext\n", "x".repeat(LINE_MAX)));
    }
}
