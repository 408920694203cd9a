//! Whether a target can be served as configured: the fields are there, users can be read, names can be looked up.

use std::time::Duration;

use super::{Driver, NativeOp, NativeReply, Record, Scan, Translated};
use crate::backend::{BackendError, BackendErrorKind, Cx, Finding, Severity};

/// So many rows are read to see that users can be read, and to find one by whose name comparisons can be tried.
const ROWS: usize = 20;

const WAY_OUT: &str = "give the service account the right to read the rows of all users, or set the target's 'canary' to \
                       the login name of a row that it may read, or 'allow_empty = true' where there are no users yet";

impl<D: Driver> Translated<D> {
    /// What a look at the target finds.
    pub(super) async fn findings(&self, cx: &Cx) -> Vec<Finding> {
        let mut findings = self.described(cx).await;
        let limit = self.model().policy.page_size.min(ROWS);
        let scan = Scan { fields: self.model().fields_all(), limit, ..Scan::default() };
        match self.rows(cx, scan).await {
            Ok(rows) => {
                findings.push(self.rights(cx, &rows).await);
                if let Some(key) = rows.first().and_then(Record::key)
                    && let Err(error) = self.prove_keys_compare(cx, &key).await
                {
                    findings.push(finding(Severity::Fault, "lists of users cannot be walked by their keys", &error));
                }
                self.learn_collation(cx, &rows).await;
                if let Some(text) = self.collation_fault() {
                    findings.push(Finding { severity: Severity::Fault, text: text.to_owned() });
                } else if self.compares_exactly() {
                    let text = "the target compares letter case exactly: looking a user up walks over all of them";
                    findings.push(Finding { severity: Severity::Warning, text: text.to_owned() });
                }
            }
            Err(error) => findings.push(finding(Severity::Fault, "users cannot be read", &error)),
        }
        findings.extend(self.group_findings(cx).await);
        findings
    }

    /// Reads the groups, by whose names users are shown from then on.
    async fn group_findings(&self, cx: &Cx) -> Option<Finding> {
        self.model().groups.as_ref()?;
        Some(match self.groups_within(cx, Duration::ZERO).await {
            Ok(known) => {
                let text = format!("{} groups were read", known.groups().len());
                Finding { severity: Severity::Good, text }
            }
            Err(error) => {
                let what = "groups cannot be read, and users are shown without them; serve none with groups.kinds = []";
                finding(Severity::Warning, what, &error)
            }
        })
    }

    /// Whether others than the service account can be seen, and whether one of them can be looked up: by that row every
    /// later lookup is proven.
    async fn rights(&self, cx: &Cx, rows: &[Record]) -> Finding {
        self.note_rows(rows, None);
        if self.may_be_empty() {
            let text = "the target has no users, as allow_empty says it may: take allow_empty out once it has some";
            return Finding { severity: Severity::Warning, text: text.to_owned() };
        }
        match self.look_up(cx, &[], &[]).await {
            Ok(_) => {
                let text = "a page of users was read, and one of them was looked up".to_owned();
                Finding { severity: Severity::Good, text }
            }
            Err(error) if error.kind == BackendErrorKind::Unproven => {
                let why = error.source_text.unwrap_or_default();
                let text = format!("absence cannot be proven: {why}; {WAY_OUT}");
                Finding { severity: Severity::Fault, text }
            }
            Err(error) => finding(Severity::Fault, "users cannot be looked up", &error),
        }
    }

    /// The mapped fields that the vendor's own description lacks; a warning where there is no description.
    async fn described(&self, cx: &Cx) -> Vec<Finding> {
        let mut findings = Vec::new();
        for place in 0..self.driver.description_places() {
            match self.call(cx, "describe", &NativeOp::Describe { place }).await {
                Ok(NativeReply::Fields(names)) => return self.missing_fields(&names),
                Ok(_) => {}
                Err(error) => {
                    findings = vec![finding(Severity::Warning, "the fields could not be listed", &error)];
                }
            }
        }
        findings
    }

    fn missing_fields(&self, names: &[String]) -> Vec<Finding> {
        let model = self.model();
        let missing = model
            .fields
            .all()
            .map(|field| model.fields.name(field))
            .filter(|field| !names.iter().any(|it| it == field));
        missing
            .map(|field| {
                let rule = model.rules.iter().find(|rule| model.fields.name(rule.field) == field);
                let attribute = rule.map_or_else(String::new, |rule| {
                    format!(" ('{}' is mapped to it)", model.description.users.path(rule.attribute))
                });
                let text = format!(
                    "the target has no field '{field}'{attribute}: change or unmap it in [targets.….attributes]"
                );
                Finding { severity: Severity::Fault, text }
            })
            .collect()
    }
}

pub(super) fn finding(severity: Severity, what: &str, error: &BackendError) -> Finding {
    let kind = match &error.kind {
        BackendErrorKind::Denied => "the service account lacks the right",
        BackendErrorKind::Misconfigured => "the target does not know a field or object of the configuration",
        BackendErrorKind::Unavailable | BackendErrorKind::Timeout => "the target does not answer, or refuses the login",
        BackendErrorKind::Garbled => "the answer is not what the vendor's API answers",
        _ => "the target refuses",
    };
    Finding { severity, text: format!("{what}: {kind}") }
}
