//! `demo`: the bridge and look-alikes of its vendors in one process, on loopback, with believable data.

mod look_alikes;
pub mod tour;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use anyhow::Context;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::serve::{Bridge, ended};
use crate::config::Config;
use crate::store::MemoryStore;
pub use look_alikes::LookAlikes;
use look_alikes::Stand;

/// Where the demo's bridge answers unless told otherwise.
pub const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

/// A running demo.
pub struct Demo {
    /// Where the bridge answers: `http://127.0.0.1:8080`.
    pub address: String,
    /// What stands behind it.
    pub look_alikes: LookAlikes,
    simulators: Simulators,
    bridge: Bridge,
    listener: TcpListener,
}

/// The look-alikes' servers.
struct Simulators {
    tasks: JoinSet<()>,
    stop: watch::Sender<bool>,
    /// Where each answers, by the names of their targets.
    addresses: BTreeMap<&'static str, SocketAddr>,
}

impl Demo {
    /// Starts the look-alikes on ports of their own and wires the bridge to them.
    ///
    /// # Errors
    /// An address that cannot be listened on.
    pub async fn new(listen: SocketAddr) -> anyhow::Result<Self> {
        Self::with(listen, LookAlikes::demo()).await
    }

    /// The same with these look-alikes.
    ///
    /// # Errors
    /// An address that cannot be listened on.
    pub async fn with(listen: SocketAddr, look_alikes: LookAlikes) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(listen).await.with_context(|| format!("cannot listen on {listen}"))?;
        let address = format!("http://{}", listener.local_addr()?);
        let stands = look_alikes.stands();
        let simulators = Simulators::start(&stands, listener.local_addr()?, listen.port() == 0).await?;
        let text = configuration(&address, &stands, &simulators.addresses);
        let unreadable = |_: &std::path::Path| Err(std::io::Error::other("the demo reads no files"));
        let config = Config::parse("demo", &text, &|_| None, &unreadable).map_err(super::faults)?;
        let bridge = Bridge::new(&config, Arc::new(MemoryStore::new()))?;
        Ok(Self { address, look_alikes, simulators, bridge, listener })
    }

    /// Serves until `shutdown` is ready.
    pub async fn serve(self, shutdown: impl Future<Output = ()>) {
        let Self { mut simulators, bridge, listener, .. } = self;
        bridge.serve(listener, shutdown).await;
        simulators.stop.send_replace(true);
        while simulators.tasks.join_next().await.is_some() {}
    }

    /// Where the look-alike behind a target answers.
    ///
    /// # Panics
    /// There is no such target.
    pub fn vendor(&self, target: &str) -> SocketAddr {
        self.simulators.addresses[target]
    }

    /// The interface description, as it is kept in `openapi/scim-bridge.json`.
    pub fn openapi(&self) -> String {
        format!("{:#}\n", self.bridge.openapi())
    }

    /// What to try, ready to paste.
    pub fn introduction(&self) -> String {
        let (address, bmc) = (&self.address, self.vendor("bmc"));
        let stands = self.look_alikes.stands();
        let targets = stands.iter().fold(String::new(), |mut text, Stand { target, product, records, .. }| {
            let at = self.vendor(target);
            let token = format!("demo-{target}");
            writeln!(
                text,
                "  target {target:<18} token {token:<23} {product}; its records: http://{at}/_sim/records/{records}"
            )
            .expect("writing to a string cannot fail");
            text
        });
        let people = simulators::demo::people(2);
        let group = &simulators::demo::groups(1)[0].name;
        let (login, other) = (&people[0].login, &people[1].login);
        let id = self.id_of(other);
        format!(
            r#"The SCIM bridge answers on {address} in front of look-alikes with 250 users each:
{targets}For the same on another target, put its token in the place of demo-bmc.

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
        let entries = self.look_alikes.bmc.records("User");
        let found = entries.iter().find(|entry| text(entry, "Login Name").as_deref() == Some(login));
        found.and_then(|entry| text(entry, "Request ID")).expect("the demo company has its first people")
    }
}

impl Simulators {
    /// On the ports after the bridge's, so that what is written down stays true, unless they are taken or the bridge
    /// itself took any free one.
    async fn start(stands: &[Stand], bridge: SocketAddr, anywhere: bool) -> anyhow::Result<Self> {
        let stop = watch::Sender::new(false);
        let mut tasks = JoinSet::new();
        let mut addresses = BTreeMap::new();
        for (stand, step) in stands.iter().zip(1..) {
            let port = bridge.port().checked_add(step).filter(|_| !anywhere).unwrap_or(0);
            let listener = match TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
                Ok(listener) => listener,
                Err(_) => TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.context("cannot listen on loopback")?,
            };
            addresses.insert(stand.target, listener.local_addr()?);
            let (router, mut stopped) = (stand.router.clone(), stop.subscribe());
            tasks.spawn(async move {
                let shutdown = async move { drop(stopped.wait_for(|stop| *stop).await) };
                if let Err(error) = simulators::control::serve(listener, router, shutdown).await {
                    tracing::error!(%error, "a simulator stopped");
                }
            });
        }
        Ok(Self { tasks, stop, addresses })
    }
}

/// The configuration that the demo runs on.
fn configuration(address: &str, stands: &[Stand], addresses: &BTreeMap<&str, SocketAddr>) -> String {
    let listen = address.trim_start_matches("http://");
    let mut text = format!(
        r#"
[server]
listen = "{listen}"
public_url = "{address}"

[store]
url = "memory:"
"#
    );
    for Stand { target, keys, .. } in stands {
        let vendor = addresses[target];
        write!(
            text,
            r#"
[[credentials]]
name = "demo-{target}"
token = "demo-{target}"
targets = ["{target}"]

[targets.{target}]
base_url = "http://{vendor}"
{keys}"#
        )
        .expect("writing to a string cannot fail");
    }
    text
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
