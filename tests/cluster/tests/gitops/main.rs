//! From a commit to healthy pods: the tree of this checkout, synced by a real Argo CD onto a real node, changed by commits,
//! broken by commits, repaired by commits, while visitors keep coming. One cluster, one story; figures are printed as
//! they come.

mod accepted;
mod admission;
mod backup;
mod bad_versions;
mod bootstrap;
mod chaos;
mod chart;
mod commits;
mod drift;
mod images;
mod next_version;
mod repository;
mod schema;
mod stage;
mod story;
mod watch;
mod website;

use std::sync::Arc;
use std::time::Instant;

use anyhow::Result;
use cluster::{Cluster, Options, image};
use libtest_mimic::{Arguments, Trial};
use next_version::NextVersion;
use stage::Stage;
use story::Story;

fn main() -> Result<()> {
    let mut arguments = Arguments::from_args();
    // Each trial begins where the one before it ended.
    arguments.test_threads = Some(1);
    if arguments.list {
        libtest_mimic::run(&arguments, trials(&Arc::new(Story::untold()))).exit();
    }
    let mut options = Options { webhook: false, ..Options::new("gitops") };
    let checkout = options.checkout.canonicalize()?;
    // While there is still a way out to Debian's mirrors; inside, the same answer comes from the disk.
    let packages = image::mysql::packages(&checkout)?;
    let next = NextVersion::build(&checkout)?;
    let machine = Cluster::enter(&options)?;
    let begin = Instant::now();
    let stage = Stage::set(machine, &mut options, &checkout, &packages, &next)?;
    let conclusion = libtest_mimic::run(&arguments, trials(&Arc::new(Story::on(stage))));
    println!("gitops: {:.0} s in all", begin.elapsed().as_secs_f32());
    conclusion.exit()
}

/// In the order of the story. What does not change the environments comes while they are watched for a minute.
fn trials(story: &Arc<Story>) -> Vec<Trial> {
    let chapters = [
        bootstrap::begin,
        admission::trials,
        accepted::trials,
        chart::trials,
        backup::trials,
        bootstrap::end,
        commits::trials,
        schema::trials,
        bad_versions::trials,
        drift::trials,
        chaos::trials,
    ];
    chapters.into_iter().flat_map(|chapter| chapter(story)).collect()
}
