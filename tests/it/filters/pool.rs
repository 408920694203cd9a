//! The values that filters and directories are made of, and the numbers that choose among them.

/// Text in directories and in filters.
pub(crate) const VALUES: &[&str] = &[
    "ab",
    "abc",
    "ABC",
    "b",
    "c",
    "aXc",
    "x",
    "a\"b",
    "\"",
    "a'b",
    "O'Brien",
    "'",
    "''",
    "a%b",
    "%",
    "a_b",
    "_",
    "a\\b",
    "\\",
    "\\%",
    "a*b",
    "*",
    "a[b]c",
    "[a-c]",
    "[^x]",
    "]",
    "é",
    "É",
    "josé",
    "JOSÉ",
    "łódź",
    "ŁÓDŹ",
    "田中",
    "e\u{301}",
    "straße",
    "STRASSE",
    "İstanbul",
    "istanbul",
    "ΣΑΣ",
    "σας",
    "\u{212A}elvin",
    "kelvin",
    "😀",
    "a😀b",
    " ab",
    "  abc",
    "a  b",
    "ab ",
    " ",
    "$NULL$",
    "$USER$",
    "$NULL",
    "$null",
    "$NULL x",
    "null",
    "true",
    "false",
    " or ",
    "') or (1 eq 1",
    "' or '1' eq '1",
    "\" OR \"1\" = \"1",
    "a&b=c#d?e+f",
    "ab@example.com",
    "AB@Example.COM",
    "@example.com",
    "ab@other.org",
    "Ada Lovelace",
    "1",
    "0",
];

/// The labels of the selection fields of BMC's User form.
pub(crate) const STATES: &[&str] = &["Current", "Expired", "Disabled", "Locked-Out"];
pub(crate) const LICENSES: &[&str] = &["Read", "Fixed", "Floating", "Restricted Read"];
pub(crate) const NOTIFICATIONS: &[&str] = &["None", "Alert", "E-mail"];

/// Instants as Ivanti keeps them; the first one means that there is none.
pub(crate) const STAMPS: &[&str] =
    &["0001-01-01T00:00:00Z", "2026-01-31T10:00:00Z", "2026-01-31T10:00:01Z", "2025-06-15T23:59:59Z"];

/// Instants as clients write them, and what is none.
pub(crate) const INSTANTS: &[&str] = &[
    "2026-01-31T10:00:00Z",
    "2026-01-31T15:30:00+05:30",
    "2026-01-31T10:00:00.5Z",
    "2026-01-31T10:00:01.000Z",
    "2025-06-15T23:59:59Z",
    "2026-02-01T00:00:00Z",
    "1969-12-31T23:59:59.25Z",
    "soon",
    "2026-01-31",
];

/// Numbers that look random and are the same on every run.
#[derive(Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `limit`.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^= mixed >> 31;
        usize::try_from(mixed % u64::try_from(limit).expect("small")).expect("below a usize")
    }

    /// True in so many of a hundred cases.
    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

/// A text in random letter case, ASCII letters only.
pub(crate) fn any_case(dice: &mut Dice, text: &str) -> String {
    if dice.chance(50) {
        return text.to_owned();
    }
    let flip = |letter: char| if dice.chance(50) { letter.to_ascii_uppercase() } else { letter.to_ascii_lowercase() };
    text.chars().map(flip).collect()
}
