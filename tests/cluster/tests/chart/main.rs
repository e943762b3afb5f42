//! The chart without a cluster: what it refuses and in which words, what every pod of it carries, and which of its
//! numbers have to fit the program's. Its README, too.

use std::path::{Path, PathBuf};
use std::process::Command;

use cluster::chart::{readme, readme_path};
use cluster::tools::Tools;
use serde::Deserialize as _;
use serde_yaml_ng::Value;

/// What MySQL needs at least.
const MYSQL: &[&str] = &["mysql.host=mysql", "mysql.user=dog", "mysql.database=dogs", "mysql.existingSecret=passwords"];

/// Everything that can be switched on.
const EVERYTHING: &[&str] = &[
    "mysql.host=mysql",
    "mysql.user=dog",
    "mysql.database=dogs",
    "mysql.existingSecret=passwords",
    "mysql.tls.mode=verify",
    "mysql.tls.existingSecret=authority",
    "migrations.user=migrator",
    "migrations.existingSecret=migrator",
    "autoscaling.enabled=true",
    "gateway.enabled=true",
    "gateway.hostnames[0]=dog-gif-app.example",
    "serviceMonitor.enabled=true",
];

/// Values added to the defaults, and what the refusal has to say.
const REFUSED: &[(&[&str], &str)] = &[
    (&["replicas=2"], "replicas=2 needs MySQL"),
    (&["autoscaling.enabled=true"], "autoscaling.enabled needs MySQL"),
    (&["image.digest=sha256:12"], "is no digest: it is sha256: and 64 lower-case hexadecimal digits"),
    (&["image.tag=latest"], "image.tag=latest names no version"),
    (&["image.repository=ghcr.io/dog-gif-app/dog-gif-app:1"], "carries a tag or a digest"),
    (&["mysql.host=mysql"], "mysql.existingSecret is missing: mysql.host is set"),
    (&["mysql.user=dog"], "mysql.user is set but mysql.host is not"),
    (&["mysql.tls.mode=verify"], "mysql.tls.mode is set but mysql.host is not"),
    (&["mysql.tls.mode=maybe"], "at '/mysql/tls/mode': value must be one of 'off', 'verify'"),
    (&["gateway.enabled=true"], "gateway.hostnames is empty"),
    (&["resources.requests.cpu=0"], "resources.requests.cpu is 0"),
    (&["resources.limits.memory=1Gi"], "must equal resources.requests.memory"),
    (&["rollout.minReadySeconds=60"], "must be less than rollout.progressDeadlineSeconds"),
    (&["settings.drainSeconds=-1"], "at '/settings/drainSeconds': minimum: got -1, want 0"),
    (&["extraEnv[0].name=PORT", "extraEnv[0].value=eighty"], "extraEnv sets PORT, which the chart sets itself"),
    (&["settings.publicUrl=dogs.example"], "at '/settings/publicUrl': 'dogs.example' does not match pattern"),
    (&["extraEnv[0].name=PUBLIC_URL"], "extraEnv sets PUBLIC_URL, which the chart sets itself"),
    (&["unheardOf=1"], "additional properties 'unheardOf' not allowed"),
    (&["image.unheardOf=1"], "additional properties 'unheardOf' not allowed"),
];

/// The same beside a working MySQL.
const REFUSED_ON_MYSQL: &[(&[&str], &str)] = &[
    (&["mysql.host=http://mysql"], "mysql.host must be a host name"),
    (&["mysql.tls.mode=verify"], "mysql.tls.existingSecret is missing"),
    (&["mysql.tls.existingSecret=authority"], "mysql.tls.existingSecret is set but mysql.tls.mode is off"),
    (&["migrations.existingSecret=migrator"], "belong together"),
    (&["persistence.existingClaim=mine"], "MySQL needs no volume"),
    (&["autoscaling.enabled=true", "autoscaling.minReplicas=5", "autoscaling.maxReplicas=2"], "is more than"),
];

#[test]
fn it_passes_helms_own_checks() {
    for values in [&[][..], MYSQL, EVERYTHING] {
        let output = helm("lint", &["--strict"], values);
        assert!(output.status.success(), "{values:?}: {}", String::from_utf8_lossy(&output.stdout));
    }
}

#[test]
fn nonsense_is_refused_with_a_sentence() {
    let on_sqlite = REFUSED.iter().map(|(values, sentence)| (values.to_vec(), sentence));
    let on_mysql = REFUSED_ON_MYSQL.iter().map(|(values, sentence)| ([MYSQL, values].concat(), sentence));
    for (values, sentence) in on_sqlite.chain(on_mysql) {
        let output = helm("template", &["dog-gif-app"], &values);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{values:?} is accepted");
        assert!(said.contains(sentence), "{values:?} is refused without {sentence:?}: {said}");
    }
}

#[test]
fn the_defaults_are_one_pod_on_a_volume() {
    let objects = render(&[]);
    let deployment = only(&objects, "Deployment");
    assert_eq!(deployment["spec"]["replicas"], 1);
    assert_eq!(deployment["spec"]["strategy"]["type"], "Recreate");
    only(&objects, "PersistentVolumeClaim");
    assert!(of_kind(&objects, "Job").is_empty(), "SQLite is migrated by the program itself");
}

#[test]
fn on_mysql_pods_are_stateless_and_replaced_one_by_one() {
    let objects = render(MYSQL);
    let deployment = only(&objects, "Deployment");
    assert_eq!(deployment["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"], 0);
    assert!(of_kind(&objects, "PersistentVolumeClaim").is_empty());
    let job = only(&objects, "Job");
    assert!(job["spec"]["activeDeadlineSeconds"].is_number(), "a hook without a deadline hangs a sync for ever");
    let annotations = &job["metadata"]["annotations"];
    assert_eq!(annotations["helm.sh/hook"], "pre-install,pre-upgrade");
    assert_eq!(annotations["argocd.argoproj.io/hook"], "Sync");
}

#[test]
fn where_an_autoscaler_rules_no_replicas_are_rendered() {
    let objects = render(EVERYTHING);
    assert!(only(&objects, "Deployment")["spec"]["replicas"].is_null());
    for kind in ["HorizontalPodAutoscaler", "PodDisruptionBudget", "ServiceMonitor"] {
        only(&objects, kind);
    }
    assert_eq!(of_kind(&objects, "HTTPRoute").len(), 2, "one serves, one redirects");
}

#[test]
fn every_pod_is_restricted_and_has_no_token() {
    for values in [&[][..], MYSQL, EVERYTHING] {
        let objects = render(values);
        let pods: Vec<_> = objects.iter().filter_map(pod).collect();
        assert!(pods.len() >= 2, "{values:?}: the program and the pod of `helm test`");
        for pod in pods {
            assert_eq!(pod["automountServiceAccountToken"], false);
            assert_eq!(pod["enableServiceLinks"], false);
            assert_eq!(pod["securityContext"]["runAsNonRoot"], true);
            assert_eq!(pod["securityContext"]["runAsUser"], 10001);
            assert_eq!(pod["securityContext"]["seccompProfile"]["type"], "RuntimeDefault");
            for container in pod["containers"].as_sequence().expect("containers") {
                let context = &container["securityContext"];
                assert_eq!(context["allowPrivilegeEscalation"], false);
                assert_eq!(context["readOnlyRootFilesystem"], true);
                assert_eq!(context["capabilities"]["drop"][0], "ALL");
                let resources = &container["resources"];
                assert_eq!(resources["limits"]["memory"], resources["requests"]["memory"]);
                assert!(resources["limits"]["cpu"].is_null(), "a CPU limit throttles a pod that has work");
            }
        }
    }
}

#[test]
fn a_pod_has_time_to_end_as_the_program_ends() {
    let stop = seconds("src/web/server.rs", "const STOP_DEADLINE: Duration = Duration::from_secs(");
    let last_batch = seconds("src/command/serve.rs", "const LAST_BATCH: Duration = Duration::from_secs(");
    for drain in [0, 10, 45] {
        let objects = render(&[&format!("settings.drainSeconds={drain}")]);
        let pod = pod(only(&objects, "Deployment")).expect("a pod");
        let grace = pod["terminationGracePeriodSeconds"].as_u64().expect("seconds");
        assert!(grace > drain + stop + last_batch, "{grace} s are too few for {drain} + {stop} + {last_batch} s");
    }
}

#[test]
fn changed_settings_roll_the_pods() {
    let annotations = |values: &[&str]| {
        let objects = render(values);
        only(&objects, "Deployment")["spec"]["template"]["metadata"]["annotations"].clone()
    };
    assert_ne!(annotations(&[]), annotations(&["settings.logLevel=debug"]));
    assert_eq!(annotations(&["settings.logLevel=debug"]), annotations(&["settings.logLevel=debug"]));
}

#[test]
fn an_image_is_named_by_its_digest_and_labelled_by_its_tag() {
    let digest = format!("sha256:{}", "0".repeat(64));
    let objects = render(&["image.tag=1.2.3", &format!("image.digest={digest}")]);
    let deployment = only(&objects, "Deployment");
    let image = text(&pod(deployment).expect("a pod")["containers"][0]["image"]);
    assert!(image.ends_with(&format!("@{digest}")), "{image}");
    assert_eq!(deployment["metadata"]["labels"]["app.kubernetes.io/version"], "1.2.3");
}

#[test]
fn rules_and_dashboards_are_taken_from_their_files() {
    let copy = tempfile::tempdir().expect("a directory");
    let copied = Command::new("cp").arg("-r").arg(chart()).arg(copy.path()).status().expect("cp");
    assert!(copied.success());
    let chart = copy.path().join("dog-gif-app");
    std::fs::create_dir_all(chart.join("files/dashboards")).expect("a directory");
    std::fs::write(chart.join("files/dashboards/overview.json"), "{\"title\": \"Dogs\"}\n").expect("a dashboard");
    let objects = parse(&helm_on(
        &chart,
        "template",
        &["dog-gif-app", "--namespace", "dogs"],
        &["rules.enabled=true", "dashboards.enabled=true"],
    ));
    let rules = serde_yaml_ng::to_string(&only(&objects, "PrometheusRule")["spec"]).expect("YAML");
    assert!(rules.contains("{{ $labels.namespace }}"), "Prometheus' braces are not Helm's:\n{rules}");
    for (whose, at_least) in [("dog-gif-app", 20), ("kube-state-metrics", 5)] {
        let chosen = rules.matches(&format!("job=\"{whose}\"")).count();
        let narrowed = rules.matches(&format!("job=\"{whose}\", namespace=\"dogs\"")).count();
        assert!(
            narrowed == chosen && chosen >= at_least,
            "{narrowed} of {chosen} series of {whose} are the release's own"
        );
    }
    let dashboards = dashboards(&objects);
    assert!(dashboards.iter().any(|dashboard| text(&dashboard["data"]["dog-gif-app-overview.json"]).contains("Dogs")));
}

#[test]
fn dashboards_come_as_the_sidecar_of_grafana_looks_for_them() {
    let objects = render(&[]);
    let dashboards = dashboards(&objects);
    assert_eq!(dashboards.len(), 3);
    for dashboard in dashboards {
        let metadata = &dashboard["metadata"];
        assert_eq!(metadata["labels"]["grafana_dashboard"], "1");
        assert_eq!(metadata["annotations"]["grafana_folder"], "Dog Gif App");
        let data = dashboard["data"].as_mapping().expect("data");
        let (name, json) = data.iter().next().expect("a file");
        // Of the dashboards of everybody, in one directory.
        assert!(text(name).starts_with("dog-gif-app-") && text(name).ends_with(".json"), "{name:?}");
        let uid = serde_json::from_str::<serde_json::Value>(text(json)).expect("JSON")["uid"].clone();
        assert_eq!(Some(text(name).trim_end_matches(".json")), uid.as_str(), "the file is called as the dashboard");
    }
}

#[test]
fn dashboards_can_be_turned_off_and_put_elsewhere() {
    assert!(dashboards(&render(&["dashboards.enabled=false"])).is_empty());
    let objects = render(&["dashboards.labels.team=dogs", "dashboards.folder=Pets", "dashboards.annotations.a=b"]);
    for dashboard in dashboards(&objects) {
        assert_eq!(dashboard["metadata"]["labels"]["team"], "dogs");
        assert_eq!(dashboard["metadata"]["annotations"]["grafana_folder"], "Pets");
        assert_eq!(dashboard["metadata"]["annotations"]["a"], "b");
    }
    for dashboard in dashboards(&render(&["dashboards.folder="])) {
        assert!(dashboard["metadata"]["annotations"].is_null());
    }
}

#[test]
fn dashboards_ask_for_the_job_that_the_monitor_names() {
    for dashboard in dashboards(&render(&["nameOverride=pets"])) {
        let data = dashboard["data"].as_mapping().expect("data");
        let json = text(data.values().next().expect("a file"));
        assert!(json.contains("job=\\\"pets\\\"") && !json.contains("job=\\\"dog-gif-app\\\""), "{json}");
    }
}

#[test]
fn its_readme_is_what_helm_docs_makes_of_the_values() {
    let committed = std::fs::read_to_string(readme_path(&root())).expect("the chart's README.md");
    let readme = readme(&root()).expect("the README by the pinned helm-docs");
    let (old, new) = (committed.lines(), readme.lines());
    let first = old.zip(new).find(|(old, new)| old != new);
    assert!(
        committed == readme,
        "the chart's README.md is stale: run `make readme`; the first difference is {first:#?}"
    );
}

#[test]
fn every_value_is_described() {
    let readme = readme(&root()).expect("the README by the pinned helm-docs");
    let rows: Vec<_> = readme.lines().filter(|line| line.starts_with("| ")).collect();
    assert!(rows.len() > 50, "no table of values:\n{readme}");
    for row in rows {
        assert!(!row.ends_with("|  |"), "a value without a `# --` comment above it: {row}");
    }
}

#[test]
fn a_package_has_the_readme_and_not_what_it_is_made_of() {
    let directory = tempfile::tempdir().expect("a directory");
    let to = directory.path().to_str().expect("UTF-8");
    let packed = helm("package", &["--destination", to], &[]);
    assert!(packed.status.success(), "{}", String::from_utf8_lossy(&packed.stderr));
    let package = std::fs::read_dir(directory.path()).expect("a directory").next().expect("a package").expect("a file");
    let listed = Command::new("tar").arg("-tzf").arg(package.path()).output().expect("tar");
    let listed = String::from_utf8(listed.stdout).expect("UTF-8");
    assert!(listed.contains("dog-gif-app/README.md\n"), "{listed}");
    assert!(!listed.contains("gotmpl"), "{listed}");
}

fn dashboards(objects: &[Value]) -> Vec<&Value> {
    let name = |object: &Value| object["metadata"]["name"].as_str().unwrap_or_default().to_string();
    of_kind(objects, "ConfigMap").into_iter().filter(|object| name(object).contains("-dashboard-")).collect()
}

fn chart() -> PathBuf {
    root().join("k8s/charts/dog-gif-app")
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn helm(command: &str, arguments: &[&str], values: &[&str]) -> std::process::Output {
    helm_on(&chart(), command, arguments, values)
}

fn helm_on(chart: &Path, command: &str, arguments: &[&str], values: &[&str]) -> std::process::Output {
    let tools = Tools::ready(&["helm"]).expect("the pinned Helm");
    let mut helm = Command::new(tools.binary("helm").expect("helm"));
    helm.arg(command).args(arguments).arg(chart);
    for value in values {
        helm.args(["--set", value]);
    }
    helm.output().expect("helm runs")
}

fn render(values: &[&str]) -> Vec<Value> {
    parse(&helm("template", &["dog-gif-app"], values))
}

fn parse(output: &std::process::Output) -> Vec<Value> {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let manifests = String::from_utf8_lossy(&output.stdout).into_owned();
    serde_yaml_ng::Deserializer::from_str(&manifests)
        .map(|document| Value::deserialize(document).expect("YAML"))
        .filter(|document| !document.is_null())
        .collect()
}

fn of_kind<'a>(objects: &'a [Value], kind: &str) -> Vec<&'a Value> {
    objects.iter().filter(|object| object["kind"] == kind).collect()
}

fn only<'a>(objects: &'a [Value], kind: &str) -> &'a Value {
    let found = of_kind(objects, kind);
    assert_eq!(found.len(), 1, "one {kind}");
    found[0]
}

/// The pod that an object is or makes.
fn pod(object: &Value) -> Option<&Value> {
    match object["kind"].as_str()? {
        "Pod" => Some(&object["spec"]),
        "Deployment" | "Job" => Some(&object["spec"]["template"]["spec"]),
        _ => None,
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// A constant of the program, read where it stands.
fn seconds(file: &str, before: &str) -> u64 {
    let source = std::fs::read_to_string(root().join(file)).expect("the program's source");
    let (_, after) = source.split_once(before).unwrap_or_else(|| panic!("{file} has no `{before}`"));
    after.split(')').next().and_then(|number| number.parse().ok()).unwrap_or_else(|| panic!("{file}: no number"))
}
