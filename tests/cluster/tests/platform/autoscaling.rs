//! The chart's autoscaler, told by metrics-server what the pods use.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use cluster::kubectl::wait_until;
use cluster::load::{Connections, Load, Plan};

use crate::ground::{Ground, NAMESPACE};

/// metrics-server looks every 10 s, the autoscaler every 15 s, and a pod is there some seconds later.
const PATIENCE: Duration = Duration::from_secs(90);

pub fn up_and_down(ground: &Ground) -> Result<()> {
    let ready = || {
        let deployment =
            ground.cluster.kubectl.get("deployment", NAMESPACE, "dog-gif-app")?.context("no Deployment")?;
        anyhow::Ok(deployment["status"]["readyReplicas"].as_i64().unwrap_or_default())
    };
    wait_until("the quiet program has its two pods", PATIENCE, || Ok((ready()? == 2).then_some(())))?;
    let visits = ground.visits()?;
    // As fast as eight visitors can, over connections that are kept.
    let crowd = Plan { visitors: 8, connections: Connections::Kept, pause: Duration::ZERO };
    let load = Load::start(&ground.https()?, &crowd);
    let (up, most) =
        wait_until("the load brings a third pod", PATIENCE, || Ok(Some(ready()?).filter(|ready| *ready > 2)))?;
    let report = load.stop();
    let (down, ()) =
        wait_until("the quiet program is back at two pods", PATIENCE, || Ok((ready()? == 2).then_some(())))?;
    println!(
        "2 to {most} pods after {:.0} s of load, back {:.0} s after it: {report}",
        up.as_secs_f32(),
        down.as_secs_f32()
    );
    report.none_failed()?;
    report.adds_up(visits, ground.visits()?)?;
    let events = ground.cluster.kubectl.list("events", NAMESPACE, "")?;
    let rescaled = events.iter().filter(|event| event["reason"] == "SuccessfulRescale").count();
    ensure!(rescaled >= 2, "the pods came and went, but not by the autoscaler: {rescaled} events say so");
    Ok(())
}
