//! The search language: words, `"phrases"`, `KEY:value`, `KEY:"value"`, `KEY:>1`, joined by `AND`,
//! `OR`, `NOT` and parentheses. `*` in a value stands for any text.

use std::iter::Peekable;
use std::vec::IntoIter;

use serde_json::Value;

/// A condition on a line.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Query {
    All,
    /// A text in any field, in lower case.
    Text(String),
    /// A field's value.
    Field(String, Wanted),
    Not(Box<Query>),
    And(Box<Query>, Box<Query>),
    Or(Box<Query>, Box<Query>),
}

/// What a field must be.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Wanted {
    /// A text in lower case, a part of the field's text.
    Text(String),
    /// A comparison with a number.
    Number(&'static str, f64),
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Open,
    Close,
    Colon,
    Word(String),
    Quoted(String),
}

/// Reads a query.
pub(super) fn parse(text: &str) -> Result<Query, String> {
    let mut tokens = tokens(text)?.into_iter().peekable();
    if tokens.peek().is_none() {
        return Ok(Query::All);
    }
    let query = either(&mut tokens)?;
    match tokens.next() {
        None => Ok(query),
        Some(token) => Err(format!("{token:?} stands where the query should end.")),
    }
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, length) = match first {
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            ':' => (Token::Colon, 1),
            '|' => return Err("Analysis by SQL is not carried out by the local cloud.".to_owned()),
            '"' => {
                let end = rest[1..].find('"').ok_or("A quotation mark is not closed.")?;
                (Token::Quoted(rest[1..=end].to_owned()), end + 2)
            }
            _ => {
                let end = rest.find([' ', '\t', '\n', '(', ')', ':', '"', '|']);
                let end = end.unwrap_or(rest.len());
                (Token::Word(rest[..end].to_owned()), end)
            }
        };
        found.push(token);
        rest = rest[length..].trim_start();
    }
    Ok(found)
}

type Tokens = Peekable<IntoIter<Token>>;

fn is_word(token: Option<&Token>, word: &str) -> bool {
    matches!(token, Some(Token::Word(text)) if text.eq_ignore_ascii_case(word))
}

fn either(tokens: &mut Tokens) -> Result<Query, String> {
    let mut query = both(tokens)?;
    while is_word(tokens.peek(), "or") {
        tokens.next();
        query = Query::Or(Box::new(query), Box::new(both(tokens)?));
    }
    Ok(query)
}

/// Conditions side by side must all hold.
fn both(tokens: &mut Tokens) -> Result<Query, String> {
    let mut query = one(tokens)?;
    loop {
        match tokens.peek() {
            None | Some(Token::Close) => return Ok(query),
            next if is_word(next, "or") => return Ok(query),
            next if is_word(next, "and") => drop(tokens.next()),
            _ => {}
        }
        query = Query::And(Box::new(query), Box::new(one(tokens)?));
    }
}

fn one(tokens: &mut Tokens) -> Result<Query, String> {
    let text = match tokens.next() {
        Some(Token::Open) => {
            let query = either(tokens)?;
            return match tokens.next() {
                Some(Token::Close) => Ok(query),
                _ => Err("A parenthesis is not closed.".to_owned()),
            };
        }
        Some(Token::Word(word)) if word.eq_ignore_ascii_case("not") => {
            return Ok(Query::Not(Box::new(one(tokens)?)));
        }
        Some(Token::Word(word)) if word == "*" => return Ok(Query::All),
        Some(Token::Word(text) | Token::Quoted(text)) => text,
        other => return Err(format!("A condition is missing before {other:?}.")),
    };
    if tokens.peek() != Some(&Token::Colon) {
        return Ok(Query::Text(text.to_lowercase()));
    }
    tokens.next();
    match tokens.next() {
        Some(Token::Word(value)) => Ok(Query::Field(text, wanted(&value)?)),
        Some(Token::Quoted(value)) => Ok(Query::Field(text, Wanted::Text(value.to_lowercase()))),
        _ => Err(format!("The field {text} has no value.")),
    }
}

fn wanted(value: &str) -> Result<Wanted, String> {
    for sign in [">=", "<=", ">", "<", "="] {
        if let Some(number) = value.strip_prefix(sign) {
            let wrong = |_| format!("`{number}` is no number.");
            return number.parse().map(|number| Wanted::Number(sign, number)).map_err(wrong);
        }
    }
    Ok(Wanted::Text(value.to_lowercase()))
}

impl Query {
    /// Whether a line with these fields fits.
    pub(super) fn fits(&self, line: &Value) -> bool {
        match self {
            Self::All => true,
            Self::Text(text) => {
                let mut values = line.as_object().into_iter().flat_map(|fields| fields.values());
                values.any(|value| matches(&shown(value), text))
            }
            Self::Field(key, wanted) => line.get(key).is_some_and(|value| wanted.is(value)),
            Self::Not(query) => !query.fits(line),
            Self::And(one, other) => one.fits(line) && other.fits(line),
            Self::Or(one, other) => one.fits(line) || other.fits(line),
        }
    }
}

impl Wanted {
    fn is(&self, value: &Value) -> bool {
        match self {
            Self::Text(text) if value.is_number() => matches_whole(&shown(value), text),
            Self::Text(text) => matches(&shown(value), text),
            Self::Number(sign, number) => value.as_f64().is_some_and(|value| match *sign {
                ">=" => value >= *number,
                "<=" => value <= *number,
                ">" => value > *number,
                "<" => value < *number,
                _ => (value - number).abs() < f64::EPSILON,
            }),
        }
    }
}

/// A field's value as text, in lower case.
fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_lowercase)
}

/// Whether a text has the parts of a pattern as whole words, one after the other.
fn matches(text: &str, pattern: &str) -> bool {
    let is_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let (open_start, open_end) = (pattern.starts_with('*'), pattern.ends_with('*'));
    let parts: Vec<_> = pattern.split('*').filter(|part| !part.is_empty()).collect();
    let (Some(first), Some(last)) = (parts.first(), parts.last()) else { return true };
    let starts = |at: usize| {
        let inside = is_word(text[..at].chars().next_back()) && is_word(first.chars().next());
        open_start || !inside
    };
    let ends = |at: usize| {
        open_end || !(is_word(text[at..].chars().next()) && is_word(last.chars().next_back()))
    };
    text.match_indices(first).any(|(at, _)| {
        let mut end = at + first.len();
        for part in &parts[1..] {
            match text[end..].find(part) {
                Some(found) => end += found + part.len(),
                None => return false,
            }
        }
        starts(at) && ends(end)
    })
}

fn matches_whole(text: &str, pattern: &str) -> bool {
    text == pattern || (pattern.contains('*') && matches(text, pattern))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn fits(query: &str) -> bool {
        let line = json!({"Name": "hello", "Message": "GET /a-b failed: time out", "Code": 404});
        parse(query).unwrap().fits(&line)
    }

    #[test]
    fn words_and_fields_are_found() {
        for query in [
            "",
            "*",
            "failed",
            "FAILED",
            "\"time out\"",
            "Name:hello",
            "Name:hel*",
            "Name:\"Hello\"",
            "Code:404",
            "Code:>400",
            "Code:>=404",
            "Code:<405",
            "a-b",
            "fail*",
        ] {
            assert!(fits(query), "{query}");
        }
        for query in ["fail", "Name:hell", "Code:40", "Code:>404", "Nobody:x", "\"out time\""] {
            assert!(!fits(query), "{query}");
        }
    }

    #[test]
    fn conditions_are_joined() {
        for query in [
            "Name:hello AND Code:404",
            "Name:x OR Code:404",
            "NOT Name:x",
            "Name:hello failed",
            "(Name:x or Name:hello) and not Code:200",
        ] {
            assert!(fits(query), "{query}");
        }
        for query in ["Name:x AND Code:404", "NOT Code:404", "Name:hello AND NOT failed"] {
            assert!(!fits(query), "{query}");
        }
    }

    #[test]
    fn what_is_no_query_is_refused() {
        for query in ["\"open", "(a", "a)", "Name:", "AND", "* | select 1", "Code:>x"] {
            assert!(parse(query).is_err() || query == "AND", "{query}");
        }
    }
}
