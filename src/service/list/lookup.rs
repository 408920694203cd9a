//! Filters that name a unique key: at most a few resources, by one native call.

use scim_core::Filter;

use super::{Found, Listing, Part};
use crate::backend::{BackendError, BackendErrorKind, Endpoint, Id};
use crate::service::Failure;
use crate::service::target::type_name;

/// What one type is looked up by.
enum Key {
    Id(String),
    ExternalId(String),
    Name,
}

/// So many comparisons are looked up among kept values, and so many records are asked for by what was found; beyond that
/// a walk is no worse.
const KEPT_MAX: usize = 20;

impl Listing<'_> {
    /// Looks up the records by what the bridge keeps for them, so that a filter on kept attributes need not walk over all.
    pub(super) async fn look_up_kept(&mut self) {
        let service = self.service;
        let description = service.backend.describe();
        let keeps = |part: &&mut Part<'_>| part.endpoint == Endpoint::Users && description.storage.keep;
        for part in self.parts.iter_mut().filter(keeps) {
            let looks_up = |filter: &&Filter| filter.required_text(description.user_name).is_none();
            let Some(filter) = part.filter.as_ref().filter(looks_up) else { continue };
            let texts = filter.equal_texts();
            let wanted: Vec<(String, String)> =
                texts.into_iter().map(|(attribute, text)| (part.definition.path(attribute), text.to_owned())).collect();
            if wanted.is_empty() || wanted.len() > KEPT_MAX {
                continue;
            }
            let (target, resource_type) = (&service.options.name, type_name(part.endpoint));
            let found = service.store.ids_by_kept(target, resource_type, &wanted, KEPT_MAX).await;
            // Without an answer the walk is as right as ever.
            part.also = found.ok().filter(|ids| ids.len() <= KEPT_MAX).map(|ids| ids.into_iter().map(Id).collect());
        }
    }

    /// All that satisfies the query, where its filter names a unique key of every type that it is about.
    pub(super) async fn lookup(&self) -> Result<Option<Vec<Found>>, Failure> {
        let mut keys = Vec::with_capacity(self.parts.len());
        for part in &self.parts {
            let Some((filter, key)) = part.filter.as_ref().and_then(|filter| Some((filter, self.key(part, filter)?)))
            else {
                return Ok(None);
            };
            keys.push((filter, key));
        }
        let mut found = Vec::new();
        for (place, (part, (filter, key))) in (0_u8..).zip(self.parts.iter().zip(keys)) {
            let id = match key {
                Key::Id(id) => Some(id),
                Key::ExternalId(external_id) => self.by_external_id(part, &external_id).await?,
                Key::Name => {
                    self.by_name(place, &mut found).await?;
                    continue;
                }
            };
            if let Some(id) = id {
                found.extend(self.by_id(place, part, filter, &id).await?);
            }
        }
        self.sort(&mut found);
        Ok(Some(found))
    }

    fn key(&self, part: &Part<'_>, filter: &Filter) -> Option<Key> {
        let common = part.definition.common();
        let description = self.service.backend.describe();
        if let Some(id) = filter.required_text(common.id) {
            return Some(Key::Id(id.to_owned()));
        }
        let keeps_external_ids = part.endpoint == Endpoint::Groups || !description.native_external_id;
        if let Some(external_id) = filter.required_text(common.external_id).filter(|_| keeps_external_ids) {
            return Some(Key::ExternalId(external_id.to_owned()));
        }
        let name = match part.endpoint {
            Endpoint::Users => Some(description.user_name),
            Endpoint::Groups => description.groups.as_ref().map(|groups| groups.name),
        };
        filter.required_text(name?).map(|_| Key::Name)
    }

    async fn by_name(&self, place: u8, found: &mut Vec<Found>) -> Result<(), Failure> {
        let before = found.len();
        let part = &self.parts[usize::from(place)];
        self.walk(usize::from(place)..usize::from(place) + 1, None, |it, _| found.extend(it.resource)).await?;
        // Two users of one name are told, never chosen from. Groups may share a name.
        if found.len() - before > 1 && part.endpoint == Endpoint::Users {
            let ids = found[before..].iter().map(|(_, id, _)| id.0.clone()).collect();
            return Err(BackendError::new("lookup", BackendErrorKind::Ambiguous(ids)).into());
        }
        Ok(())
    }

    /// The resource of an id, if it satisfies the filter. What the filter looks at is read beside what is shown.
    async fn by_id(&self, place: u8, part: &Part<'_>, filter: &Filter, id: &str) -> Result<Option<Found>, Failure> {
        let service = self.service;
        if service.store.is_buried(&service.key_at(part.endpoint, id)) {
            return Ok(None);
        }
        let found = match part.endpoint {
            Endpoint::Users => {
                let mut want = part.want.clone();
                want.extend(&filter.attributes(part.definition));
                service.find_within(&self.cx, self.caller, part.endpoint, self.base, id, &want).await?
            }
            Endpoint::Groups => {
                let pinned = Filter::And(vec![Filter::equals(part.definition.common().id, id), filter.clone()]);
                let query = part.query(Some(pinned), part.want.clone(), 1);
                let batch = service.backend.scan(&self.cx, &query).await?;
                self.presented(part, batch.rows, true).await?.into_iter().find_map(|(_, resource)| resource)
            }
        };
        let found = found.filter(|resource| part.satisfied_by(resource));
        Ok(found.map(|resource| (place, Id(id.to_owned()), resource)))
    }

    async fn by_external_id(&self, part: &Part<'_>, external_id: &str) -> Result<Option<String>, Failure> {
        let service = self.service;
        let (target, resource_type) = (&service.options.name, type_name(part.endpoint));
        Ok(service.store.id_by_external_id(target, resource_type, &self.caller.credential, external_id).await?)
    }
}
