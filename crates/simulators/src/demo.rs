//! Believable people and groups, the same on every run, with the awkward ones that break naive code.
//!
//! Vendor-neutral: each simulator maps them onto its own records. Nobody here exists.

mod names;

use std::collections::HashSet;

use names::{AWKWARD, DEPARTMENTS, FAMILY, GIVEN, GROUPS, SITES, TITLES};

/// The id of the first group of [`groups`].
pub const FIRST_GROUP_ID: u32 = 20_000;

/// The company that all of them work for.
pub const ORGANIZATION: &str = "Calbro Services";

/// Somebody with an account.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Person {
    pub given: String,
    pub family: String,
    /// Unique, also when letter case is ignored.
    pub login: String,
    /// Unique, always ASCII.
    pub email: String,
    pub phone: String,
    pub department: String,
    pub title: String,
    pub organization: String,
    pub site: String,
    pub region: String,
    /// Such as `en_US`.
    pub locale: String,
    /// Such as `Europe/Berlin`.
    pub time_zone: String,
    /// Unique, such as `E100042`.
    pub employee_number: String,
}

impl Person {
    /// Given and family name as one text.
    pub fn full_name(&self) -> String {
        format!("{} {}", self.given, self.family)
    }
}

/// A group that people can be put into.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Group {
    /// Counts on from [`FIRST_GROUP_ID`].
    pub id: u32,
    /// Unique, 30 characters at most.
    pub name: String,
    pub description: String,
}

/// The first `n` people of an endless list: `people(10)` is the beginning of `people(250)`.
///
/// Every seventh of the first ones is awkward: quotes of both kinds, `%`, `_`, `\`, `*`, letters outside ASCII, combining
/// marks, very long names, a leading blank, a person named Null, a keyword as a department. 250 people hold all of them.
pub fn people(n: usize) -> Vec<Person> {
    let mut taken = HashSet::new();
    (0..n).map(|index| person(index, &mut taken)).collect()
}

/// The first `n` groups.
pub fn groups(n: usize) -> Vec<Group> {
    (0..n)
        .map(|index| {
            let (name, description) = GROUPS.get(index).map_or_else(
                || (format!("Team {:03}", index + 1), "People of one team".to_owned()),
                |(name, description)| ((*name).to_owned(), (*description).to_owned()),
            );
            let id = FIRST_GROUP_ID + u32::try_from(index).expect("nobody asks for four milliards of groups");
            Group { id, name, description }
        })
        .collect()
}

fn person(index: usize, taken: &mut HashSet<String>) -> Person {
    let odd = (index % 7 == 3).then(|| AWKWARD.get(index / 7)).flatten();
    let cycle = index / GIVEN.len();
    let given = odd.map_or(GIVEN[index % GIVEN.len()], |odd| odd.given);
    // The step changes from cycle to cycle, so that full names repeat late.
    let family = odd.map_or(FAMILY[(index * 7 + cycle * 13) % FAMILY.len()], |odd| odd.family);
    let wanted = odd.map_or_else(|| initial_and_family(given, family), |odd| odd.login.to_owned());
    let login = unused(&wanted, taken);
    let department = odd.and_then(|odd| odd.department).unwrap_or(DEPARTMENTS[index % DEPARTMENTS.len()]);
    let site = &SITES[(index / 3) % SITES.len()];
    Person {
        given: given.to_owned(),
        family: family.to_owned(),
        email: format!("{}@calbro.example", mailbox(&login, index)),
        login,
        phone: format!("{} 555 {:04}", site.dial, index % 10_000),
        department: department.to_owned(),
        title: TITLES[(index * 5) % TITLES.len()].to_owned(),
        organization: ORGANIZATION.to_owned(),
        site: site.name.to_owned(),
        region: site.region.to_owned(),
        locale: site.locale.to_owned(),
        time_zone: site.time_zone.to_owned(),
        employee_number: format!("E{}", 100_000 + index),
    }
}

fn initial_and_family(given: &str, family: &str) -> String {
    format!("{}{family}", &given[..1]).to_lowercase()
}

fn unused(wanted: &str, taken: &mut HashSet<String>) -> String {
    let mut login = wanted.to_owned();
    let mut count = 1;
    while !taken.insert(login.to_lowercase()) {
        count += 1;
        login = format!("{wanted}{count}");
    }
    login
}

fn mailbox(login: &str, index: usize) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '\'';
    if login.chars().all(plain) { login.to_owned() } else { format!("person{index}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_the_same_on_every_run_and_begin_alike() {
        assert_eq!(people(250)[..20], people(20));
    }

    #[test]
    fn logins_addresses_and_numbers_are_unique() {
        let people = people(20_000);
        let unique = |of: fn(&Person) -> String| people.iter().map(of).collect::<HashSet<_>>().len();
        assert_eq!(unique(|person| person.login.to_lowercase()), people.len());
        assert_eq!(unique(|person| person.email.to_lowercase()), people.len());
        assert_eq!(unique(|person| person.employee_number.clone()), people.len());
    }

    #[test]
    fn two_hundred_and_fifty_people_hold_every_awkward_one() {
        let people = people(250);
        for odd in AWKWARD {
            assert!(people.iter().any(|person| person.login == odd.login && person.given == odd.given), "{odd:?}");
        }
        let in_names = |c: char| people.iter().any(|person| person.full_name().contains(c));
        assert!(['\'', '"', '%', '_', '\\', '*', 'é', 'Ł', '田', '\u{301}'].into_iter().all(in_names));
        assert!(people.iter().any(|person| person.department == "$NULL$"));
        assert!(people.iter().any(|person| person.family == "Null"));
        assert!(people.iter().any(|person| person.given.starts_with(' ')));
    }

    #[test]
    fn group_names_are_unique_and_short() {
        let groups = groups(100);
        assert_eq!(groups.iter().map(|group| &group.name).collect::<HashSet<_>>().len(), 100);
        assert!(groups.iter().all(|group| group.name.chars().count() <= 30));
        assert_eq!((groups[0].id, groups[99].id), (20_000, 20_099));
    }
}
