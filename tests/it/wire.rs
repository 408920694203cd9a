//! What happens on the way to a vendor: sessions, and answers that are lost.

mod lost;
mod sessions;
