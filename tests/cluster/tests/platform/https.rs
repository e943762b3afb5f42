//! From a visitor's browser to the program: certificate, gateway, route.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use cluster::kubectl::wait_until;
use cluster::load::{Connections, Load, Plan, Target};

use crate::ground::{Ground, HOST, NAMESPACE, PATIENCE, dial};

pub fn served(ground: &Ground) -> Result<()> {
    let before = ground.visits()?;
    let page = ground.https()?.ask("GET", "/")?;
    ensure!(page.status == 200, "the page is a {}", page.status);
    let number = page.visitor().context("no visitor number on the page")?;
    ensure!(number == before + 1, "after {before} visitors came number {number}");
    // A certificate of somebody else's is refused: here the API server's authority, which signed none of it.
    let other = std::fs::read(ground.cluster.control_plane.authority.certificate())?;
    let refused = Target::https(HOST, &other, dial(SocketAddr::new(ground.gateway, 443)))?.ask("GET", "/api/v1/visits");
    match refused {
        Err(error) if error.to_string().contains("TLS handshake") => Ok(()),
        Err(error) => bail!("refused for another reason than the certificate: {error}"),
        Ok(_) => bail!("a certificate was believed that nobody vouched for"),
    }
}

pub fn redirected(ground: &Ground) -> Result<()> {
    let answer = Target::http(HOST, dial(SocketAddr::new(ground.gateway, 80))).ask("GET", "/dogs/a?after=b")?;
    let location = answer.header("location").unwrap_or_default();
    ensure!(
        answer.status == 301 && location == format!("https://{HOST}/dogs/a?after=b"),
        "plain HTTP is answered by {} to {location:?}",
        answer.status
    );
    Ok(())
}

pub fn another_host(ground: &Ground) -> Result<()> {
    let secure = ground.https()?;
    for (target, what) in [
        (secure.with_host("other.example"), "HTTPS"),
        (Target::http("other.example", dial(SocketAddr::new(ground.gateway, 80))), "HTTP"),
    ] {
        let status = target.ask("GET", "/")?.status;
        ensure!(status == 404, "another host is a {status} over {what}");
    }
    Ok(())
}

/// As `cmctl renew` asks for it, while visitors come, each on a new connection.
pub fn rotated(ground: &Ground) -> Result<()> {
    let target = ground.https()?;
    let certificate = || target.open().map(|connection| connection.certificate());
    let labels = "app.kubernetes.io/name=traefik";
    let (before, pods) = (certificate()?, ground.identities("gateway", labels)?);
    ensure!(before.is_some(), "the gateway showed no certificate");
    let visits = ground.visits()?;
    let load = Load::start(&target, &Plan::default());
    load.wait_for_more(20, PATIENCE)?;
    let patch = r#"[{"op": "add", "path": "/status/conditions/-", "value": {"type": "Issuing", "status": "True",
        "reason": "ManuallyTriggered", "message": "the test asks", "lastTransitionTime": "2026-01-01T00:00:00Z"}}]"#;
    ground.cluster.kubectl.run(&[
        "patch",
        "certificate",
        "public",
        "--namespace",
        "gateway",
        "--subresource=status",
        "--type=json",
        "--patch",
        patch,
    ])?;
    let (took, ()) =
        wait_until("the gateway shows another certificate", PATIENCE, || Ok((certificate()? != before).then_some(())))?;
    load.wait_for_more(20, PATIENCE)?;
    let report = load.stop();
    println!("another certificate {:.1} s after it was asked for: {report}", took.as_secs_f32());
    report.none_failed()?;
    report.adds_up(visits, ground.visits()?)?;
    ensure!(ground.identities("gateway", labels)? == pods, "the gateway's pods were replaced or restarted");
    Ok(())
}

/// To the next revision with a new connection for each request, and back over kept ones.
pub fn rollout(ground: &Ground) -> Result<()> {
    for (revision, connections, what) in [(1, Connections::New, "new"), (0, Connections::Kept, "kept")] {
        let visits = ground.visits()?;
        let load = Load::start(&ground.https()?, &Plan { connections, ..Plan::default() });
        load.wait_for_more(20, PATIENCE)?;
        let begin = Instant::now();
        ground.helm(&["upgrade", "--wait", "--timeout", "90s"], revision)?;
        let took = begin.elapsed();
        gone(ground, revision)?;
        let report = load.stop();
        println!("rolled out in {:.1} s over {what} connections: {report}", took.as_secs_f32());
        report.none_failed()?;
        report.adds_up(visits, ground.visits()?)?;
    }
    Ok(())
}

/// Until the last pod of the other revision has ended: it serves on while it drains, and that is when requests get lost.
fn gone(ground: &Ground, revision: usize) -> Result<()> {
    let image = &ground.digests[revision];
    wait_until("the pods of the other revision have ended", Duration::from_secs(90), || {
        let pods = ground.cluster.kubectl.list("pods", NAMESPACE, "app.kubernetes.io/component=web")?;
        let ours = |pod: &serde_json::Value| {
            pod["spec"]["containers"][0]["image"].as_str().is_some_and(|name| name.ends_with(image.as_str()))
        };
        Ok(pods.iter().all(ours).then_some(()))
    })?;
    Ok(())
}
