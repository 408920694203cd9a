//! Reads and prints the three little languages of SCIM 2.0 (RFC 7644): filters (§3.4.2.2), attribute paths (§3.10) and
//! the paths of PATCH operations (§3.5.2).
//!
//! ```
//! use scim_filter_parser::{AttributePath, Filter, Literal, Operator, parse_filter};
//!
//! let filter = parse_filter(r#"emails[type eq "work"] or userName SW "j""#)?;
//! let Filter::Or(operands) = &filter else { panic!("two operands") };
//! assert_eq!(
//!     operands[1],
//!     Filter::Compare {
//!         path: AttributePath::new("userName"),
//!         operator: Operator::Sw,
//!         value: Literal::String("j".to_owned()),
//!     }
//! );
//! assert_eq!(filter.to_string(), r#"emails[type eq "work"] or userName sw "j""#);
//! # Ok::<(), scim_filter_parser::ParseError>(())
//! ```
//!
//! # What is accepted
//!
//! All of the RFC's grammar, and this beyond it, because clients send it:
//!
//! - any run of spaces and tabs where the grammar has one space, around the text and inside brackets;
//! - white space between `not` and its parenthesis, or none;
//! - `true`, `false` and `null` in any letter case, as `and`, `or`, `not`, `pr` and the operators have it in the RFC;
//! - the attribute name `$ref` (RFC 7643 §2.4 has it, the grammar does not), and dollar signs in names (RFC 7643 §2.1);
//! - `emails[type eq "work"].value eq "a@b"` (Microsoft Entra), which becomes
//!   `emails[type eq "work" and value eq "a@b"]`.
//!
//! Values stand in double quotes: `userName eq ada` is an error, and so is a control character inside a string.
//!
//! # What is left to the caller
//!
//! This crate knows no schema and evaluates nothing. It keeps the letter case of names, does not check that an
//! attribute exists or that an operator suits its type, and passes any character that a string may hold.
//!
//! # Hostile texts
//!
//! Time is linear in the length of the text, and [`Limits`] bound its length, its nesting and the number of attribute
//! expressions while it is read, before memory is spent on it. No text can exhaust the stack.

#![warn(missing_docs)]

mod error;
mod limits;
mod parse;
mod print;
mod tree;

pub use crate::error::{ParseError, ParseErrorKind};
pub use crate::limits::Limits;
pub use crate::parse::{
    parse_attribute_path, parse_filter, parse_filter_with, parse_patch_path, parse_patch_path_with,
};
pub use crate::tree::{AttributePath, Filter, Literal, Number, Operator, PatchPath};
