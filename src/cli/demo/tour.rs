//! `demo --tour`: a joiner, a mover, a leaver and pushed groups, as Microsoft Entra ID and as Okta send them, on both
//! targets.
//!
//! Beside each request stand the native calls that it became and the vendor's record before and after. What the record
//! must be is written down with each step, in native fields and without asking the bridge.

mod check;
mod client;
mod entra;
mod entra_groups;
mod okta;
mod okta_groups;
mod show;
mod side;
mod story;

use std::io::{self, IsTerminal, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::sync::oneshot;

use super::Demo;
use client::Client;
use show::Page;
use side::Side;
use story::{Places, Step, Story};

/// Where the tour's bridge answers: a free port, because a demo may be running.
pub const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// How long the targets may take to become ready.
const READY_TRIES: u32 = 200;
const READY_PAUSE: Duration = Duration::from_millis(50);

/// What came of a tour.
#[derive(Debug, Default)]
pub struct Outcome {
    /// How many steps were taken.
    pub steps: usize,
    /// What was not as it should be, each with the step.
    pub faults: Vec<String>,
}

/// Plays the tour on a terminal or into a pipe.
///
/// # Errors
/// An address that cannot be listened on, and anything that was not as it should be.
pub async fn run(listen: SocketAddr) -> anyhow::Result<()> {
    let colours = io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let outcome = play(Demo::new(listen).await?, &mut io::stdout(), colours).await?;
    match outcome.faults.len() {
        0 => Ok(()),
        1 => bail!("the tour found 1 thing that is not as it should be"),
        count => bail!("the tour found {count} things that are not as they should be"),
    }
}

/// Plays the tour on this demo, which ends with it.
///
/// # Errors
/// A target that does not become ready, a connection that breaks, output that cannot be written.
pub async fn play(demo: Demo, out: &mut dyn Write, colours: bool) -> anyhow::Result<Outcome> {
    let address = demo.address.clone();
    let sides = [Side::Bmc(demo.look_alikes.bmc.clone()), Side::Ivanti(demo.look_alikes.ivanti.clone())];
    let (stop, stopped) = oneshot::channel::<()>();
    let tour = async {
        let outcome = all(&address, &sides, &mut Page::new(out, colours)).await;
        drop(stop);
        outcome
    };
    let (outcome, ()) = tokio::join!(tour, demo.serve(async { drop(stopped.await) }));
    outcome
}

async fn all(address: &str, sides: &[Side], page: &mut Page<'_>) -> anyhow::Result<Outcome> {
    let client = Client::new(address)?;
    ready(&client).await?;
    page.opening(address)?;
    let mut outcome = Outcome::default();
    for side in sides {
        for story in [entra::story(side), okta::story(side), okta_groups::story(side), entra_groups::story(side)] {
            tell(&client, side, story, page, &mut outcome).await?;
        }
    }
    page.summary(&outcome)?;
    Ok(outcome)
}

async fn ready(client: &Client) -> anyhow::Result<()> {
    for _ in 0..READY_TRIES {
        if client.readiness().await?.is_success() {
            return Ok(());
        }
        tokio::time::sleep(READY_PAUSE).await;
    }
    bail!("the demo's targets did not become ready")
}

async fn tell(
    client: &Client,
    side: &Side,
    story: Story,
    page: &mut Page<'_>,
    outcome: &mut Outcome,
) -> anyhow::Result<()> {
    page.story(story.client, side)?;
    let mut places = Places::default();
    for (index, step) in story.steps.into_iter().enumerate() {
        let number = index + 1;
        let faults = take(client, side, number, &step, &mut places, page).await.context(step.what)?;
        let place = format!("{} on {}, step {number} ({})", story.client, side.target(), step.what);
        outcome.steps += 1;
        outcome.faults.extend(faults.into_iter().map(|fault| format!("{place}: {fault}")));
    }
    Ok(())
}

/// Sends one request, shows what became of it, and says what is not as it should be.
async fn take(
    client: &Client,
    side: &Side,
    number: usize,
    step: &Step,
    places: &mut Places,
    page: &mut Page<'_>,
) -> anyhow::Result<Vec<String>> {
    let (path, body) = (places.fill(&step.path), step.body(places));
    page.request(number, step, &path, body.as_ref())?;
    let (before, ordinal) = (side.records(), side.last_ordinal());
    let answer = client.send(side, step.method.clone(), &path, body.as_ref()).await?;
    let after = side.records();
    if let Some(who) = step.remember {
        places.remember(who, &answer.body);
    }
    page.answer(&answer)?;
    page.calls(&side.calls_after(ordinal))?;
    let mut faults = check::answer(step, places, &answer);
    faults.extend(check::records(side, step, places, &before, &after));
    page.records(&before, &after)?;
    page.verdict(&faults)?;
    Ok(faults)
}
