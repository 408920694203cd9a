//! `simulate`: a vendor's look-alike on a port of its own.

use std::net::SocketAddr;

use anyhow::Context;
use simulators::bmc::Bmc;
use simulators::control::Clock;
use simulators::ivanti::Ivanti;
use tokio::net::TcpListener;

/// Whose look-alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Vendor {
    /// BMC AR System.
    Bmc,
    /// Ivanti Neurons for ITSM.
    Ivanti,
}

/// Serves a simulator with demo data until the process is told to end.
///
/// # Errors
/// An address that cannot be listened on.
pub async fn run(vendor: Vendor, listen: SocketAddr) -> anyhow::Result<()> {
    let listener = TcpListener::bind(listen).await.with_context(|| format!("cannot listen on {listen}"))?;
    let address = listener.local_addr()?;
    let router = match vendor {
        Vendor::Bmc => Bmc::demo(Clock::system()).router(),
        Vendor::Ivanti => Ivanti::demo(Clock::system()).router(),
    };
    println!("A look-alike of {vendor:?} answers on http://{address}.");
    println!("Service account: {} / {}", simulators::bmc::SERVICE_ACCOUNT, simulators::bmc::SERVICE_PASSWORD);
    println!("Its records, its journal of requests and its faults are under http://{address}/_sim/.");
    simulators::control::serve(listener, router, super::serve::ended()).await?;
    Ok(())
}
