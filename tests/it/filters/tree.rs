//! Filters as trees: made at random, and printed as clients write them.

use super::directory::Vendor;
use super::pool::{Dice, INSTANTS, LICENSES, NOTIFICATIONS, STATES, VALUES, any_case};

#[derive(Clone, Debug)]
pub(crate) enum Tree {
    And(Vec<Tree>),
    Or(Vec<Tree>),
    Not(Box<Tree>),
    Present(Attribute),
    Compare(Attribute, Operator, Literal),
    /// `emails[…]`
    Element(&'static str, Box<Tree>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Eq,
    Ne,
    Co,
    Sw,
    Ew,
    Gt,
    Ge,
    Lt,
    Le,
}

#[derive(Clone, Debug)]
pub(crate) enum Literal {
    Null,
    Flag(bool),
    Text(String),
}

/// An attribute as a filter names it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attribute {
    /// The schema in front, where there is one.
    pub(crate) urn: &'static str,
    /// As printed; in a [`super::directory::Person`] without the schema.
    pub(crate) path: &'static str,
    pub(crate) kind: Kind,
    /// Values that it has beyond the pool's.
    labels: &'static [&'static str],
    vendor: Option<Vendor>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Letter case does not count.
    Text,
    /// Letter case counts.
    Exact,
    Flag,
    Instant,
}

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:";
const BMC: &str = "urn:ietf:params:scim:schemas:extension:bmc:2.0:User:";
const IVANTI: &str = "urn:ietf:params:scim:schemas:extension:ivanti:2.0:User:";
const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User:";

const fn text(path: &'static str) -> Attribute {
    Attribute { urn: "", path, kind: Kind::Text, labels: &[], vendor: None }
}

const fn of(vendor: Vendor, urn: &'static str, path: &'static str) -> Attribute {
    Attribute { urn, vendor: Some(vendor), ..text(path) }
}

const fn labelled(path: &'static str, labels: &'static [&'static str]) -> Attribute {
    Attribute { labels, ..of(Vendor::Bmc, BMC, path) }
}

const ATTRIBUTES: &[Attribute] = &[
    text("userName"),
    Attribute { urn: CORE, ..text("userName") },
    text("displayName"),
    text("name.formatted"),
    text("name.givenName"),
    text("name.familyName"),
    text("nickName"),
    text("title"),
    text("emails.value"),
    text("emails"),
    text("emails.type"),
    Attribute { kind: Kind::Flag, ..text("emails.primary") },
    text("phoneNumbers.value"),
    Attribute { kind: Kind::Flag, ..text("active") },
    Attribute { kind: Kind::Exact, ..text("externalId") },
    Attribute { urn: ENTERPRISE, ..text("department") },
    of(Vendor::Bmc, ENTERPRISE, "organization"),
    of(Vendor::Bmc, "", "locale"),
    of(Vendor::Bmc, "", "timezone"),
    of(Vendor::Bmc, BMC, "region"),
    of(Vendor::Bmc, BMC, "site"),
    labelled("licenseType", LICENSES),
    labelled("defaultNotifyMechanism", NOTIFICATIONS),
    labelled("accountStatus", STATES),
    Attribute { kind: Kind::Flag, ..of(Vendor::Bmc, BMC, "locked") },
    Attribute { kind: Kind::Exact, ..of(Vendor::Ivanti, ENTERPRISE, "manager.value") },
    Attribute { kind: Kind::Exact, ..of(Vendor::Ivanti, IVANTI, "team") },
    of(Vendor::Ivanti, IVANTI, "location"),
    of(Vendor::Ivanti, "", "roles.value"),
    Attribute { kind: Kind::Instant, ..of(Vendor::Ivanti, "", "meta.created") },
    Attribute { kind: Kind::Instant, ..of(Vendor::Ivanti, "", "meta.lastModified") },
];

const PARTS: &[Attribute] = &[
    text("value"),
    text("value"),
    Attribute { labels: &["work", "home"], ..text("type") },
    Attribute { kind: Kind::Flag, ..text("primary") },
    text("display"),
];

const OPERATORS: &[(Operator, &str)] = &[
    (Operator::Eq, "eq"),
    (Operator::Ne, "ne"),
    (Operator::Co, "co"),
    (Operator::Sw, "sw"),
    (Operator::Ew, "ew"),
    (Operator::Gt, "gt"),
    (Operator::Ge, "ge"),
    (Operator::Lt, "lt"),
    (Operator::Le, "le"),
];

/// A generator of filters for one vendor.
#[derive(Debug)]
pub(crate) struct Grower<'a> {
    pub(crate) dice: &'a mut Dice,
    pub(crate) vendor: Vendor,
    /// Values that stand in filters beside the pool's.
    pub(crate) more: &'a [String],
    /// In so many of a hundred leaves something that SCIM refuses may stand.
    pub(crate) faults: usize,
}

impl Grower<'_> {
    /// A tree; most of them are a leaf or two.
    pub(crate) fn tree(&mut self) -> Tree {
        let depth = *self.dice.pick(&[0, 0, 0, 1, 1, 2, 3, 4]);
        self.branch(depth, &Self::leaf)
    }

    fn branch(&mut self, depth: usize, leaf: &impl Fn(&mut Self) -> Tree) -> Tree {
        if depth == 0 {
            return leaf(self);
        }
        let shape = self.dice.below(10);
        if shape < 3 {
            return Tree::Not(Box::new(self.branch(depth - 1, leaf)));
        }
        let count = 2 + self.dice.below(2);
        let parts = (0..count)
            .map(|_| {
                let below = self.dice.below(depth);
                self.branch(below, leaf)
            })
            .collect();
        if shape < 7 { Tree::And(parts) } else { Tree::Or(parts) }
    }

    fn leaf(&mut self) -> Tree {
        if self.dice.chance(8) {
            let list = *self.dice.pick(&["emails", "emails", "phoneNumbers"]);
            let depth = self.dice.below(3);
            return Tree::Element(list, Box::new(self.branch(depth, &Self::part)));
        }
        let own: Vec<Attribute> =
            ATTRIBUTES.iter().filter(|it| it.vendor.is_none_or(|vendor| vendor == self.vendor)).copied().collect();
        let attribute = if self.dice.chance(15) { own[0] } else { *self.dice.pick(&own) };
        self.about(attribute)
    }

    fn part(&mut self) -> Tree {
        let attribute = *self.dice.pick(PARTS);
        self.about(attribute)
    }

    fn about(&mut self, attribute: Attribute) -> Tree {
        if self.dice.chance(8) {
            return Tree::Present(attribute);
        }
        // What clients ask most is equality.
        let &(mut operator, _) = if self.dice.chance(25) { &OPERATORS[0] } else { self.dice.pick(OPERATORS) };
        let literal = self.literal(attribute);
        let legal = super::naive::is_legal(attribute, operator, &literal);
        if !legal && !self.dice.chance(self.faults) {
            operator = *self.dice.pick(&[Operator::Eq, Operator::Ne]);
            if !super::naive::is_legal(attribute, operator, &literal) {
                return Tree::Present(attribute);
            }
        }
        Tree::Compare(attribute, operator, literal)
    }

    fn literal(&mut self, attribute: Attribute) -> Literal {
        if self.dice.chance(4) {
            return Literal::Null;
        }
        match attribute.kind {
            Kind::Flag if self.dice.chance(90) => match self.dice.below(4) {
                0 => Literal::Text((*self.dice.pick(&["true", "false"])).to_owned()),
                _ => Literal::Flag(self.dice.chance(50)),
            },
            Kind::Instant => Literal::Text((*self.dice.pick(INSTANTS)).to_owned()),
            _ if !attribute.labels.is_empty() && self.dice.chance(70) => {
                let label = *self.dice.pick(attribute.labels);
                let from = self.dice.below(label.len());
                let piece = if self.dice.chance(30) { &label[from..] } else { label };
                Literal::Text(any_case(self.dice, piece))
            }
            _ if self.dice.chance(2) => Literal::Text(String::new()),
            _ if self.dice.chance(2) => Literal::Flag(true),
            _ if !self.more.is_empty() && self.dice.chance(30) => {
                let value = self.dice.pick(self.more).clone();
                Literal::Text(any_case(self.dice, &value))
            }
            _ => Literal::Text((*self.dice.pick(VALUES)).to_owned()),
        }
    }
}

/// The filter as a client may write it: letter case, escapes and blanks are any.
pub(crate) fn print(dice: &mut Dice, tree: &Tree) -> String {
    match tree {
        Tree::And(parts) => join(dice, parts, "and"),
        Tree::Or(parts) => join(dice, parts, "or"),
        Tree::Not(inner) => {
            let blank = if dice.chance(50) { " " } else { "" };
            format!("{}{blank}({})", any_case(dice, "not"), print(dice, inner))
        }
        Tree::Present(attribute) => format!("{} {}", name(dice, *attribute), any_case(dice, "pr")),
        Tree::Compare(attribute, operator, literal) => {
            let (_, word) = OPERATORS.iter().find(|(own, _)| own == operator).expect("every operator has a word");
            let literal = print_literal(dice, literal);
            format!("{} {} {literal}", name(dice, *attribute), any_case(dice, word))
        }
        Tree::Element(list, inner) => format!("{}[{}]", any_case(dice, list), print(dice, inner)),
    }
}

fn name(dice: &mut Dice, attribute: Attribute) -> String {
    format!("{}{}", attribute.urn, any_case(dice, attribute.path))
}

fn join(dice: &mut Dice, parts: &[Tree], word: &str) -> String {
    let mut printed = String::new();
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            printed.extend([" ", &any_case(dice, word), " "]);
        }
        let text = print(dice, part);
        match part {
            Tree::And(_) | Tree::Or(_) => printed.extend(["(", &text, ")"]),
            _ => printed.push_str(&text),
        }
    }
    printed
}

fn print_literal(dice: &mut Dice, literal: &Literal) -> String {
    match literal {
        Literal::Null => "null".to_owned(),
        Literal::Flag(flag) => flag.to_string(),
        Literal::Text(text) if dice.chance(20) => {
            let escaped: Vec<String> = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
            format!("\"{}\"", escaped.concat())
        }
        Literal::Text(text) => serde_json::Value::from(text.as_str()).to_string(),
    }
}
