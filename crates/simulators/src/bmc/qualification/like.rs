//! LIKE patterns of the three databases.

use super::Database;

/// One step of a pattern.
#[derive(Debug)]
enum Step {
    /// Any run of characters, the empty one included.
    Run,
    /// Any one character.
    One,
    Exactly(char),
    /// One character that is, or with `true` is not, within one of the ranges.
    Set(bool, Vec<(char, char)>),
}

/// Whether a pattern has anything in it that is not an ordinary character; without, LIKE is an equality.
pub(super) fn has_wildcard(pattern: &str, database: Database) -> bool {
    pattern.contains(['%', '_']) || (database == Database::SqlServer && pattern.contains('['))
}

/// Whether the whole of `text` matches `pattern`; both have been folded already where letter case does not count.
pub(super) fn like(text: &[char], pattern: &[char], database: Database) -> bool {
    steps(pattern, database).is_some_and(|steps| walk(text, &steps))
}

/// `None` for a pattern that can match nothing: a set that is never closed, an escape with nothing after it.
fn steps(pattern: &[char], database: Database) -> Option<Vec<Step>> {
    let mut steps = Vec::with_capacity(pattern.len());
    let mut rest = pattern;
    while let [first, tail @ ..] = rest {
        rest = tail;
        steps.push(match first {
            '%' => Step::Run,
            '_' => Step::One,
            '[' if database == Database::SqlServer => {
                let close = rest.iter().position(|c| *c == ']')?;
                let set = set(&rest[..close]);
                rest = &rest[close + 1..];
                set
            }
            '\\' if database == Database::Postgres => {
                let [escaped, tail @ ..] = rest else { return None };
                rest = tail;
                Step::Exactly(*escaped)
            }
            other => Step::Exactly(*other),
        });
    }
    Some(steps)
}

fn set(inside: &[char]) -> Step {
    let (negated, mut rest) = match inside {
        ['^', rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    let mut ranges = Vec::new();
    while let [first, tail @ ..] = rest {
        (rest, ranges) = match tail {
            ['-', last, tail @ ..] => (tail, with(ranges, (*first, *last))),
            _ => (tail, with(ranges, (*first, *first))),
        };
    }
    Step::Set(negated, ranges)
}

fn with(mut ranges: Vec<(char, char)>, range: (char, char)) -> Vec<(char, char)> {
    ranges.push(range);
    ranges
}

/// Greedy with one way back, to the last run: time is at worst the product of both lengths.
fn walk(text: &[char], steps: &[Step]) -> bool {
    let (mut at, mut step) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    loop {
        match (steps.get(step), text.get(at)) {
            (Some(Step::Run), _) => {
                back = Some((step, at));
                step += 1;
                continue;
            }
            (None, None) => return true,
            (Some(one), Some(c)) if fits(one, *c) => {
                at += 1;
                step += 1;
                continue;
            }
            _ => {}
        }
        let Some((run, from)) = back.filter(|(_, from)| *from < text.len()) else { return false };
        back = Some((run, from + 1));
        (step, at) = (run + 1, from + 1);
    }
}

fn fits(step: &Step, c: char) -> bool {
    match step {
        Step::Run => false,
        Step::One => true,
        Step::Exactly(wanted) => *wanted == c,
        Step::Set(negated, ranges) => ranges.iter().any(|(from, to)| (*from..=*to).contains(&c)) != *negated,
    }
}
