//! The crate as its users see it: tables of inputs and outcomes, recorded bodies, properties, and a second model.

mod bulk;
mod changes;
mod coercion;
mod definition;
mod dialects;
mod discovery;
mod filters;
mod fixtures;
mod fuzz;
mod hostile;
mod lists;
mod members;
mod model;
mod projection;
mod properties;
mod requests;
mod samples;
mod search;
mod sorting;
mod versions;
