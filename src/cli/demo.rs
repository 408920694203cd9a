//! `demo`: the bridge and look-alikes of its vendors in one process, on loopback, with believable data.

pub mod tour;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use anyhow::Context;
use simulators::bmc::{Bmc, SERVICE_ACCOUNT, SERVICE_PASSWORD};
use simulators::control::Clock;
use simulators::ivanti::Ivanti;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::serve::{Bridge, ended};
use crate::config::Config;
use crate::store::MemoryStore;

/// Where the demo's bridge answers unless told otherwise.
pub const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

/// A running demo.
pub struct Demo {
    /// Where the bridge answers: `http://127.0.0.1:8080`.
    pub address: String,
    /// BMC's look-alike.
    pub bmc: Bmc,
    /// Ivanti's look-alike.
    pub ivanti: Ivanti,
    simulators: Simulators,
    bridge: Bridge,
    listener: TcpListener,
}

/// The look-alikes' servers.
struct Simulators {
    tasks: JoinSet<()>,
    stop: watch::Sender<bool>,
    bmc: SocketAddr,
    ivanti: SocketAddr,
}

impl Demo {
    /// Starts the look-alikes on ports of their own and wires the bridge to them.
    ///
    /// # Errors
    /// An address that cannot be listened on.
    pub async fn new(listen: SocketAddr) -> anyhow::Result<Self> {
        Self::with(listen, Bmc::demo(Clock::system()), Ivanti::demo(Clock::system())).await
    }

    /// The same with these look-alikes.
    ///
    /// # Errors
    /// An address that cannot be listened on.
    pub async fn with(listen: SocketAddr, bmc: Bmc, ivanti: Ivanti) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(listen).await.with_context(|| format!("cannot listen on {listen}"))?;
        let address = format!("http://{}", listener.local_addr()?);
        let simulators = Simulators::start(&bmc, &ivanti, listener.local_addr()?, listen.port() == 0).await?;
        let text = configuration(&address, simulators.bmc, simulators.ivanti);
        let unreadable = |_: &std::path::Path| Err(std::io::Error::other("the demo reads no files"));
        let config = Config::parse("demo", &text, &|_| None, &unreadable).map_err(super::faults)?;
        let bridge = Bridge::new(&config, Arc::new(MemoryStore::new()))?;
        Ok(Self { address, bmc, ivanti, simulators, bridge, listener })
    }

    /// Serves until `shutdown` is ready.
    pub async fn serve(self, shutdown: impl Future<Output = ()>) {
        let Self { mut simulators, bridge, listener, .. } = self;
        bridge.serve(listener, shutdown).await;
        simulators.stop.send_replace(true);
        while simulators.tasks.join_next().await.is_some() {}
    }

    /// Where the look-alikes of BMC and of Ivanti answer.
    pub fn vendors(&self) -> [SocketAddr; 2] {
        [self.simulators.bmc, self.simulators.ivanti]
    }

    /// The interface description, as it is kept in `openapi/scim-bridge.json`.
    pub fn openapi(&self) -> String {
        format!("{:#}\n", self.bridge.openapi())
    }

    /// What to try, ready to paste.
    pub fn introduction(&self) -> String {
        let Self { address, simulators: Simulators { bmc, ivanti, .. }, .. } = self;
        let people = simulators::demo::people(2);
        let group = &simulators::demo::groups(1)[0].name;
        let (login, other) = (&people[0].login, &people[1].login);
        let id = self.id_of(other);
        format!(
            r#"The SCIM bridge answers on {address} in front of two look-alikes with 250 users each:
  target bmc     token demo-bmc     BMC AR System; its records: http://{bmc}/_sim/records/User
  target ivanti  token demo-ivanti  Ivanti Neurons for ITSM; its records: http://{ivanti}/_sim/records/employees
For the same on Ivanti, put demo-ivanti in the place of demo-bmc.

Look a user up, as an identity provider does:
  curl -s -G -H 'Authorization: Bearer demo-bmc' {address}/scim/v2/Users --data-urlencode 'filter=userName eq "{login}"'

Create one:
  curl -s -H 'Authorization: Bearer demo-bmc' -H 'Content-Type: application/scim+json' {address}/scim/v2/Users -d '{{"userName":"grace.hopper","name":{{"givenName":"Grace","familyName":"Hopper"}},"emails":[{{"value":"grace@example.com","type":"work","primary":true}}],"active":true}}'

Switch {other} off, the way Microsoft Entra ID does it:
  curl -s -X PATCH -H 'Authorization: Bearer demo-bmc' -H 'Content-Type: application/scim+json' {address}/scim/v2/Users/{id} -d '{{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{{"op":"Replace","path":"active","value":"False"}}]}}'

Look at the vendor's own record of {other}, and at the native calls that all of this became:
  curl -s http://{bmc}/_sim/records/User/{id}
  curl -s http://{bmc}/_sim/journal

Look a group up, as Microsoft Entra ID does:
  curl -s -G -H 'Authorization: Bearer demo-bmc' {address}/scim/v2/Groups --data-urlencode 'filter=displayName eq "{group}"'

A joiner, a mover, a leaver and pushed groups, step by step and checked: scim-bridge demo --tour
Press Ctrl-C to stop."#
        )
    }

    /// The key of the User entry with this login name.
    fn id_of(&self, login: &str) -> String {
        let text = |record: &simulators::control::Record, field: &str| {
            record.get(field).and_then(serde_json::Value::as_str).map(str::to_owned)
        };
        let entries = self.bmc.records("User");
        let found = entries.iter().find(|entry| text(entry, "Login Name").as_deref() == Some(login));
        found.and_then(|entry| text(entry, "Request ID")).expect("the demo company has its first people")
    }
}

impl Simulators {
    /// On the two ports after the bridge's, so that what is written down stays true, unless they are taken or the
    /// bridge itself took any free one.
    async fn start(bmc: &Bmc, ivanti: &Ivanti, bridge: SocketAddr, anywhere: bool) -> anyhow::Result<Self> {
        let stop = watch::Sender::new(false);
        let mut tasks = JoinSet::new();
        let mut addresses = Vec::new();
        for (router, step) in [(bmc.router(), 1), (ivanti.router(), 2)] {
            let port = bridge.port().checked_add(step).filter(|_| !anywhere).unwrap_or(0);
            let listener = match TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
                Ok(listener) => listener,
                Err(_) => TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.context("cannot listen on loopback")?,
            };
            addresses.push(listener.local_addr()?);
            let mut stopped = stop.subscribe();
            tasks.spawn(async move {
                let shutdown = async move { drop(stopped.wait_for(|stop| *stop).await) };
                if let Err(error) = simulators::control::serve(listener, router, shutdown).await {
                    tracing::error!(%error, "a simulator stopped");
                }
            });
        }
        Ok(Self { tasks, stop, bmc: addresses[0], ivanti: addresses[1] })
    }
}

/// The configuration that the demo runs on.
fn configuration(address: &str, bmc: SocketAddr, ivanti: SocketAddr) -> String {
    let listen = address.trim_start_matches("http://");
    format!(
        r#"
[server]
listen = "{listen}"
public_url = "{address}"

[store]
url = "memory:"

[[credentials]]
name = "demo-bmc"
token = "demo-bmc"
targets = ["bmc"]

[[credentials]]
name = "demo-ivanti"
token = "demo-ivanti"
targets = ["ivanti"]

[targets.bmc]
kind = "bmc-ar"
base_url = "http://{bmc}"
auth = {{ method = "jwt", username = "{SERVICE_ACCOUNT}", password = "{SERVICE_PASSWORD}" }}

[targets.ivanti]
kind = "ivanti"
base_url = "http://{ivanti}"
auth = {{ method = "session", username = "{SERVICE_ACCOUNT}", password = "{SERVICE_PASSWORD}", tenant = "tenant" }}
create_defaults = {{ "Role" = "SelfService" }}
"#
    )
}

/// Runs the demo until the process is told to end.
///
/// # Errors
/// As [`Demo::new`].
pub async fn run(listen: SocketAddr) -> anyhow::Result<()> {
    let demo = Demo::new(listen).await?;
    println!("{}", demo.introduction());
    demo.serve(ended()).await;
    Ok(())
}

/// Prints the demo's interface description.
///
/// # Errors
/// As [`Demo::new`].
pub async fn describe() -> anyhow::Result<()> {
    let anywhere = SocketAddr::new(LISTEN.ip(), 0);
    print!("{}", Demo::new(anywhere).await?.openapi());
    Ok(())
}
