//! How much a text may ask for before it is refused.

/// Bounds on what one text may cost, checked while it is read.
///
/// Filters come from outside. The length bounds the time, the depth bounds the stack (of the parser and of everything
/// that walks the tree afterwards), and the number of terms bounds what an evaluator or a query translator does.
///
/// ```
/// use scim_filter_parser::{Limits, ParseErrorKind, parse_filter_with};
///
/// let limits = Limits { terms_max: 1, ..Limits::default() };
/// let error = parse_filter_with("title pr and active pr", &limits).unwrap_err();
/// assert_eq!(error.kind(), ParseErrorKind::TooManyTerms);
/// assert_eq!(error.to_string(), "at position 13: expected at most 1 attribute expressions");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Longest text, in bytes. Default: 8192.
    pub length_max: usize,
    /// Deepest nesting: every open `(`, `not (` and `[` is one level. Default: 32; what lies above
    /// [`Limits::DEPTH_CEILING`] counts as the ceiling.
    pub depth_max: usize,
    /// Most attribute expressions (leaves of the tree) in one text. Default: 500.
    pub terms_max: usize,
}

impl Limits {
    /// The nesting that is refused whatever [`Limits::depth_max`] says, so that no configuration lets a text exhaust
    /// the stack.
    pub const DEPTH_CEILING: usize = 64;

    /// The depth that is enforced: `depth_max`, but never above the ceiling.
    pub(crate) fn depth(&self) -> usize {
        self.depth_max.min(Self::DEPTH_CEILING)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Limits { length_max: 8192, depth_max: 32, terms_max: 500 }
    }
}
