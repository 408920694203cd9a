//! How the parts of a person's name are held by vendors that have fewer fields for it than SCIM.

use scim_core::{AttrId, AttrSet, Change, Definition, Resource};

/// Which parts of a name the vendor holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameModel {
    /// One field for the whole, shared by `displayName` and `name.formatted`; the bridge keeps given and family name.
    Full(NameIds),
    /// Given and family name; `displayName` and `name.formatted` are composed of them unless the bridge keeps others.
    Parts(NameIds),
}

/// The attributes concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NameIds {
    display: AttrId,
    name: AttrId,
    formatted: AttrId,
    given: AttrId,
    family: AttrId,
    user_name: AttrId,
}

impl NameIds {
    /// Looks them up.
    pub fn new(definition: &Definition) -> Self {
        let id = |path| definition.attribute(path).expect("the core User schema has the parts of a name");
        Self {
            display: id("displayName"),
            name: id("name"),
            formatted: id("name.formatted"),
            given: id("name.givenName"),
            family: id("name.familyName"),
            user_name: id("userName"),
        }
    }
}

impl NameModel {
    fn ids(&self) -> &NameIds {
        match self {
            Self::Full(ids) | Self::Parts(ids) => ids,
        }
    }

    /// Whoever wants a part of a name needs what it is made from.
    pub fn widen(&self, want: &mut AttrSet) {
        let ids = self.ids();
        if [ids.display, ids.name, ids.formatted, ids.given, ids.family].iter().any(|&id| want.contains(id)) {
            want.insert(ids.display);
            want.insert(ids.name);
        }
    }

    /// The attributes that are not always what a native field says, although a field stands behind them.
    pub fn derived(&self) -> AttrSet {
        let ids = self.ids();
        match self {
            Self::Full(_) => [ids.given, ids.family].into_iter().collect(),
            Self::Parts(_) => [ids.display, ids.formatted].into_iter().collect(),
        }
    }

    /// Fills in the parts that neither the vendor nor the bridge holds. `resource` is a record joined with what is
    /// kept.
    pub fn derive(&self, definition: &Definition, resource: &mut Resource) {
        let ids = self.ids();
        let text = |id| resource.text(definition, id).map(str::to_owned);
        let (given, family, display) = (text(ids.given), text(ids.family), text(ids.display));
        let mut fill = |id, value: Option<String>| {
            if let Some(value) = value
                && resource.get(definition, id).is_none()
            {
                resource.set(definition, id, value.into());
            }
        };
        match self {
            Self::Full(_) => {
                fill(ids.formatted, display.clone());
                if let (None, None, Some(display)) = (&given, &family, &display) {
                    let (given, family) = divide(display);
                    fill(ids.given, given);
                    fill(ids.family, family);
                }
            }
            Self::Parts(_) => {
                let whole = compose(given.as_deref(), family.as_deref());
                fill(ids.formatted, whole.clone());
                fill(ids.display, whole);
            }
        }
    }

    /// Makes the parts of a new resource agree before it is divided into fields and what is kept: a whole name from
    /// its parts, or parts from the whole, and from userName where there is neither.
    pub fn settle_new(&self, definition: &Definition, resource: &mut Resource) {
        let ids = self.ids();
        let text = |id| resource.text(definition, id).map(str::to_owned);
        let (given, family, user_name) = (text(ids.given), text(ids.family), text(ids.user_name));
        let whole = text(ids.display).or_else(|| text(ids.formatted));
        match self {
            Self::Full(_) => {
                let whole = whole.or_else(|| compose(given.as_deref(), family.as_deref())).or(user_name);
                if let Some(whole) = whole {
                    resource.set(definition, ids.display, whole.as_str().into());
                    resource.set(definition, ids.formatted, whole.into());
                }
            }
            Self::Parts(_) => {
                let local = user_name.as_deref().map(|name| name.split('@').next().unwrap_or(name).to_owned());
                let (whole_given, whole_family) = whole.as_deref().map(divide).unwrap_or_default();
                let new_given = given.clone().or(whole_given).or_else(|| family.clone()).or_else(|| local.clone());
                let new_family = family.or(whole_family).or(given).or(local);
                for (id, value) in [(ids.given, new_given), (ids.family, new_family)] {
                    if let Some(value) = value {
                        resource.set(definition, id, value.into());
                    }
                }
                self.forget_composed(definition, resource);
            }
        }
    }

    /// Makes the parts of a changed resource agree. `displayName` wins over `name.formatted`; given and family name
    /// recompose the whole only where it was composed of them. In a full representation, which echoes what the client
    /// has read, an unchanged value is no wish.
    pub fn settle(&self, definition: &Definition, old: &Resource, new: &mut Resource, change: &Change) {
        let ids = self.ids();
        let named = change.named(definition);
        let differs = |id| old.get(definition, id) != new.get(definition, id);
        let wished = |id| if change.echo { differs(id) } else { named.contains(id) };
        let parts_of =
            |resource: &Resource| compose(resource.text(definition, ids.given), resource.text(definition, ids.family));
        let (before, after) = (parts_of(old), parts_of(new));
        let parts_changed = before != after;
        let was_composed = |id| old.text(definition, id).map(str::to_owned) == before;
        match self {
            Self::Full(_) => {
                let text = |id| new.text(definition, id).map(str::to_owned);
                let whole = if wished(ids.display) && text(ids.display).is_some() {
                    text(ids.display)
                } else if wished(ids.formatted) && text(ids.formatted).is_some() {
                    text(ids.formatted)
                } else if (parts_changed && was_composed(ids.display)) || text(ids.display).is_none() {
                    after.or_else(|| old.text(definition, ids.display).map(str::to_owned))
                } else {
                    text(ids.display)
                };
                if let Some(whole) = whole {
                    new.set(definition, ids.display, whole.as_str().into());
                    new.set(definition, ids.formatted, whole.into());
                }
            }
            Self::Parts(_) => {
                let stale = [ids.display, ids.formatted].map(|id| parts_changed && was_composed(id) && !wished(id));
                for (id, stale) in [ids.display, ids.formatted].into_iter().zip(stale) {
                    if stale {
                        new.remove(definition, id);
                    }
                }
                self.forget_composed(definition, new);
            }
        }
    }

    /// What can be composed again is not kept.
    fn forget_composed(&self, definition: &Definition, resource: &mut Resource) {
        let ids = self.ids();
        let whole = compose(resource.text(definition, ids.given), resource.text(definition, ids.family));
        for id in [ids.display, ids.formatted] {
            if resource.text(definition, id).map(str::to_owned) == whole {
                resource.remove(definition, id);
            }
        }
    }
}

fn compose(given: Option<&str>, family: Option<&str>) -> Option<String> {
    let parts: Vec<&str> = [given, family].into_iter().flatten().filter(|part| !part.is_empty()).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// Given and family name of a whole one: the last word is the family name. A guess, made only where nothing better is
/// known, because clients cannot import a user without the two.
fn divide(whole: &str) -> (Option<String>, Option<String>) {
    let whole = whole.trim();
    match whole.rsplit_once(char::is_whitespace) {
        Some((given, family)) => (Some(given.trim_end().to_owned()), Some(family.to_owned())),
        None if whole.is_empty() => (None, None),
        None => (None, Some(whole.to_owned())),
    }
}
