//! The vendor's spelling of a moment: `2014-12-03T22:53:37.000+0000`, whose offset has no colon.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::fmt::strtime;
use jiff::tz::TimeZone;

/// As the server shows a moment, always in UTC.
pub(super) fn print(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%S.%3f+0000").to_string()
}

/// Reads the vendor's spelling, RFC 3339, or a date alone (its midnight).
pub(super) fn parse(text: &str) -> Option<Timestamp> {
    let vendors = || strtime::parse("%Y-%m-%dT%H:%M:%S%.f%z", text).ok()?.to_timestamp().ok();
    let date = || text.parse::<Date>().ok()?.to_zoned(TimeZone::UTC).ok().map(|day| day.timestamp());
    text.parse().ok().or_else(vendors).or_else(date)
}

/// Seconds since the epoch; the server counts no fractions.
pub(super) fn seconds(text: &str) -> Option<f64> {
    Some(parse(text)?.as_duration().as_secs_f64().floor())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_printed_the_vendors_way_and_read_in_three() {
        let moment = Timestamp::from_second(1_417_647_217).unwrap();
        assert_eq!(print(moment), "2014-12-03T22:53:37.000+0000");
        for spelling in ["2014-12-03T22:53:37.000+0000", "2014-12-03T22:53:37Z", "2014-12-03T23:53:37.000+0100"] {
            assert_eq!(parse(spelling), Some(moment), "{spelling}");
        }
        assert_eq!(print(parse("2014-12-03").unwrap()), "2014-12-03T00:00:00.000+0000");
        assert_eq!(parse("12/03/14"), None);
    }
}
