//! Texts made to cost much. Each is 256 KiB long, so that time that grows faster than the length would not end, and
//! is read on a small stack.

use std::thread;

use scim_filter_parser::{Filter, Limits, ParseErrorKind, parse_filter, parse_filter_with, parse_patch_path_with};

const LENGTH: usize = 1 << 18;
/// Half of what the standard library gives a thread.
const STACK: usize = 1 << 20;

/// Everything that can be lifted is lifted.
const NO_LIMITS: Limits = Limits { length_max: usize::MAX, depth_max: usize::MAX, terms_max: usize::MAX };

fn on_a_small_stack<T: Send + 'static>(run: impl FnOnce() -> T + Send + 'static) -> T {
    thread::Builder::new().stack_size(STACK).spawn(run).expect("a thread").join().expect("no overflow, no panic")
}

#[test]
fn repeated_pieces_are_read_in_linear_time() {
    const PIECES: &[&str] = &[
        "(",
        ")",
        "[",
        "]",
        "not(",
        "not (",
        "not ",
        "a[",
        "a[(",
        "(a[",
        "\"",
        "\\",
        "\\\"",
        "a eq \"",
        "a",
        "a ",
        "a.",
        ".",
        "urn:",
        ":",
        " ",
        "\t",
        " and ",
        "and",
        "a pr and ",
        "a pr or ",
        "a pr and (",
        "a pr or not(",
        "(a pr) and ",
        "(a pr)",
        "a[b pr] or ",
        "a[b pr].c eq 1 and ",
        "a pr ",
        "a eq 1 ",
        "0",
        "-",
        "1e",
        "é",
        "\u{0}",
        "\\ud800",
        "😀",
    ];
    const STARTS: &[&str] = &["", "a eq ", "a eq \"", "a pr and ", "a[", "urn:x:", "(", "a pr"];
    on_a_small_stack(|| {
        for start in STARTS {
            for piece in PIECES {
                let text = format!("{start}{}", piece.repeat(LENGTH / piece.len()));
                let _ = parse_filter_with(&text, &NO_LIMITS);
                let _ = parse_patch_path_with(&text, &NO_LIMITS);
            }
        }
    });
}

#[test]
fn long_chains_are_flat() {
    on_a_small_stack(|| {
        let text = format!("{}a pr", "a pr and ".repeat(LENGTH / 9));
        let Ok(Filter::And(operands)) = parse_filter_with(&text, &NO_LIMITS) else { panic!("a chain") };
        assert_eq!(operands.len(), LENGTH / 9 + 1);
        let text = format!("{}a pr", "a pr or b pr and ".repeat(LENGTH / 17));
        let Ok(Filter::Or(operands)) = parse_filter_with(&text, &NO_LIMITS) else { panic!("a chain") };
        assert_eq!(operands.len(), LENGTH / 17 + 1);
    });
}

#[test]
fn long_values_and_blanks_are_read_in_linear_time() {
    on_a_small_stack(|| {
        for value in ["x", "\\n", "\\ud83d\\ude00", "é"] {
            let text = format!("a eq \"{}\"", value.repeat(LENGTH / value.len()));
            assert!(parse_filter_with(&text, &NO_LIMITS).is_ok());
        }
        let blanks = " ".repeat(LENGTH / 8);
        let text = format!("{blanks}({blanks}a{blanks}pr{blanks}){blanks}and{blanks}b pr{blanks}");
        assert!(parse_filter_with(&text, &NO_LIMITS).is_ok());
    });
}

#[test]
fn the_deepest_tree_fits_a_small_stack() {
    on_a_small_stack(|| {
        for (open, close) in [("not (", ")"), ("a pr and (b pr or ", ")"), ("(", ")")] {
            let depth = Limits::DEPTH_CEILING - 1;
            let text = format!("{}a[b pr]{}", open.repeat(depth), close.repeat(depth));
            let tree = parse_filter_with(&text, &NO_LIMITS).expect("within the ceiling");
            assert_eq!(tree.clone(), tree);
            assert_eq!(parse_filter_with(&tree.to_string(), &NO_LIMITS).as_ref(), Ok(&tree));
            assert!(!format!("{tree:?}").is_empty());
        }
    });
}

#[test]
fn eight_kibibytes_of_brackets_are_refused_by_their_depth() {
    for piece in ["(", "not(", "not (", "( ", "a pr and ("] {
        let error = parse_filter(&piece.repeat(8192 / piece.len())).expect_err("too deep");
        assert_eq!(error.kind(), ParseErrorKind::TooDeep, "{piece}");
    }
    // A value path inside a value path is wrong before it is too deep.
    assert_eq!(parse_filter(&"a[".repeat(4096)).expect_err("nested").position(), 3);
}
