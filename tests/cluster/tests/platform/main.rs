//! The platform for real, as far as Go modules go: what the tree says of gateways, certificates, network policies,
//! autoscaling and secrets, decided by the controllers that decide it in production, on real pods of our image.
//! One cluster, one story; figures are printed as they come.

mod autoscaling;
mod ground;
mod https;
mod network;
mod secrets;
mod vault;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use anyhow::Result;
use cluster::{Cluster, Options, image};
use ground::Ground;
use libtest_mimic::{Arguments, Trial};

fn main() -> Result<()> {
    let mut arguments = Arguments::from_args();
    // Each trial begins where the one before it ended.
    arguments.test_threads = Some(1);
    if arguments.list {
        libtest_mimic::run(&arguments, story(&Story::default())).exit();
    }
    let options = Options {
        argo_cd: false,
        more_tools: vec!["cert-manager", "external-secrets", "kube-router", "traefik"],
        ..Options::new("platform")
    };
    // While there is still a way out to Debian's mirrors; inside, the same answer comes from the disk.
    let packages = image::mysql::packages(&options.checkout.canonicalize()?)?;
    let machine = Cluster::enter(&options)?;
    let begin = Instant::now();
    let ground = Ground::prepare(Cluster::start(machine, &options)?, &packages, begin)?;
    let story = self::story(&Arc::new(Mutex::new(Some(ground))));
    let conclusion = libtest_mimic::run(&arguments, story);
    println!("platform: {:.0} s in all", begin.elapsed().as_secs_f32());
    conclusion.exit()
}

/// None when trials are only listed.
type Story = Arc<Mutex<Option<Ground>>>;
type Chapter = fn(&Ground) -> Result<()>;

fn story(ground: &Story) -> Vec<Trial> {
    let chapters: [(&str, Chapter); 12] = [
        ("secrets_come_from_the_store_to_whom_it_is_meant_for", secrets::come_from_the_store),
        ("visitors_come_through_the_gateway_and_from_nowhere_else", network::visitors),
        ("metrics_are_for_prometheus_alone", network::operations),
        ("the_program_reaches_names_and_its_database_and_nothing_else", network::egress),
        ("the_database_is_for_the_program_alone", network::database),
        ("https_is_served_with_a_certificate_of_our_authority", https::served),
        ("http_is_redirected_with_path_and_query", https::redirected),
        ("another_host_is_a_404", https::another_host),
        ("a_certificate_is_rotated_under_connections", https::rotated),
        ("a_rollout_through_the_gateway_loses_no_request", https::rollout),
        ("a_rotated_password_reaches_the_running_program", secrets::rotated),
        ("load_scales_up_and_quiet_scales_down", autoscaling::up_and_down),
    ];
    let trial = |(name, chapter): (&str, Chapter)| {
        let ground = ground.clone();
        Trial::test(name, move || {
            let ground = ground.lock().unwrap_or_else(PoisonError::into_inner);
            let ground = ground.as_ref().ok_or("there is no cluster to try it on")?;
            ground.cluster.processes.check().and_then(|()| chapter(ground)).map_err(|error| format!("{error:#}").into())
        })
    };
    chapters.into_iter().map(trial).collect()
}
