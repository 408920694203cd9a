//! Vendors that lie, break off, repeat themselves or forget; and what must not come of it.

mod groups;
mod reads;
mod sessions;
mod vendor;
mod writes;
