//! A thorough look at a target, for an operator who asks for it: what [`Translated::findings`] finds, whether pages hold
//! what is asked for, how letter case is compared, and whether the service account may write.

use super::probe::finding;
use super::{Access, Driver, FieldId, NativeOp, NativeValue, Record, Scan, Translated};
use crate::backend::{BackendError, BackendErrorKind, Cx, Finding, Severity, WriteTrial};

/// The attributes one of which is written back unchanged: names, which nothing depends on.
const HARMLESS: [&str; 4] = ["name.familyName", "name.formatted", "displayName", "name.givenName"];

impl<D: Driver> Translated<D> {
    /// What a thorough look finds.
    pub(super) async fn examined(&self, cx: &Cx, write: Option<&WriteTrial>) -> Vec<Finding> {
        let mut findings = self.findings(cx).await;
        match self.page_limits(cx).await {
            Ok(found) => findings.push(found),
            Err(error) => findings.push(finding(Severity::Fault, "a whole page cannot be read", &error)),
        }
        findings.extend(self.letter_case());
        findings.push(match write {
            None => warning("the right to write was not tried: 'check --online --write' writes a name back unchanged"),
            Some(trial) => match self.try_to_write(cx, trial).await {
                Ok(found) => found,
                Err(error) => finding(Severity::Fault, "the right to write could not be shown", &error),
            },
        });
        findings
    }

    /// Whether the vendor gives as many rows as it is asked for. Where a short page is taken for the last one, a limit of
    /// the vendor's own may cut lists off.
    async fn page_limits(&self, cx: &Cx) -> Result<Finding, BackendError> {
        let asked = self.model().policy.page_size;
        let fields = vec![self.model().fields.key()];
        let scan = Scan { fields, limit: asked, ..Scan::default() };
        let (rows, more) = self.page(cx, scan.clone()).await?;
        let given = rows.len();
        if given > asked {
            return Ok(warning(format!("the target gives {given} rows where page_size asks for {asked}")));
        }
        if given == asked {
            return Ok(good(format!("a page of {asked} rows was given as asked")));
        }
        let last = rows.last().and_then(Record::key);
        let beyond = match &last {
            Some(_) => self.rows(cx, Scan { from: last.clone(), limit: 2, ..scan }).await?,
            None => Vec::new(),
        };
        if !beyond.iter().any(|row| row.key() != last) {
            return Ok(good(format!("all {given} rows fit into one page")));
        }
        let text = format!("the target gives at most {given} rows at once and page_size is {asked}: set it to {given}");
        let cuts = self.model().dialect.short_page_ends && !more;
        Ok(Finding { severity: if cuts { Severity::Fault } else { Severity::Warning }, text })
    }

    /// How text is compared, where [`Translated::findings`] says nothing of it.
    fn letter_case(&self) -> Option<Finding> {
        if self.compares_exactly() {
            return None;
        }
        Some(if self.collation_is_known() {
            good("letter case does not count in lookups".to_owned())
        } else {
            warning(
                "how letter case is compared could not be found out: until it is, every lookup walks over all users",
            )
        })
    }

    /// Writes a name back as it is, and reads it again.
    async fn try_to_write(&self, cx: &Cx, trial: &WriteTrial) -> Result<Finding, BackendError> {
        let model = self.model();
        let name = match trial {
            WriteTrial::User(name) => name.as_str(),
            WriteTrial::ServiceAccount => match &model.policy.own_name {
                Some(own) => own,
                None => return Ok(warning("the service account has no name: name a user with --test-user")),
            },
        };
        let mut rows = self.look_up(cx, &[self.named(name)], &model.fields_all()).await?;
        rows.retain(|row| self.is_canary(row, name));
        let mut rows = rows.into_iter();
        let (Some(record), None) = (rows.next(), rows.next()) else {
            let text = "the right to write could not be tried: there is no one record of that name";
            return Ok(Finding {
                severity: Severity::Fault,
                text: format!("{text}; use --test-user with one that exists"),
            });
        };
        let (Some(key), Some((field, value))) = (record.key(), self.harmless(&record)) else {
            return Ok(warning("the right to write was not tried: that record has no name to write back"));
        };
        let values = vec![(field, Some(value.clone()))];
        self.call(cx, "update", &NativeOp::Update { key: key.clone(), values }).await?;
        let after = self.read(cx, &crate::backend::Id(key), model.fields_all()).await?;
        if after.as_ref().and_then(|after| after.get(field)) != Some(&value) {
            return Err(BackendError::new("update", BackendErrorKind::NotEffective(Vec::new())));
        }
        Ok(good(format!("a record was written: its '{}' was written back unchanged", model.fields.name(field))))
    }

    fn harmless(&self, record: &Record) -> Option<(FieldId, NativeValue)> {
        let model = self.model();
        let rule = |path: &&str| {
            let path = *path;
            model.rules.iter().find(|rule| model.description.users.path(rule.attribute) == path)
        };
        let written = HARMLESS.iter().filter_map(rule).filter(|rule| rule.access == Access::ReadWrite);
        written.map(|rule| rule.field).find_map(|field| Some((field, record.get(field)?.clone())))
    }
}

fn good(text: String) -> Finding {
    Finding { severity: Severity::Good, text }
}

fn warning(text: impl Into<String>) -> Finding {
    Finding { severity: Severity::Warning, text: text.into() }
}
