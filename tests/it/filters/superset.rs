//! Aim: the vendor is never asked for less than the answer. Method: filters and records at random; every record that
//! satisfies a filter by the naive evaluator must be found by the native query, as the simulator reads it on every
//! database and in every dialect.

use std::time::Instant;

use scim_bridge::translate::mapping::Override;
use scim_bridge::translate::{Case, Codec, Plan, narrow};
use scim_core::Filter;

use super::directory::{Native, Person, Shown, Unusual, Vendor, native, person};
use super::naive::{is_taken, satisfies};
use super::native::{Reading, driver, query, small, small_record};
use super::pool::{Dice, VALUES};
use super::tree::{Grower, print};

/// A target's configuration.
struct Variant {
    name: &'static str,
    vendor: Vendor,
    insensitive: bool,
    keep: bool,
    unusual: &'static [Unusual],
}

const DOMAIN: &str = "example.com";
const BMC_SITE: &str = "urn:ietf:params:scim:schemas:extension:bmc:2.0:User:site";
const BMC_REGION: &str = "urn:ietf:params:scim:schemas:extension:bmc:2.0:User:region";
const BMC_LICENSE: &str = "urn:ietf:params:scim:schemas:extension:bmc:2.0:User:licenseType";
const TEAM: &str = "urn:ietf:params:scim:schemas:extension:ivanti:2.0:User:team";
const LOCATION: &str = "urn:ietf:params:scim:schemas:extension:ivanti:2.0:User:location";
const MANAGER: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value";
const DEPARTMENT: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department";

const fn unusual(path: &'static str, field: &'static str, shown: Shown) -> Unusual {
    Unusual { path, field, shown }
}

const BMC_CODECS: &[Unusual] = &[
    unusual("userName", "Login Name", Shown::WithDomain(DOMAIN)),
    unusual(BMC_SITE, "Site", Shown::Small),
    unusual(BMC_REGION, "Region", Shown::Values(&[("x", "abc"), ("ABC", "É"), ("%", "_")])),
    unusual(BMC_LICENSE, "License Type", Shown::Values(&[("abc", "Fixed")])),
    unusual("title", "Assigned To", Shown::Small),
    unusual("externalId", "Application License", Shown::Small),
];

const IVANTI_CODECS: &[Unusual] = &[
    unusual("userName", "LoginID", Shown::WithDomain(DOMAIN)),
    unusual("title", "Title", Shown::Small),
    unusual(TEAM, "Team", Shown::Small),
    unusual(LOCATION, "Location", Shown::Values(&[("x", "abc"), ("ABC", "É"), ("%", "_")])),
    unusual(MANAGER, "Manager", Shown::Values(&[("x", "abc"), ("b", "É")])),
    unusual(DEPARTMENT, "Department", Shown::WithDomain(DOMAIN)),
];

const VARIANTS: &[Variant] = &[
    Variant { name: "bmc", vendor: Vendor::Bmc, insensitive: true, keep: true, unusual: &[] },
    Variant { name: "bmc ignore", vendor: Vendor::Bmc, insensitive: true, keep: false, unusual: &[] },
    Variant { name: "bmc exact", vendor: Vendor::Bmc, insensitive: false, keep: false, unusual: &[] },
    Variant { name: "bmc codecs", vendor: Vendor::Bmc, insensitive: true, keep: false, unusual: BMC_CODECS },
    Variant { name: "bmc exact codecs", vendor: Vendor::Bmc, insensitive: false, keep: false, unusual: BMC_CODECS },
    Variant { name: "ivanti", vendor: Vendor::Ivanti, insensitive: true, keep: true, unusual: &[] },
    Variant { name: "ivanti ignore", vendor: Vendor::Ivanti, insensitive: true, keep: false, unusual: &[] },
    Variant { name: "ivanti exact", vendor: Vendor::Ivanti, insensitive: false, keep: false, unusual: &[] },
    Variant { name: "ivanti codecs", vendor: Vendor::Ivanti, insensitive: true, keep: false, unusual: IVANTI_CODECS },
    Variant {
        name: "ivanti exact codecs",
        vendor: Vendor::Ivanti,
        insensitive: false,
        keep: false,
        unusual: IVANTI_CODECS,
    },
];

const FILTERS: usize = 3_000;
const RECORDS: usize = 60;

#[derive(Debug, Default)]
struct Figures {
    cases: usize,
    matches: usize,
    /// Of the matches, those of filters of which the vendor is asked a part.
    judged: usize,
    filters: usize,
    pushed: usize,
    nothing: usize,
    refused: usize,
}

impl Variant {
    fn overrides(&self) -> Vec<Override> {
        let one = |unusual: &Unusual| {
            let codec = match unusual.shown {
                Shown::AsIs => Codec::Text,
                Shown::WithDomain(domain) => Codec::StripDomain(domain.to_owned()),
                Shown::Small => Codec::Case(Case::Upper),
                Shown::Values(pairs) => {
                    Codec::Values(pairs.iter().map(|&(scim, native)| (scim.to_owned(), native.to_owned())).collect())
                }
            };
            Override { path: unusual.path.to_owned(), field: Some(unusual.field.to_owned()), codec: Some(codec) }
        };
        self.unusual.iter().map(one).collect()
    }

    fn directory(&self, dice: &mut Dice) -> Vec<(Native, Person)> {
        let one = |_| {
            let login = *dice.pick(VALUES);
            let record = native(dice, self.vendor, login);
            let person = person(self.vendor, &record, self.unusual);
            (record, person)
        };
        (0..RECORDS).map(one).collect()
    }

    /// Judges filters; what went wrong is told by filter and record.
    fn judge(&self, seed: u64) -> (Figures, Vec<String>) {
        let driver = driver(self.vendor, self.insensitive, self.keep, self.overrides());
        let mut dice = Dice::new(seed);
        let (mut figures, mut faults) = (Figures::default(), Vec::new());
        let mut directory = self.directory(&mut dice);
        for round in 0..FILTERS {
            if round % 100 == 99 {
                directory = self.directory(&mut dice);
            }
            let tree = Grower { dice: &mut dice, vendor: self.vendor, more: &[], faults: 2 }.tree();
            let text = print(&mut dice, &tree);
            let parsed = Filter::parse(&driver.model().description.users, &text);
            if parsed.is_ok() != is_taken(&tree) {
                faults.push(format!("{}: {text}: taken or not: {parsed:?}", self.name));
                continue;
            }
            let Ok(parsed) = parsed else {
                figures.refused += 1;
                continue;
            };
            figures.filters += 1;
            figures.cases += directory.len();
            let found: Vec<&(Native, Person)> =
                directory.iter().filter(|(_, person)| satisfies(&tree, person)).collect();
            figures.matches += found.len();
            let condition = match narrow(driver.model(), &parsed).plan {
                Plan::All => continue,
                Plan::Nothing => {
                    figures.nothing += 1;
                    let first =
                        found.first().map(|(record, _)| format!("{}: {text}: not nothing: {record:?}", self.name));
                    faults.extend(first);
                    continue;
                }
                Plan::Where(condition) => condition,
            };
            if self.insensitive {
                let condition = small(driver.as_ref(), self.vendor, &condition);
                let asked = query(driver.as_ref(), self.vendor, Some(condition), None);
                let reading = asked.as_ref().map(|it| Reading::of(self.vendor, false, it).expect("it can be read"));
                let missed = found.iter().find(|(record, _)| {
                    let small = small_record(self.vendor, record);
                    reading.as_ref().is_some_and(|reading| !reading.missed_by(&small).is_empty())
                });
                faults.extend(missed.map(|it| format!("{}: {text}\n  {asked:?}\n  {it:?}\n  ASCII alone", self.name)));
            }
            let Some(query) = query(driver.as_ref(), self.vendor, Some(condition), None) else { continue };
            figures.pushed += 1;
            match Reading::of(self.vendor, self.insensitive, &query) {
                Err(why) => faults.push(format!("{}: {text}: {query}: {why}", self.name)),
                Ok(reading) => {
                    figures.judged += found.len();
                    let mut missed = found.iter().map(|(record, _)| (record, reading.missed_by(record)));
                    if let Some((record, by)) = missed.find(|(_, by)| !by.is_empty()) {
                        let record = serde_json::Value::from(record.clone());
                        faults.push(format!("{}: {text}\n  {query}\n  {record}\n  missed by {by:?}", self.name));
                    }
                }
            }
        }
        (figures, faults)
    }
}

#[test]
fn what_satisfies_a_filter_satisfies_the_native_query() {
    let begun = Instant::now();
    let mut total = Figures::default();
    let mut faults = Vec::new();
    for (seed, variant) in (1..).zip(VARIANTS) {
        let (figures, wrong) = variant.judge(seed);
        println!("{:20} {figures:?}", variant.name);
        // Where letter case counts for the vendor and not for SCIM, little can be asked.
        assert!(figures.pushed * 20 > figures.filters, "{}: hardly anything is asked of the vendor", variant.name);
        assert!(figures.judged * 200 > figures.cases, "{}: hardly any match was judged", variant.name);
        total.cases += figures.cases;
        total.matches += figures.matches;
        total.judged += figures.judged;
        total.filters += figures.filters;
        total.pushed += figures.pushed;
        total.nothing += figures.nothing;
        total.refused += figures.refused;
        faults.extend(wrong);
    }
    println!("{:20} {total:?} in {:?}", "all", begun.elapsed());
    let shown = faults.iter().take(8).map(String::as_str).collect::<Vec<_>>().join("\n");
    assert!(faults.is_empty(), "{} faults, the first of them:\n{shown}", faults.len());
    assert!(total.cases >= 100_000, "{total:?}");
    assert!(total.matches * 20 > total.cases, "{total:?}");
    assert!(total.pushed * 6 > total.filters, "{total:?}");
    assert!(total.judged > 20_000, "{total:?}");
}
