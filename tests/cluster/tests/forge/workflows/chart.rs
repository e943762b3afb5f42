//! The chart as an artifact: its version moves with it, and what was published stays.

use std::fs;

use cluster::tools::Tools;

use super::scripts::Checkout;
use crate::commands::{fail, succeed};
use crate::registry::Registry;

const CHART: &str = "k8s/charts/dog-gif-app/Chart.yaml";

fn at_version(checkout: &Checkout, version: &str) {
    let text = fs::read_to_string(checkout.root().join(CHART)).expect("a chart");
    let line = text.lines().find(|line| line.starts_with("version: ")).expect("a version").to_owned();
    checkout.write(CHART, &text.replace(&line, &format!("version: {version}")));
}

#[test]
fn a_chart_that_has_changed_needs_a_greater_version() {
    let checkout = Checkout::new();
    at_version(&checkout, "0.9.0");
    checkout.commit("Begin with 0.9.0");
    let base = checkout.git(&["rev-parse", "HEAD"]).trim_end().to_owned();
    let moved = || {
        let mut command = checkout.script("chart.sh");
        command.args(["moved", &base]);
        command
    };
    checkout.write("README.md", "nothing of the chart\n");
    checkout.commit("Document");
    succeed(&mut moved());
    checkout.write("k8s/charts/dog-gif-app/templates/more.yaml", "# more\n");
    checkout.commit("Change the chart");
    let sentence = |now| {
        format!("chart.sh: the chart has changed and its version went from 0.9.0 to {now}: raise it in {CHART}\n")
    };
    assert_eq!(fail(&mut moved()), sentence("0.9.0"));
    at_version(&checkout, "0.8.9");
    checkout.commit("Lower it");
    assert_eq!(fail(&mut moved()), sentence("0.8.9"));
    at_version(&checkout, "0.10.0");
    checkout.commit("Raise it");
    succeed(&mut moved());
}

#[test]
fn it_is_pushed_and_signed_once() {
    let (checkout, registry) = (Checkout::new(), Registry::start());
    checkout.publish_to(&format!("{}/dogs", registry.host));
    at_version(&checkout, "1.2.3");
    let cosign = checkout.cosign("exit 0");
    let tools = Tools::ready(&["helm"]).expect("Helm");
    let publish = || {
        let mut command = checkout.script("chart.sh");
        command.arg("publish").env("COSIGN", &cosign).env("HELM", tools.binary("helm").expect("Helm"));
        command.env("HELM_CACHE_HOME", checkout.home()).env("HELM_CONFIG_HOME", checkout.home());
        succeed(&mut command)
    };
    let said = publish();
    let digest =
        said.trim_end().rsplit_once("published dog-gif-app 1.2.3 (").expect("a digest").1.trim_end_matches(')');
    let address = format!("http://{}/v2/dogs/charts/dog-gif-app/manifests/{digest}", registry.host);
    let chart = ureq::get(address).header("Accept", "application/vnd.oci.image.manifest.v1+json").call();
    assert_eq!(chart.expect("the chart").status(), 200);
    assert_eq!(publish(), "dog-gif-app 1.2.3 is published already\n");
    let asked = checkout.cosign_was_asked();
    assert_eq!(asked, format!("sign --yes {}/dogs/charts/dog-gif-app@{digest}\n", registry.host));
}
