//! The index over the entry ids, which keeps a walk through many entries quick. It changes no answer.

use super::qualification::{Operand, Qualification, Relation};
use super::schema::Form;

/// Whether ids of this kind have the same order as bytes and as text of the database, whatever its collation.
pub(super) fn is_plain(id: &str) -> bool {
    id.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
}

/// An id that no entry that fulfils the condition comes before; none when the condition names none.
pub(super) fn least_key<'a>(condition: &'a Qualification, form: &Form) -> Option<&'a str> {
    match condition {
        Qualification::And(parts) => parts.iter().filter_map(|part| least_key(part, form)).max(),
        Qualification::Compare(
            Relation::Greater | Relation::GreaterOrEqual | Relation::Equal,
            Operand::Field(reference),
            Operand::Text(id),
        ) if is_plain(id) => form.resolve(reference).filter(|field| field.id == form.key().id).map(|_| id.as_str()),
        _ => None,
    }
}
