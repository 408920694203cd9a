//! The tour on paper: aligned columns, and colours where there is a terminal.

use std::io::{self, Write};

use serde_json::Value;
use simulators::control::{Entry, Record};

use super::Outcome;
use super::check::{changed, differences};
use super::client::Answer;
use super::side::{Records, Side};
use super::story::Step;

const WIDTH: usize = 100;
/// The most characters of a native value in a column.
const COLUMN_MAX: usize = 44;

/// Where the tour is written.
pub(super) struct Page<'a> {
    out: &'a mut dyn Write,
    colours: bool,
}

#[derive(Clone, Copy)]
enum Ink {
    Bold = 1,
    Faint = 2,
    Red = 31,
    Green = 32,
    Cyan = 36,
}

impl<'a> Page<'a> {
    pub(super) fn new(out: &'a mut dyn Write, colours: bool) -> Self {
        Self { out, colours }
    }

    fn ink(&self, ink: Ink, text: &str) -> String {
        if self.colours { format!("\x1b[{}m{text}\x1b[0m", ink as u8) } else { text.to_owned() }
    }

    pub(super) fn opening(&mut self, address: &str) -> io::Result<()> {
        writeln!(
            self.out,
            "The SCIM bridge answers on {address}; BMC and Ivanti are look-alikes with 250 users each."
        )?;
        writeln!(self.out, "Each step shows the request, the native calls that it became, and the vendor's record.")
    }

    pub(super) fn story(&mut self, client: &str, side: &Side) -> io::Result<()> {
        let title = format!("{client}, target {}", side.target());
        writeln!(self.out, "\n{}\n{}", self.ink(Ink::Bold, &title), "=".repeat(title.len()))
    }

    pub(super) fn request(&mut self, number: usize, step: &Step, path: &str, body: Option<&Value>) -> io::Result<()> {
        writeln!(self.out, "\n{}", self.ink(Ink::Bold, &format!("{number}. {}", step.what)))?;
        writeln!(self.out, "   {} /scim/v2{path}", self.ink(Ink::Cyan, step.method.as_str()))?;
        body.map_or(Ok(()), |body| self.json(body, 6))
    }

    pub(super) fn answer(&mut self, answer: &Answer) -> io::Result<()> {
        let detail = answer.body.get("detail").and_then(Value::as_str).unwrap_or_default();
        let found = answer.body.get("totalResults").map(|total| format!("totalResults {total}")).unwrap_or_default();
        let ink = if answer.status.is_server_error() { Ink::Red } else { Ink::Bold };
        let text = format!("{}  {detail}{found}", self.ink(ink, &answer.status.to_string()));
        writeln!(self.out, "   answer: {}", text.trim_end())
    }

    pub(super) fn calls(&mut self, calls: &[Entry]) -> io::Result<()> {
        writeln!(self.out, "   native calls:{}", if calls.is_empty() { " none" } else { "" })?;
        for call in calls {
            let line = format!("{} {} -> {}", call.method, call.path, call.status);
            writeln!(self.out, "      {}", self.ink(Ink::Cyan, &line))?;
            for (name, value) in &call.query_pairs {
                writeln!(self.out, "         {}", self.ink(Ink::Faint, &cut(&format!("{name}={value}"), WIDTH)))?;
            }
            match &call.body {
                Some(Value::String(text)) => writeln!(self.out, "         {}", cut(text, WIDTH))?,
                Some(body) => self.json(body, 9)?,
                None => {}
            }
        }
        Ok(())
    }

    /// The records that differ, with the fields that differ.
    pub(super) fn records(&mut self, before: &Records, after: &Records) -> io::Result<()> {
        let changed = changed(before, after);
        if changed.is_empty() {
            return writeln!(self.out, "   records: none was written");
        }
        for id in changed {
            writeln!(self.out, "   {id}:")?;
            self.record(before.get(&id), after.get(&id))?;
        }
        Ok(())
    }

    fn record(&mut self, before: Option<&Record>, after: Option<&Record>) -> io::Result<()> {
        let mut rows = vec![["field".to_owned(), "before".to_owned(), "after".to_owned()]];
        for (name, before, after) in differences(before, after) {
            let secret = name.to_lowercase().contains("password");
            let [before, after] = [before, after].map(|value| shown(value.as_ref(), secret));
            rows.push([name, before, after]);
        }
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
        let (first, second) = (width(0), width(1));
        for (index, [name, before, after]) in rows.iter().enumerate() {
            let line = format!("{name:first$}  {before:second$}  {after}");
            let line = if index == 0 { self.ink(Ink::Faint, &line) } else { line };
            writeln!(self.out, "      {line}")?;
        }
        Ok(())
    }

    pub(super) fn verdict(&mut self, faults: &[String]) -> io::Result<()> {
        if faults.is_empty() {
            return writeln!(self.out, "   {}", self.ink(Ink::Green, "as it should be"));
        }
        for fault in faults {
            writeln!(self.out, "   {}", self.ink(Ink::Red, &format!("NOT AS IT SHOULD BE: {fault}")))?;
        }
        Ok(())
    }

    pub(super) fn summary(&mut self, outcome: &Outcome) -> io::Result<()> {
        writeln!(self.out, "\n{}", self.ink(Ink::Bold, "Summary"))?;
        if outcome.faults.is_empty() {
            let text = format!("{} steps, and every record is as it should be.", outcome.steps);
            return writeln!(self.out, "{}", self.ink(Ink::Green, &text));
        }
        writeln!(self.out, "{} steps; not as it should be:", outcome.steps)?;
        for fault in &outcome.faults {
            writeln!(self.out, "  {}", self.ink(Ink::Red, fault))?;
        }
        Ok(())
    }

    fn json(&mut self, value: &Value, indent: usize) -> io::Result<()> {
        let mut text = String::new();
        pretty(value, indent, &mut text);
        writeln!(self.out, "{:indent$}{text}", "")
    }
}

fn shown(value: Option<&Value>, secret: bool) -> String {
    match value {
        None => "-".to_owned(),
        Some(_) if secret => "***".to_owned(),
        Some(Value::String(text)) => cut(text, COLUMN_MAX),
        Some(value) => cut(&value.to_string(), COLUMN_MAX),
    }
}

fn cut(text: &str, length_max: usize) -> String {
    match text.char_indices().nth(length_max) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// JSON on one line where it fits, else one member a line; passwords hidden.
fn pretty(value: &Value, indent: usize, out: &mut String) {
    let line = compact(value);
    if indent + line.chars().count() <= WIDTH {
        out.push_str(&line);
        return;
    }
    let mut members = |open: char, members: Vec<(String, &Value)>, close: char| {
        out.push(open);
        let last = members.len().saturating_sub(1);
        for (index, (name, member)) in members.into_iter().enumerate() {
            out.push('\n');
            out.push_str(&" ".repeat(indent + 2));
            out.push_str(&name);
            if name.starts_with("\"password\"") {
                out.push_str("\"***\"");
            } else {
                pretty(member, indent + 2, out);
            }
            out.push_str(if index == last { "" } else { "," });
        }
        out.push('\n');
        out.push_str(&" ".repeat(indent));
        out.push(close);
    };
    match value {
        Value::Object(map) => {
            members('{', map.iter().map(|(name, value)| (format!("\"{name}\": "), value)).collect(), '}');
        }
        Value::Array(list) => members('[', list.iter().map(|value| (String::new(), value)).collect(), ']'),
        _ => out.push_str(&line),
    }
}

fn compact(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let member = |(name, value): (&String, &Value)| {
                let value = if name == "password" { "\"***\"".to_owned() } else { compact(value) };
                format!("\"{name}\": {value}")
            };
            format!("{{ {} }}", map.iter().map(member).collect::<Vec<_>>().join(", "))
        }
        Value::Array(list) => format!("[{}]", list.iter().map(compact).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}
