//! The fuzz targets on stable: everything that was found or is worth beginning with, and what lies near it.

use std::fs;
use std::path::Path;

#[path = "../../../../fuzz/targets.rs"]
mod targets;

/// Each file whole, cut off at some places, and with a byte changed at some places; the same on every run.
fn replay(name: &str, target: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(name);
    let mut count = 0;
    for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let data = fs::read(entry.expect("a readable folder").path()).expect("a readable file");
        target(&data);
        let step = data.len() / 24 + 1;
        for at in (0..data.len()).step_by(step) {
            target(&data[..at]);
            for byte in [b'"', b'[', b' ', b'0', 0xFF, data[at] ^ 0x20] {
                let mut changed = data.clone();
                changed[at] = byte;
                target(&changed);
            }
        }
        count += 1;
    }
    assert!(count >= 10, "{count} files in {}", folder.display());
}

#[test]
fn filters_keep_their_promises() {
    replay("filter", targets::filter);
}

#[test]
fn paths_keep_their_promises() {
    replay("path", targets::path);
}

#[test]
fn changes_keep_their_promises() {
    replay("patch", targets::patch);
}

#[test]
fn bodies_keep_their_promises() {
    replay("body", targets::body);
}
