//! The whole server and its parts, seen from outside, in one binary.

#![expect(unreachable_pub, reason = "`pub` marks what other modules of this binary may use")]

mod absence;
mod answers;
mod architecture;
mod attack;
mod bridge;
mod bulk;
mod check;
mod collation;
mod curl;
mod cursors;
mod documents;
mod etags;
mod explain;
mod filters;
mod groups;
mod http;
mod limits;
mod openapi;
mod profiles;
mod rows;
mod schemas;
mod search;
mod smoke;
mod sorting;
mod store;
mod tour;
mod users;
mod wire;
