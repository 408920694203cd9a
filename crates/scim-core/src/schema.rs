//! Schemas, attribute characteristics and resource types as data (RFC 7643 sections 2, 3 and 7).

mod builtin;

pub use builtin::{enterprise_user, group, user};

use serde_json::{Value, json};

/// `urn:ietf:params:scim:schemas:core:2.0:User` (RFC 7643 section 4.1).
pub const USER_URN: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// `urn:ietf:params:scim:schemas:core:2.0:Group` (RFC 7643 section 4.2).
pub const GROUP_URN: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
/// `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User` (RFC 7643 section 4.3).
pub const ENTERPRISE_USER_URN: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant),* }
        impl $name {
            /// The spelling on the wire.
            pub fn as_str(self) -> &'static str { match self { $(Self::$variant => $text),* } }
        }
    };
}

words! {
    /// An attribute's data type (RFC 7643 section 2.3).
    Kind { /// JSON string.
        String = "string", /// JSON boolean.
        Boolean = "boolean", /// JSON number with a fraction.
        Decimal = "decimal", /// JSON number without a fraction.
        Integer = "integer", /// `xsd:dateTime` in a JSON string.
        DateTime = "dateTime", /// Base64 in a JSON string.
        Binary = "binary", /// A URI, or the id of another resource.
        Reference = "reference", /// A JSON object of sub-attributes.
        Complex = "complex" }
}
words! {
    /// Who may write an attribute, and when (RFC 7643 section 2.2).
    Mutability { /// Clients never write it.
        ReadOnly = "readOnly", /// Clients read and write it.
        ReadWrite = "readWrite", /// Set at creation, never changed.
        Immutable = "immutable", /// Never returned.
        WriteOnly = "writeOnly" }
}
words! {
    /// When an attribute is returned (RFC 7643 section 2.2).
    Returned { /// In every answer.
        Always = "always", /// In no answer.
        Never = "never", /// Unless excluded.
        Default = "default", /// Only when asked for.
        Request = "request" }
}
words! {
    /// Whether two resources may share a value (RFC 7643 section 2.2).
    Uniqueness { /// They may.
        None = "none", /// Unique within the endpoint.
        Server = "server", /// Unique everywhere.
        Global = "global" }
}

/// One attribute definition with its characteristics (RFC 7643 section 7).
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "the characteristics of the RFC, independent of each other")]
pub struct Attribute {
    /// The name, spelled as clients see it.
    pub name: String,
    /// The data type.
    pub kind: Kind,
    /// Whether values come in a JSON array.
    pub multi_valued: bool,
    /// What it means, for people.
    pub description: String,
    /// Whether a resource must have it.
    pub required: bool,
    /// Values that clients are advised to use, such as "work".
    pub canonical_values: Vec<String>,
    /// Whether letter case counts in comparisons.
    pub case_exact: bool,
    /// Who may write it.
    pub mutability: Mutability,
    /// When it is returned.
    pub returned: Returned,
    /// Whether values are unique.
    pub uniqueness: Uniqueness,
    /// What a reference may point to.
    pub reference_types: Vec<String>,
    /// The parts of a complex attribute.
    pub sub_attributes: Vec<Attribute>,
    /// Whether the service provider finds a value where a request has none, though a resource must have one. Such an
    /// attribute is shown as required and never asked for.
    pub derivable: bool,
    /// Whether `/Schemas` shows it. One that is not shown is still recognised, so that it can be refused by name.
    pub advertised: bool,
}

impl Attribute {
    /// A single-valued, optional, case-insensitive `readWrite` attribute that is returned by default.
    pub fn new(name: &str, kind: Kind, description: &str) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            multi_valued: false,
            description: description.to_owned(),
            required: false,
            canonical_values: Vec::new(),
            case_exact: false,
            mutability: Mutability::ReadWrite,
            returned: Returned::Default,
            uniqueness: Uniqueness::None,
            reference_types: Vec::new(),
            sub_attributes: Vec::new(),
            derivable: false,
            advertised: true,
        }
    }

    /// A string attribute, as [`Attribute::new`].
    pub fn string(name: &str, description: &str) -> Self {
        Self::new(name, Kind::String, description)
    }

    /// A complex attribute with these parts.
    pub fn complex(name: &str, description: &str, parts: Vec<Attribute>) -> Self {
        Self { sub_attributes: parts, ..Self::new(name, Kind::Complex, description) }
    }

    /// The same, with values in an array.
    #[must_use]
    pub fn multi(mut self) -> Self {
        self.multi_valued = true;
        self
    }

    /// The same, required.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// The same, required of a resource but not of a request: the service provider has a value.
    #[must_use]
    pub fn always_there(self) -> Self {
        Self { required: true, derivable: true, ..self }
    }

    /// Whether a request that has no value for it is refused.
    pub fn is_demanded(&self) -> bool {
        self.required && !self.derivable
    }

    /// The same, comparing with regard to letter case.
    #[must_use]
    pub fn case_exact(mut self) -> Self {
        self.case_exact = true;
        self
    }

    /// The same, with this mutability.
    #[must_use]
    pub fn mutability(mut self, mutability: Mutability) -> Self {
        self.mutability = mutability;
        self
    }

    /// The same, with this `returned` characteristic.
    #[must_use]
    pub fn returned(mut self, returned: Returned) -> Self {
        self.returned = returned;
        self
    }

    /// The same, with this uniqueness.
    #[must_use]
    pub fn uniqueness(mut self, uniqueness: Uniqueness) -> Self {
        self.uniqueness = uniqueness;
        self
    }

    /// The same, with these canonical values.
    #[must_use]
    pub fn canonical(mut self, values: &[&str]) -> Self {
        self.canonical_values = values.iter().map(|&value| value.to_owned()).collect();
        self
    }

    /// The same, referring to these resource types (or "uri", "external").
    #[must_use]
    pub fn refers_to(mut self, types: &[&str]) -> Self {
        self.reference_types = types.iter().map(|&value| value.to_owned()).collect();
        self
    }

    /// As `/Schemas` shows it (RFC 7643 section 7).
    pub fn to_json(&self) -> Value {
        let mut out = json!({
            "name": self.name, "type": self.kind.as_str(), "multiValued": self.multi_valued,
            "description": self.description, "required": self.required,
        });
        if !self.canonical_values.is_empty() {
            out["canonicalValues"] = json!(self.canonical_values);
        }
        if self.kind != Kind::Complex {
            out["caseExact"] = json!(self.case_exact);
        }
        out["mutability"] = json!(self.mutability.as_str());
        out["returned"] = json!(self.returned.as_str());
        out["uniqueness"] = json!(self.uniqueness.as_str());
        if !self.reference_types.is_empty() {
            out["referenceTypes"] = json!(self.reference_types);
        }
        if !self.sub_attributes.is_empty() {
            out["subAttributes"] = self.sub_attributes.iter().filter(|it| it.advertised).map(Self::to_json).collect();
        }
        out
    }
}

/// A set of attributes under a URN (RFC 7643 section 7).
#[derive(Debug, Clone, PartialEq)]
pub struct Schema {
    /// The URN.
    pub id: String,
    /// The name, for people.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Its attributes, in the order in which they are shown.
    pub attributes: Vec<Attribute>,
}

/// A kind of resource: its endpoint and schemas (RFC 7643 section 6).
#[derive(Debug, Clone, PartialEq)]
pub struct ResourceType {
    /// `User`, `Group`.
    pub name: String,
    /// `/Users`, `/Groups`.
    pub endpoint: String,
    /// What it is.
    pub description: String,
    /// The core schema.
    pub schema: Schema,
    /// The extensions; none of ours is required.
    pub extensions: Vec<Schema>,
}

impl ResourceType {
    /// `User` at `/Users` with these extensions.
    pub fn user(extensions: Vec<Schema>) -> Self {
        Self {
            name: "User".to_owned(),
            endpoint: "/Users".to_owned(),
            description: "User account".to_owned(),
            schema: user(),
            extensions,
        }
    }

    /// `Group` at `/Groups` with these extensions.
    pub fn group(extensions: Vec<Schema>) -> Self {
        Self {
            name: "Group".to_owned(),
            endpoint: "/Groups".to_owned(),
            description: "Group".to_owned(),
            schema: group(),
            extensions,
        }
    }
}
