//! AR System qualifications: a typed tree's one printer (reference section 4).

use crate::translate::{Condition, Dialect, FieldId, FieldTable, LikePart, NativeValue, Relation};

/// How AR System queries behave.
pub(super) fn dialect(case_insensitive: bool) -> Dialect {
    Dialect {
        case_insensitive,
        nulls: true,
        like: true,
        is_keyword,
        // The server caps pages on its own: only an empty one is the end.
        short_page_ends: false,
        // The servlet container in front takes 8 KiB of request line and headers.
        condition_max: 5_000,
        spellings_max: 1,
    }
}

/// Whether a quoted text may be read as a keyword such as `$NULL$` or `$USER$`.
fn is_keyword(text: &str) -> bool {
    text.len() > 2 && text.starts_with('$') && text.ends_with('$')
}

/// Prints a qualification, every part of it in parentheses, because precedence is documented in pieces only. The whole
/// has none, as in the vendor's guide.
pub(super) fn print(fields: &FieldTable, condition: &Condition) -> String {
    let mut out = String::new();
    write(fields, condition, &mut out);
    out
}

fn write(fields: &FieldTable, condition: &Condition, out: &mut String) {
    match condition {
        Condition::Compare(id, relation, value) => {
            field(fields, *id, out);
            out.push_str(match relation {
                Relation::Eq => " = ",
                Relation::Ne => " != ",
                Relation::Lt => " < ",
                Relation::Le => " <= ",
                Relation::Gt => " > ",
                Relation::Ge => " >= ",
            });
            literal(value, out);
        }
        Condition::Like(id, parts) => {
            field(fields, *id, out);
            out.push_str(" LIKE ");
            text(&pattern(parts), out);
        }
        Condition::Empty(id) => {
            field(fields, *id, out);
            out.push_str(" = $NULL$");
        }
        Condition::NotEmpty(id) => {
            field(fields, *id, out);
            out.push_str(" != $NULL$");
        }
        Condition::And(parts) => joined(fields, parts, " AND ", out),
        Condition::Or(parts) => joined(fields, parts, " OR ", out),
    }
}

fn joined(fields: &FieldTable, parts: &[Condition], word: &str, out: &mut String) {
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            out.push_str(word);
        }
        out.push('(');
        write(fields, part, out);
        out.push(')');
    }
}

/// A field reference: single quotes, doubled inside.
fn field(fields: &FieldTable, id: FieldId, out: &mut String) {
    out.push('\'');
    out.push_str(&fields.name(id).replace('\'', "''"));
    out.push('\'');
}

fn literal(value: &NativeValue, out: &mut String) {
    match value {
        NativeValue::Number(number) => out.push_str(&number.to_string()),
        NativeValue::Boolean(flag) => out.push(if *flag { '1' } else { '0' }),
        NativeValue::Text(value) | NativeValue::Instant(value) => text(value, out),
        NativeValue::List(_) | NativeValue::Numbers(_) => text(&value.as_text(), out),
    }
}

/// A string literal: double quotes, doubled inside; no other character has a meaning.
fn text(value: &str, out: &mut String) {
    out.push('"');
    out.push_str(&value.replace('"', "\"\""));
    out.push('"');
}

fn pattern(parts: &[LikePart]) -> String {
    let piece = |part: &LikePart| match part {
        LikePart::Text(text) => text.clone(),
        LikePart::One => "_".to_owned(),
        LikePart::Any => "%".to_owned(),
    };
    parts.iter().map(piece).collect()
}
