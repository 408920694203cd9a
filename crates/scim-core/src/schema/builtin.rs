//! The schemas of RFC 7643: User (4.1, 8.7.1), Group (4.2), Enterprise User (4.3).

use super::{Attribute, ENTERPRISE_USER_URN, GROUP_URN, Kind, Mutability, Returned, Schema, USER_URN, Uniqueness};

fn plural(name: &str, description: &str, value: Attribute, types: &[&str]) -> Attribute {
    let parts = vec![
        value,
        Attribute::string("display", "A human-readable name, for display."),
        Attribute::string("type", "What the value is for.").canonical(types),
        Attribute::new("primary", Kind::Boolean, "Whether this is the preferred value; true at most once."),
    ];
    Attribute::complex(name, description, parts).multi()
}

fn name() -> Attribute {
    let parts = vec![
        Attribute::string("formatted", "The full name, formatted for display."),
        Attribute::string("familyName", "The family name, or last name."),
        Attribute::string("givenName", "The given name, or first name."),
        Attribute::string("middleName", "The middle name(s)."),
        Attribute::string("honorificPrefix", "The title before the name, such as 'Dr.'."),
        Attribute::string("honorificSuffix", "The suffix after the name, such as 'III'."),
    ];
    Attribute::complex("name", "The components of the user's name.", parts)
}

fn addresses() -> Attribute {
    let parts = vec![
        Attribute::string("formatted", "The full mailing address, formatted for display."),
        Attribute::string("streetAddress", "The street address."),
        Attribute::string("locality", "The city or locality."),
        Attribute::string("region", "The state or region."),
        Attribute::string("postalCode", "The zip code or postal code."),
        Attribute::string("country", "The country, as an ISO 3166-1 alpha-2 code."),
        Attribute::string("type", "What the address is for.").canonical(&["work", "home", "other"]),
        Attribute::new("primary", Kind::Boolean, "Whether this is the preferred address; true at most once."),
    ];
    Attribute::complex("addresses", "Physical mailing addresses.", parts).multi()
}

fn memberships() -> Attribute {
    let read_only = |attribute: Attribute| attribute.mutability(Mutability::ReadOnly);
    let parts = vec![
        read_only(Attribute::string("value", "The id of the group.").case_exact()),
        read_only(Attribute::new("$ref", Kind::Reference, "The URI of the group."))
            .refers_to(&["User", "Group"])
            .case_exact(),
        read_only(Attribute::string("display", "The name of the group.")),
        read_only(Attribute::string("type", "Whether the membership is direct.").canonical(&["direct", "indirect"])),
    ];
    let text = "The groups the user belongs to; changed through the Group resources only.";
    read_only(Attribute::complex("groups", text, parts).multi())
}

/// The core User schema (RFC 7643 section 4.1).
pub fn user() -> Schema {
    let value = |text: &str| Attribute::string("value", text);
    let certificate = Attribute::new("value", Kind::Binary, "A DER-encoded X.509 certificate, in base64.").case_exact();
    let photo = Attribute::new("value", Kind::Reference, "The URI of a photo.").refers_to(&["external"]).case_exact();
    let phone_types = ["work", "home", "mobile", "fax", "pager", "other"];
    let im_types = ["aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo"];
    let attributes = vec![
        Attribute::string("userName", "The name the user logs in with; compared without regard to letter case.")
            .required()
            .uniqueness(Uniqueness::Server),
        name(),
        Attribute::string("displayName", "The name to show for the user."),
        Attribute::string("nickName", "The casual name of the user."),
        Attribute::new("profileUrl", Kind::Reference, "The URI of the user's online profile.")
            .refers_to(&["external"])
            .case_exact(),
        Attribute::string("title", "The user's title, such as 'Vice President'."),
        Attribute::string("userType", "The relationship to the organization, such as 'Employee'."),
        Attribute::string("preferredLanguage", "The preferred languages, as in Accept-Language."),
        Attribute::string("locale", "The default location for localisation, such as 'en-US'."),
        Attribute::string("timezone", "The time zone, as an IANA name such as 'America/Los_Angeles'."),
        Attribute::new("active", Kind::Boolean, "Whether the account can be used."),
        Attribute::string("password", "The clear text password; accepted, never returned.")
            .case_exact()
            .mutability(Mutability::WriteOnly)
            .returned(Returned::Never),
        plural("emails", "E-mail addresses.", value("An e-mail address."), &["work", "home", "other"]),
        plural("phoneNumbers", "Phone numbers.", value("A phone number."), &phone_types),
        plural("ims", "Instant messaging addresses.", value("An instant messaging address."), &im_types),
        plural("photos", "URIs of photos.", photo, &["photo", "thumbnail"]),
        addresses(),
        memberships(),
        plural("entitlements", "Things the user is entitled to.", value("An entitlement."), &[]),
        plural("roles", "Roles of the user.", value("A role."), &[]),
        plural("x509Certificates", "Certificates of the user.", certificate, &[]),
    ];
    Schema { id: USER_URN.into(), name: "User".into(), description: "User Account".into(), attributes }
}

/// The core Group schema (RFC 7643 sections 4.2 and 8.7.1), for groups whose members are users. Where a member has a
/// `value` its URI follows from it, and what clients send as the URI beside it is often null or stale; one that is given
/// by its URI alone is understood. The name is the server's to write.
pub fn group() -> Schema {
    let immutable = |attribute: Attribute| attribute.mutability(Mutability::Immutable);
    let read_only = |attribute: Attribute| attribute.mutability(Mutability::ReadOnly);
    let member = vec![
        immutable(Attribute::string("value", "The id of the member.").case_exact()),
        immutable(Attribute::new("$ref", Kind::Reference, "The URI of the member.")).refers_to(&["User"]).case_exact(),
        immutable(Attribute::string("type", "The kind of the member.").canonical(&["User"])),
        read_only(Attribute::string("display", "The name of the member.")),
    ];
    let attributes = vec![
        Attribute::string("displayName", "The name of the group.").required(),
        Attribute::complex("members", "The members of the group.", member).multi(),
    ];
    Schema { id: GROUP_URN.into(), name: "Group".into(), description: "Group".into(), attributes }
}

/// The Enterprise User extension (RFC 7643 section 4.3). The manager's `$ref` is the server's to write, as for members
/// of a group.
pub fn enterprise_user() -> Schema {
    let manager = vec![
        Attribute::string("value", "The id of the manager.").case_exact(),
        Attribute::new("$ref", Kind::Reference, "The URI of the manager.")
            .refers_to(&["User"])
            .case_exact()
            .mutability(Mutability::ReadOnly),
        Attribute::string("displayName", "The name of the manager.").mutability(Mutability::ReadOnly),
    ];
    let attributes = vec![
        Attribute::string("employeeNumber", "The number assigned by the organization."),
        Attribute::string("costCenter", "The name of a cost center."),
        Attribute::string("organization", "The name of an organization."),
        Attribute::string("division", "The name of a division."),
        Attribute::string("department", "The name of a department."),
        Attribute::complex("manager", "The user's manager.", manager),
    ];
    Schema {
        id: ENTERPRISE_USER_URN.into(),
        name: "EnterpriseUser".into(),
        description: "Enterprise User".into(),
        attributes,
    }
}
