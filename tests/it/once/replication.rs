//! What README says of a replicated MySQL is what the cluster is given, and what `make test-failover` tries.

use crate::harness::group::options;
use crate::harness::primary_proxy::{CHECK, CUT};
use crate::harness::tree::read;

#[test]
fn the_settings_of_a_group_are_the_same_in_readme_cluster_and_tests() {
    let (readme, cluster) = (read("README.md"), read("k8s/components/mysql-replicated/cluster.yaml"));
    let tried = options(0, "", &[String::new()]);
    let (_, block) = readme.split_once("[mysqld]\n").expect("a block of settings");
    let settings: Vec<_> = block.lines().take_while(|line| *line != "```").collect();
    assert!(settings.len() >= 7, "{settings:?}");
    for setting in settings {
        assert!(cluster.lines().any(|line| line.trim() == setting), "the cluster is not given {setting}");
        let (name, value) = setting.split_once('=').expect("a value");
        let option = format!("{}={value}", name.replace('_', "-"));
        let is_tried = |tried: &String| tried.trim_start_matches("--").trim_start_matches("loose-") == option;
        assert!(tried.iter().any(is_tried), "the tests do not set {setting}");
    }
}

#[test]
fn the_proxy_is_the_same_in_readme_cluster_and_tests() {
    assert!(read("README.md").contains(&format!("default-server {CHECK} {CUT}\n")));
    let cluster = read("k8s/components/mysql-replicated/cluster.yaml");
    let (_, options) = cluster.split_once("name: HA_SERVER_OPTIONS\n").expect("options of servers");
    let options = options.lines().next().expect("a value");
    // Between them the operator has options of its own.
    assert!(options.contains(&format!(" {CHECK} ")) && options.ends_with(&format!(" {CUT}")), "{options}");
}
