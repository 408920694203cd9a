//! Faults of a configuration, and how they are shown.
//!
//! Invariant: a secret that stands in the text is starred out before the text is kept, so no snippet can show it.

use std::fmt;
use std::sync::Arc;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use toml_span::Span;

/// The text that faults point into, without its secrets.
#[derive(Clone)]
pub(super) struct Source {
    pub(super) name: String,
    text: String,
}

impl Source {
    pub(super) fn new(name: &str, text: &str) -> Self {
        Self { name: name.to_owned(), text: text.to_owned() }
    }

    /// Stars out a part of the text. Positions stay what they are: a character becomes as many stars as it has bytes.
    pub(super) fn mask(&mut self, span: Span) {
        let Some(part) = self.text.get(span.start..span.end) else { return };
        let stars: String = part
            .chars()
            .flat_map(|c| {
                let shown = if c == '\n' { '\n' } else { '*' };
                std::iter::repeat_n(shown, c.len_utf8())
            })
            .collect();
        self.text.replace_range(span.start..span.end, &stars);
    }

    /// Stars out the values of lines that look as if they held a secret: all that can be done for a text that is not
    /// TOML.
    fn mask_by_key(&mut self) {
        let mut spans = Vec::new();
        let mut start = 0;
        for line in self.text.split_inclusive('\n') {
            let lower = line.to_ascii_lowercase();
            let secret = ["token", "password", "secret", "key"].iter().any(|word| lower.contains(word));
            if secret && let Some(equals) = line.find('=') {
                spans.push(Span::new(start + equals + 1, start + line.len()));
            }
            start += line.len();
        }
        for span in spans {
            self.mask(span);
        }
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Source").field(&self.name).finish()
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Fault {
    start: usize,
    end: usize,
    message: String,
    label: Option<String>,
}

/// All faults of one configuration. `Display` shows each with file, line, column and the line itself.
#[derive(Debug, Clone)]
pub struct ConfigErrors {
    source: Arc<Source>,
    faults: Vec<Fault>,
}

impl std::error::Error for ConfigErrors {}

impl ConfigErrors {
    pub(super) fn new(source: Arc<Source>) -> Self {
        Self { source, faults: Vec::new() }
    }

    /// The one fault of a text that is not TOML: nothing behind it can be trusted to mean what it says.
    pub(super) fn syntax(name: &str, text: &str, error: &toml_span::Error) -> Self {
        let mut source = Source::new(name, text);
        source.mask_by_key();
        let mut errors = Self::new(Arc::new(source));
        errors.fault(error.span, format!("not valid TOML: {error}"));
        errors
    }

    /// Adds a fault at a place of the text.
    pub fn fault(&mut self, span: Span, message: impl Into<String>) {
        self.push(span, message.into(), None);
    }

    /// Adds a fault with a word of advice at the place itself.
    pub fn fault_with_hint(&mut self, span: Span, message: impl Into<String>, hint: impl Into<String>) {
        self.push(span, message.into(), Some(hint.into()));
    }

    /// Adds the faults of another list of the same text.
    pub fn append(&mut self, other: Self) {
        self.faults.extend(other.faults);
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.faults.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.faults.len()
    }

    /// `Ok` when there is none.
    ///
    /// # Errors
    /// The list itself when it holds a fault.
    pub fn into_result(self) -> Result<(), Self> {
        if self.is_empty() { Ok(()) } else { Err(self) }
    }

    /// The messages alone, in the order of the text.
    pub fn messages(&self) -> Vec<&str> {
        self.in_order().into_iter().map(|fault| fault.message.as_str()).collect()
    }

    /// A span of several lines (a table) is shown by its first line.
    fn push(&mut self, span: Span, message: String, label: Option<String>) {
        let text = &self.source.text;
        let start = (0..=span.start.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
        let line_end = text[start..].find(['\n', '\r']).map_or(text.len(), |length| start + length);
        let end = span.end.clamp(start, line_end);
        let end = (end..=line_end).find(|&at| text.is_char_boundary(at)).unwrap_or(line_end);
        self.faults.push(Fault { start, end, message, label });
    }

    fn in_order(&self) -> Vec<&Fault> {
        let mut faults: Vec<&Fault> = self.faults.iter().collect();
        faults.sort_by_key(|fault| fault.start);
        faults
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let renderer = Renderer::plain();
        for fault in self.in_order() {
            let mut annotation = AnnotationKind::Primary.span(fault.start..fault.end);
            if let Some(label) = &fault.label {
                annotation = annotation.label(label.as_str());
            }
            let snippet = Snippet::source(&self.source.text).path(&self.source.name).annotation(annotation);
            let report = [Level::ERROR.primary_title(fault.message.as_str()).element(snippet)];
            writeln!(f, "{}\n", renderer.render(&report))?;
        }
        let plural = if self.faults.len() == 1 { "" } else { "s" };
        write!(f, "{} fault{plural} in {}", self.faults.len(), self.source.name)
    }
}
