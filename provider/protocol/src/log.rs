//! Log lines that Terraform shows at the right level: one JSON object a line on stderr.
//!
//! Terraform decides by `TF_LOG_PROVIDER`, else `TF_LOG`, what it shows; the provider reads the
//! same variables, to write nothing that nobody sees.

use std::fmt::Debug;
use std::io::Write;

use serde_json::{Map, Value as Json};
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;

/// Fields that Terraform requires to be texts; nothing may overwrite them.
const RESERVED: [&str; 4] = ["@level", "@message", "@timestamp", "@module"];

/// Starts logging as the environment asks for it, and makes a panic visible as one.
pub fn start() {
    std::panic::set_hook(Box::new(|panic| {
        // Terraform recognises a crash by a line that starts with these words.
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let text = panic.payload_as_str().unwrap_or("no message");
        let backtrace = std::backtrace::Backtrace::force_capture();
        write_line(&format!("panic: {text}\n\nat {place}\n{backtrace}"));
    }));
    let level = level(std::env::var("TF_LOG_PROVIDER").ok(), std::env::var("TF_LOG").ok());
    if level == LevelFilter::OFF {
        return;
    }
    // A second start in one process, as tests do it, keeps the first.
    let _ = tracing_subscriber::registry().with(Lines.with_filter(level)).try_init();
}

/// The level that the variables ask for.
fn level(provider: Option<String>, all: Option<String>) -> LevelFilter {
    let asked = provider.filter(|level| !level.is_empty()).or(all).unwrap_or_default();
    match asked.to_ascii_uppercase().as_str() {
        "" | "OFF" => LevelFilter::OFF,
        "DEBUG" => LevelFilter::DEBUG,
        "INFO" => LevelFilter::INFO,
        "WARN" => LevelFilter::WARN,
        "ERROR" => LevelFilter::ERROR,
        _ => LevelFilter::TRACE,
    }
}

/// Writes one JSON object for each event.
struct Lines;

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Lines {
    fn on_new_span(
        &self,
        attributes: &tracing::span::Attributes<'_>,
        id: &tracing::span::Id,
        context: Context<'_, S>,
    ) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(
        &self,
        id: &tracing::span::Id,
        values: &tracing::span::Record<'_>,
        context: Context<'_, S>,
    ) {
        if let Some(span) = context.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut line = Fields::default();
        for span in context.event_scope(event).into_iter().flatten() {
            if let Some(fields) = span.extensions().get::<Fields>() {
                for (key, value) in &fields.entries {
                    line.entries.entry(key.clone()).or_insert_with(|| value.clone());
                }
            }
        }
        event.record(&mut line);
        let level = event.metadata().level();
        write_line(&line.finish(level, event.metadata().target()));
    }
}

/// What spans and events carry.
#[derive(Default)]
struct Fields {
    entries: Map<String, Json>,
    message: String,
}

impl Fields {
    fn finish(mut self, level: &Level, target: &str) -> String {
        let mut time = String::new();
        let _ = SystemTime.format_time(&mut Writer::new(&mut time));
        let level = level.as_str().to_ascii_lowercase();
        for (key, value) in RESERVED.into_iter().zip([level, self.message, time, target.to_owned()])
        {
            self.entries.insert(key.to_owned(), Json::String(value));
        }
        Json::Object(self.entries).to_string()
    }

    fn put(&mut self, field: &Field, value: Json) {
        match (field.name(), value) {
            ("message", Json::String(text)) => self.message = text,
            ("message", other) => self.message = other.to_string(),
            (name, value) => {
                self.entries.insert(name.to_owned(), value);
            }
        }
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.put(field, Json::String(format!("{value:?}")));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, Json::String(value.to_owned()));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value.into());
    }
}

/// One write a line, so that lines of several threads do not mix.
fn write_line(line: &str) {
    let _ = std::io::stderr().lock().write_all(format!("{line}\n").as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_provider_s_own_variable_decides_before_the_general_one() {
        let level = |a: &str, b: &str| level(Some(a.to_owned()), Some(b.to_owned()));
        assert_eq!(level("", "debug"), LevelFilter::DEBUG);
        assert_eq!(level("ERROR", "TRACE"), LevelFilter::ERROR);
        assert_eq!(level("", "JSON"), LevelFilter::TRACE);
        assert_eq!(level("", ""), LevelFilter::OFF);
    }

    #[test]
    fn a_line_has_the_fields_that_terraform_requires_as_texts() {
        let mut fields = Fields::default();
        fields.entries.insert("@level".to_owned(), 1.into());
        fields.entries.insert("action".to_owned(), "GetFunction".into());
        fields.message = "sent".to_owned();
        let line: Json = serde_json::from_str(&fields.finish(&Level::WARN, "api")).unwrap();
        assert_eq!((&line["@level"], &line["@message"]), (&"warn".into(), &"sent".into()));
        assert_eq!(line["action"], "GetFunction");
        let time = line["@timestamp"].as_str().unwrap();
        assert_eq!((time.len(), &time[19..20], &time[26..]), (27, ".", "Z"), "{time}");
    }
}
