//! Parses the command line and calls the library; nothing else.

#[cfg(feature = "demo")]
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use scim_bridge::backend::WriteTrial;
use scim_bridge::cli;
use scim_bridge::telemetry::{self, Format};

/// A SCIM 2.0 service provider in front of systems that have no SCIM or a weak one.
#[derive(Parser)]
#[command(version, after_help = "Exit codes: 0 done; 1 it failed, or is not as it should be; 2 wrong usage.")]
struct Arguments {
    /// What is logged: a level, or directives such as `info,scim_bridge=debug`.
    #[arg(long, global = true, env = "SCIM_BRIDGE_LOG", default_value = "info", value_name = "FILTER")]
    log: String,
    /// One JSON object per log line.
    #[arg(long, global = true)]
    log_json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the bridge.
    #[command(after_help = "Example: scim-bridge serve --config /etc/scim-bridge/bridge.toml")]
    Serve(ConfigFile),
    /// Check a configuration, and the targets themselves where they are to be called.
    #[command(after_help = "Examples: scim-bridge check --config bridge.toml\n          \
                            scim-bridge check --config bridge.toml --online --write --test-user scim.test\n\n\
                            Exit codes: 0 sound, perhaps with warnings; 1 a fault was found; 2 wrong usage.")]
    Check {
        #[command(flatten)]
        config: ConfigFile,
        /// Log in to every target and look whether it can be served: rights, fields, canary, letter case, page limits.
        #[arg(long)]
        online: bool,
        /// Try the right to write: a name is written back unchanged to the service account's own record.
        #[arg(long, requires = "online")]
        write: bool,
        /// Try it on the record of this user instead, by the target's own login name.
        #[arg(long, requires = "write", value_name = "LOGIN NAME")]
        test_user: Option<String>,
    },
    /// Show what a SCIM filter becomes on a target, without calling anybody.
    #[command(after_help = "Example: scim-bridge explain --target bmc 'userName eq \"ada\" and active eq true'")]
    Explain {
        #[command(flatten)]
        config: ConfigFile,
        /// The target's name in the configuration.
        #[arg(long)]
        target: String,
        /// The SCIM filter.
        filter: String,
    },
    /// Make tokens for identity providers.
    #[command(subcommand, after_help = "Example: scim-bridge token new")]
    Token(TokenCommand),
    /// Run a look-alike of a vendor with demo data.
    #[cfg(feature = "demo")]
    #[command(after_help = "Example: scim-bridge simulate bmc --listen 127.0.0.1:8008")]
    Simulate {
        /// Whose look-alike.
        vendor: cli::simulate::Vendor,
        /// Where it answers; port 0 takes a free one.
        #[arg(long, default_value = "127.0.0.1:0")]
        listen: SocketAddr,
    },
    /// Run the bridge in front of look-alikes of its vendors, with demo data.
    #[cfg(feature = "demo")]
    #[command(after_help = "Examples: scim-bridge demo --listen 127.0.0.1:8080\n          scim-bridge demo --tour\n\n\
                            Exit codes: 0 done; 1 it failed, or the tour found something that is not as it should be.")]
    Demo {
        /// Where the bridge answers; port 0 takes a free one. Default: 127.0.0.1:8080, and a free port for the tour.
        #[arg(long)]
        listen: Option<SocketAddr>,
        /// Play a joiner, a mover and a leaver as Entra and as Okta send them, check the vendor's records, and end.
        #[arg(long)]
        tour: bool,
        /// Print the interface description (OpenAPI 3.1) of the demo's targets, and end.
        #[arg(long, conflicts_with_all = ["tour", "listen"])]
        openapi: bool,
    },
}

#[derive(Subcommand)]
enum TokenCommand {
    /// Print a new token and the lines that it needs in the configuration.
    #[command(after_help = "Example: scim-bridge token new")]
    New,
}

#[derive(clap::Args)]
struct ConfigFile {
    /// The configuration file.
    #[arg(long, default_value = "bridge.toml", env = "SCIM_BRIDGE_CONFIG")]
    config: PathBuf,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    std::panic::set_hook(Box::new(telemetry::panicked));
    let format = if arguments.log_json { Format::Json } else { Format::Text };
    if let Err(error) = telemetry::init(&arguments.log, format) {
        eprintln!("scim-bridge: {error}");
        return ExitCode::from(2);
    }
    match run(arguments.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("scim-bridge: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match command {
        Command::Serve(ConfigFile { config }) => runtime.block_on(cli::serve::run(&config)),
        Command::Check { config, online: false, .. } => show(&cli::check::run(&config.config)?),
        Command::Check { config, write, test_user, .. } => {
            let trial = write.then(|| test_user.map_or(WriteTrial::ServiceAccount, WriteTrial::User));
            let found = runtime.block_on(cli::check::online(&config.config, trial.as_ref()))?;
            println!("{}", found.text);
            anyhow::ensure!(!found.faulty, "at least one target cannot be served as it is");
            Ok(())
        }
        Command::Explain { config, target, filter } => show(&cli::explain::run(&config.config, &target, &filter)?),
        Command::Token(TokenCommand::New) => show(&cli::token::NewToken::new(aws_lc_rs::rand::fill)?.to_string()),
        #[cfg(feature = "demo")]
        Command::Simulate { vendor, listen } => runtime.block_on(cli::simulate::run(vendor, listen)),
        #[cfg(feature = "demo")]
        Command::Demo { openapi: true, .. } => runtime.block_on(cli::demo::describe()),
        #[cfg(feature = "demo")]
        Command::Demo { listen, tour: true, .. } => {
            runtime.block_on(cli::demo::tour::run(listen.unwrap_or(cli::demo::tour::LISTEN)))
        }
        #[cfg(feature = "demo")]
        Command::Demo { listen, tour: false, .. } => {
            runtime.block_on(cli::demo::run(listen.unwrap_or(cli::demo::LISTEN)))
        }
    }
}

#[expect(clippy::unnecessary_wraps, reason = "one arm of a match whose other arms can fail")]
fn show(text: &str) -> anyhow::Result<()> {
    println!("{text}");
    Ok(())
}
