//! The trees that the parsers give.
//!
//! Plain data: nothing here reads or prints a text, looks up a schema or evaluates anything.

/// A filter (RFC 7644 §3.4.2.2).
///
/// A tree is *well-formed* when it is one the parser can give: `And` and `Or` have two or more operands, a
/// [`ValuePath`](Filter::ValuePath) holds no other value path, names follow the grammar. For a well-formed tree,
/// parsing what [`Display`](std::fmt::Display) prints gives the same tree again.
///
/// Walking a tree recursively is safe for trees that come from the parser: their depth is limited by
/// [`Limits::depth_max`](crate::Limits::depth_max).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Filter {
    /// `userName eq "ada"`: compares an attribute with a value.
    Compare {
        /// The attribute.
        path: AttributePath,
        /// How to compare.
        operator: Operator,
        /// What to compare with.
        value: Literal,
    },
    /// `title pr`: the attribute has a value.
    Present(AttributePath),
    /// `a and b and c`: two or more filters that hold all.
    ///
    /// A chain is flat; a group in parentheses stays a tree of its own: `(a and b) and c` has two operands.
    And(Vec<Filter>),
    /// `a or b or c`: two or more filters of which one holds. Groups are kept as in [`And`](Filter::And).
    Or(Vec<Filter>),
    /// `not (a)`: the filter does not hold.
    Not(Box<Filter>),
    /// `emails[type eq "work"]`: true when one element of the multi-valued attribute satisfies the inner filter, whose
    /// paths are relative to the element.
    ///
    /// `emails[type eq "work"].value eq "a@b"`, which is beyond the RFC but is sent by Microsoft Entra, gives the tree
    /// of `emails[type eq "work" and value eq "a@b"]`. An `or` inside the brackets becomes a group, so that the printed
    /// form may nest one level deeper than what was read.
    ValuePath {
        /// The multi-valued attribute.
        path: AttributePath,
        /// What one element must satisfy.
        filter: Box<Filter>,
    },
}

/// A comparison operator of a filter (RFC 7644 §3.4.2.2, table 3). `pr` is [`Filter::Present`].
///
/// ```
/// use scim_filter_parser::Operator;
///
/// assert_eq!(Operator::Sw.as_str(), "sw");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operator {
    /// Equal.
    Eq,
    /// Not equal.
    Ne,
    /// Contains.
    Co,
    /// Starts with.
    Sw,
    /// Ends with.
    Ew,
    /// Greater than.
    Gt,
    /// Greater than or equal to.
    Ge,
    /// Less than.
    Lt,
    /// Less than or equal to.
    Le,
}

impl Operator {
    /// Every operator, in the order of the RFC's table.
    pub const ALL: [Operator; 9] = [
        Operator::Eq,
        Operator::Ne,
        Operator::Co,
        Operator::Sw,
        Operator::Ew,
        Operator::Gt,
        Operator::Ge,
        Operator::Lt,
        Operator::Le,
    ];

    /// The operator as it stands in a filter, in lower case.
    pub fn as_str(self) -> &'static str {
        match self {
            Operator::Eq => "eq",
            Operator::Ne => "ne",
            Operator::Co => "co",
            Operator::Sw => "sw",
            Operator::Ew => "ew",
            Operator::Gt => "gt",
            Operator::Ge => "ge",
            Operator::Lt => "lt",
            Operator::Le => "le",
        }
    }
}

/// The value that an attribute is compared with: a JSON value that is neither an array nor an object.
///
/// Date-times, references and binary values are strings here; the schema tells them apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Literal {
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// `42`, `-1.5`, `2e3`.
    Number(Number),
    /// `"ada"`, with the escape sequences resolved. It may hold any character, U+0000 included.
    String(String),
}

/// A JSON number, kept as it was written, so that nothing is lost whatever its size.
///
/// Two numbers are equal when their texts are: `1.0` and `1` differ here. Compare [`as_f64`](Number::as_f64) for the
/// value.
///
/// ```
/// use scim_filter_parser::Number;
///
/// let number: Number = "12345678901234567890".parse()?;
/// assert_eq!(number.as_str(), "12345678901234567890");
/// assert_eq!(number.as_i64(), None);
/// assert_eq!(Number::from(-3).as_i64(), Some(-3));
/// # Ok::<(), scim_filter_parser::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Number {
    text: String,
}

impl Number {
    /// The caller has checked that `text` is a JSON number.
    pub(crate) fn from_checked(text: &str) -> Self {
        Number { text: text.to_owned() }
    }

    /// The number as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The value, when the number is written without fraction and exponent and fits.
    pub fn as_i64(&self) -> Option<i64> {
        self.text.parse().ok()
    }

    /// The nearest value; an infinity when the number is beyond the range.
    pub fn as_f64(&self) -> f64 {
        self.text.parse().expect("every JSON number is a Rust float literal")
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Number { text: value.to_string() }
    }
}

/// The name of an attribute, possibly with its schema and a sub-attribute (RFC 7644 §3.10).
///
/// Names keep the letter case they came with; comparing them without regard to it (RFC 7643 §2.1) is up to whoever
/// knows the schemas.
///
/// A path that is nothing but a schema URI cannot be told from a qualified attribute by its text. It is split at its
/// last colon like any other, and the caller who knows the schemas compares [`full_name`](Self::full_name) with them:
///
/// ```
/// use scim_filter_parser::parse_attribute_path;
///
/// let path = parse_attribute_path("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.displayName")?;
/// assert_eq!(path.schema.as_deref(), Some("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"));
/// assert_eq!(path.name, "manager");
/// assert_eq!(path.sub_attribute.as_deref(), Some("displayName"));
///
/// let bare = parse_attribute_path("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User")?;
/// assert_eq!(bare.schema.as_deref(), Some("urn:ietf:params:scim:schemas:extension:enterprise:2.0"));
/// assert_eq!(bare.name, "User");
/// assert_eq!(bare.full_name(), "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User");
/// # Ok::<(), scim_filter_parser::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AttributePath {
    /// The schema's URI: all that stands before the last colon.
    pub schema: Option<String>,
    /// The attribute.
    pub name: String,
    /// The sub-attribute, after the dot.
    pub sub_attribute: Option<String>,
}

impl AttributePath {
    /// An attribute without schema and sub-attribute.
    pub fn new(name: impl Into<String>) -> Self {
        AttributePath { schema: None, name: name.into(), sub_attribute: None }
    }

    /// Schema, name and sub-attribute joined again, exactly as they were read.
    pub fn full_name(&self) -> String {
        self.to_string()
    }
}

/// The target of a PATCH operation (RFC 7644 §3.5.2).
///
/// ```
/// use scim_filter_parser::parse_patch_path;
///
/// let target = parse_patch_path(r#"addresses[type eq "work"].locality"#)?;
/// assert_eq!(target.path.name, "addresses");
/// assert_eq!(target.filter.map(|filter| filter.to_string()).as_deref(), Some(r#"type eq "work""#));
/// assert_eq!(target.sub_attribute.as_deref(), Some("locality"));
///
/// let target = parse_patch_path("name.familyName")?;
/// assert_eq!(target.path.sub_attribute.as_deref(), Some("familyName"));
/// assert_eq!((target.filter, target.sub_attribute), (None, None));
/// # Ok::<(), scim_filter_parser::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PatchPath {
    /// The attribute. Without a filter, a sub-attribute stands in here: `name.familyName`.
    pub path: AttributePath,
    /// Which elements of the multi-valued attribute, if a value filter in brackets is given.
    pub filter: Option<Filter>,
    /// The sub-attribute behind the brackets. Only ever present together with `filter`.
    pub sub_attribute: Option<String>,
}
