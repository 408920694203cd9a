//! Properties: what a tree prints as reads as the same tree, and no text whatsoever makes a parser panic.
//!
//! The cases are the same on every run.

use crate::support::trees::{attribute_path, filter, number, patch_path};
use crate::support::{for_all, texts};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use scim_filter_parser::{
    AttributePath, Limits, Number, ParseError, parse_attribute_path, parse_filter, parse_filter_with, parse_patch_path,
    parse_patch_path_with,
};

/// The strings of the generator are long at times.
const LIMITS: Limits = Limits { length_max: usize::MAX, depth_max: 32, terms_max: 500 };

#[test]
fn a_printed_filter_reads_as_the_same_tree() {
    for_all(2000, filter(), |tree| {
        let printed = tree.to_string();
        prop_assert_eq!(parse_filter_with(&printed, &LIMITS), Ok(tree), "{}", printed);
        Ok(())
    });
}

#[test]
fn a_printed_patch_path_reads_as_the_same_path() {
    for_all(1000, patch_path(), |path| {
        let printed = path.to_string();
        prop_assert_eq!(parse_patch_path_with(&printed, &LIMITS), Ok(path), "{}", printed);
        Ok(())
    });
}

#[test]
fn a_printed_attribute_path_reads_as_the_same_path() {
    for_all(1000, attribute_path(), |path| {
        prop_assert_eq!(path.full_name().parse::<AttributePath>(), Ok(path));
        Ok(())
    });
}

#[test]
fn a_number_is_a_finite_or_infinite_float() {
    for_all(1000, number(), |number| {
        prop_assert!(!number.as_f64().is_nan());
        prop_assert_eq!(number.as_str().parse::<Number>(), Ok(number));
        Ok(())
    });
}

/// The position of an error lies on a character of the text, or at its end.
fn check_position<T>(text: &str, result: Result<T, ParseError>) -> Result<Option<T>, TestCaseError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) => {
            prop_assert!(text.is_char_boundary(error.position()), "{error}: {text:?}");
            prop_assert!(!error.expected().is_empty());
            Ok(None)
        }
    }
}

/// Every parser gives a tree or an error in its right place; a tree survives printing.
fn check_any_text(text: &str) -> TestCaseResult {
    if let Some(tree) = check_position(text, parse_filter(text))? {
        prop_assert_eq!(parse_filter_with(&tree.to_string(), &LIMITS), Ok(tree), "{}", text);
    }
    if let Some(path) = check_position(text, parse_patch_path(text))? {
        prop_assert_eq!(parse_patch_path_with(&path.to_string(), &LIMITS), Ok(path), "{}", text);
    }
    if let Some(path) = check_position(text, parse_attribute_path(text))? {
        prop_assert_eq!(path.to_string(), text.trim_matches([' ', '\t']));
    }
    Ok(())
}

#[test]
fn any_characters_are_survived() {
    for_all(3000, any::<String>(), |text| check_any_text(&text));
}

#[test]
fn any_bytes_are_survived() {
    for_all(3000, proptest::collection::vec(any::<u8>(), 0..200), |bytes| {
        check_any_text(&String::from_utf8_lossy(&bytes))
    });
}

#[test]
fn any_sequence_of_tokens_is_survived() {
    for_all(3000, texts::tokens(), |text| check_any_text(&text));
}

#[test]
fn any_damage_to_a_filter_is_survived() {
    for_all(1500, texts::damaged(filter()), |text| check_any_text(&text));
}

#[test]
fn every_beginning_of_a_filter_is_survived() {
    for_all(200, filter(), |tree| {
        let printed = tree.to_string();
        for (end, _) in printed.char_indices().take(2000) {
            check_any_text(&printed[..end])?;
        }
        Ok(())
    });
}
