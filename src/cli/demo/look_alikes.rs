//! The look-alikes that stand behind the demo's targets.

use axum::Router;
use simulators::bmc::{Bmc, SERVICE_ACCOUNT, SERVICE_PASSWORD};
use simulators::control::Clock;
use simulators::ivanti::Ivanti;

/// One of each vendor's.
#[derive(Debug, Clone)]
pub struct LookAlikes {
    /// BMC's.
    pub bmc: Bmc,
    /// Ivanti's.
    pub ivanti: Ivanti,
}

/// How a look-alike is put up as a target.
pub(super) struct Stand {
    /// The target's name.
    pub(super) target: &'static str,
    /// What it looks like.
    pub(super) product: &'static str,
    /// What its users are called under `/_sim/records/`.
    pub(super) records: &'static str,
    /// What `[targets.NAME]` says beside the address, as lines.
    pub(super) keys: String,
    /// What answers.
    pub(super) router: Router,
}

impl LookAlikes {
    /// With the demo company in each.
    pub fn demo() -> Self {
        Self { bmc: Bmc::demo(Clock::system()), ivanti: Ivanti::demo(Clock::system()) }
    }

    /// All of them, in the order of their ports.
    pub(super) fn stands(&self) -> Vec<Stand> {
        vec![
            Stand {
                target: "bmc",
                product: "BMC AR System",
                records: "User",
                keys: format!(
                    r#"kind = "bmc-ar"
auth = {{ method = "jwt", username = "{SERVICE_ACCOUNT}", password = "{SERVICE_PASSWORD}" }}
"#
                ),
                router: self.bmc.router(),
            },
            Stand {
                target: "ivanti",
                product: "Ivanti Neurons for ITSM",
                records: "employees",
                keys: format!(
                    r#"kind = "ivanti"
auth = {{ method = "session", username = "{SERVICE_ACCOUNT}", password = "{SERVICE_PASSWORD}", tenant = "tenant" }}
create_defaults = {{ "Role" = "SelfService" }}
"#
                ),
                router: self.ivanti.router(),
            },
        ]
    }
}
