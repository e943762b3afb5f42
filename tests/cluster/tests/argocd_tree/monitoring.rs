//! What monitoring and logging are told by their values, against what the rest of the tree gives them: Secrets, addresses,
//! certificates, the other half of their values.

use std::collections::BTreeSet;

use serde_yaml_ng::Value;

use super::tree::{build, cluster, list, name, of_kind, root, sources, text, values};

const CLOUDS: [&str; 2] = ["nonproduction", "production"];
const STACK: &str = "k8s/platform/monitoring/kube-prometheus-stack.yaml";

#[test]
fn every_host_that_is_routed_has_a_certificate_and_may_use_the_gateway() {
    for cloud in CLOUDS {
        let objects = platform(cloud);
        let hosts = |field: &Value| list(field).iter().map(text).map(str::to_owned).collect::<Vec<_>>();
        let mut routed: BTreeSet<String> =
            of_kind(&objects, "HTTPRoute").flat_map(|r| hosts(&r["spec"]["hostnames"])).collect();
        for path in paths(cloud).iter().filter(|path| path.starts_with("k8s/overlays/")) {
            routed.extend(hosts(&values(&format!("{path}/values.yaml"))["gateway"]["hostnames"]));
        }
        let certified: BTreeSet<String> =
            of_kind(&objects, "Certificate").flat_map(|c| hosts(&c["spec"]["dnsNames"])).collect();
        assert_eq!(routed, certified, "{cloud}: routed, and in the gateway's certificate");

        let gateway = of_kind(&objects, "Gateway").next().expect("a gateway");
        for route in of_kind(&objects, "HTTPRoute") {
            let namespace = of_kind(&objects, "Namespace")
                .find(|namespace| name(namespace) == text(&route["metadata"]["namespace"]))
                .unwrap_or_else(|| panic!("{cloud}: {} stands in a namespace that nobody makes", name(route)));
            for listener in list(&gateway["spec"]["listeners"]) {
                let rule = &listener["allowedRoutes"]["namespaces"]["selector"]["matchExpressions"][0];
                let label = &namespace["metadata"]["labels"][text(&rule["key"])];
                let allowed = list(&rule["values"]).contains(label);
                assert!(allowed, "{cloud}: {} may not use the gateway from {}", name(route), name(namespace));
            }
        }
    }
}

#[test]
fn every_secret_of_monitoring_comes_from_the_store_and_none_is_in_git() {
    let stack = values(STACK);
    let mut read = BTreeSet::new();
    let grafana = &stack["grafana"];
    for key in ["userKey", "passwordKey"] {
        read.insert((text(&grafana["admin"]["existingSecret"]).to_owned(), text(&grafana["admin"][key]).to_owned()));
    }
    for (_, from) in grafana["envValueFrom"].as_mapping().expect("variables") {
        let reference = &from["secretKeyRef"];
        read.insert((text(&reference["name"]).to_owned(), text(&reference["key"]).to_owned()));
    }
    let mounted = list(&stack["alertmanager"]["alertmanagerSpec"]["secrets"]);
    for receiver in list(&stack["alertmanager"]["config"]["receivers"]) {
        for webhook in list(&receiver["webhook_configs"]) {
            assert!(webhook["url"].is_null(), "{}: an address in Git", text(&receiver["name"]));
            let path = text(&webhook["url_file"]);
            let (secret, key) = path
                .strip_prefix("/etc/alertmanager/secrets/")
                .and_then(|rest| rest.split_once('/'))
                .unwrap_or_else(|| panic!("{path} is not where the operator mounts Secrets"));
            assert!(mounted.iter().any(|name| name == secret), "{secret} is not mounted");
            read.insert((secret.to_owned(), key.to_owned()));
        }
    }
    for folder in ["access", "access-nonproduction"] {
        let objects = build(&format!("k8s/platform/monitoring/{folder}"));
        let made: BTreeSet<_> = of_kind(&objects, "ExternalSecret")
            .flat_map(|secret| {
                let target = &secret["spec"]["target"];
                let fetched = list(&secret["spec"]["data"]).iter().map(|entry| text(&entry["secretKey"]));
                let written = target["template"]["data"].as_mapping().into_iter().flatten().map(|(key, _)| text(key));
                fetched.chain(written).map(|key| (text(&target["name"]).to_owned(), key.to_owned())).collect::<Vec<_>>()
            })
            .collect();
        assert_eq!(read, made, "{folder}: read by the values, and made from the store");
    }
    assert_eq!(grafana["grafana.ini"]["auth.anonymous"]["enabled"], false, "nobody comes in unknown");
    for password in ["adminPassword", "adminUser"] {
        assert!(grafana[password].is_null(), "{password} is not for Git");
    }
}

#[test]
fn each_cluster_takes_its_own_half_of_the_values() {
    for cloud in CLOUDS {
        let mut seen = 0;
        for application in of_kind(&cluster(cloud), "Application") {
            for file in sources(application).iter().flat_map(|source| list(&source["helm"]["valueFiles"])) {
                let stem = text(file).strip_suffix(".yaml").expect("YAML");
                if let Some(other) = CLOUDS.iter().find(|other| stem.ends_with(&format!("-{other}"))) {
                    // `nonproduction` ends in `production`, too, and comes first.
                    assert_eq!(*other, cloud, "{}: {}", name(application), text(file));
                    seen += 1;
                }
            }
        }
        assert_eq!(seen, 2, "{cloud}: the stack and Loki have a half each");

        let own = values(&STACK.replace(".yaml", &format!("-{cloud}.yaml")));
        assert_eq!(own["prometheus"]["prometheusSpec"]["externalLabels"]["cluster"], *cloud, "alerts are routed by it");
        let address = text(&own["grafana"]["grafana.ini"]["server"]["root_url"]).to_owned();
        let routed = platform(cloud);
        let routed = of_kind(&routed, "HTTPRoute").find(|route| name(route) == "grafana").expect("Grafana's route");
        assert_eq!(address, format!("https://{}", text(&routed["spec"]["hostnames"][0])), "{cloud}");
    }
}

#[test]
fn prometheus_takes_monitors_and_rules_of_every_release() {
    let stack = values(STACK);
    for kind in ["serviceMonitor", "podMonitor", "rule", "probe", "scrapeConfig"] {
        let key = format!("{kind}SelectorNilUsesHelmValues");
        assert_eq!(stack["prometheus"]["prometheusSpec"][&key], false, "{STACK}: {key}");
    }
}

#[test]
fn grafana_finds_the_dashboards_of_our_chart_and_lets_nobody_in_by_password() {
    let grafana = &values(STACK)["grafana"];
    let finds = &grafana["sidecar"]["dashboards"];
    let labels = &values("k8s/charts/dog-gif-app/values.yaml")["dashboards"]["labels"];
    assert_eq!(labels[text(&finds["label"])], finds["labelValue"], "by the label that the chart sets: {labels:?}");
    assert_eq!(finds["searchNamespace"], "ALL", "the environments have namespaces of their own");
    let template = std::fs::read_to_string(root().join("k8s/charts/dog-gif-app/templates/dashboards.yaml"));
    let folder = text(&finds["folderAnnotation"]);
    assert_eq!(folder, "grafana_folder");
    assert!(template.expect("the chart's dashboards").contains(&format!("{folder}:")), "the chart names no folder");
    assert_eq!(grafana["grafana.ini"]["auth"]["disable_login_form"], true);
}

#[test]
fn loki_writes_where_terraform_lets_it() {
    const OF_LOKI: &str = "k8s/platform/logging/loki-production.yaml";
    let terraform = |path: &str| std::fs::read_to_string(root().join(path)).expect("Terraform");
    let loki = values(OF_LOKI);
    let environment = terraform("terraform/environments/production/main.tf");
    let (_, module) = environment.split_once("module \"logs\" {").expect("the module");
    let (_, buckets) = module.split_once("buckets = {").expect("its buckets");
    let made: BTreeSet<_> = buckets
        .lines()
        .take_while(|line| line.trim() != "}")
        .filter_map(|line| line.split_once('='))
        .map(|(kind, name)| (kind.trim().to_owned(), name.trim().trim_matches('"').to_owned()))
        .collect();
    let named = loki["loki"]["storage"]["bucketNames"].as_mapping().expect("buckets");
    let named: BTreeSet<_> = named.iter().map(|(kind, name)| (text(kind).to_owned(), text(name).to_owned())).collect();
    assert_eq!(named, made, "{OF_LOKI}: buckets that are named, and that are made");

    let module = terraform("terraform/modules/logs/main.tf");
    let account = text(&loki["serviceAccount"]["annotations"]["iam.gke.io/gcp-service-account"]);
    let (of_loki, project) = account.split_once('@').expect("an account");
    assert!(module.contains(&format!("account_id   = \"{of_loki}\"\n")), "Terraform makes no {of_loki}");
    let names = values("project.json");
    let of_production = text(&names["productionProject"]);
    assert_eq!(project, format!("{of_production}.iam.gserviceaccount.com"), "the project of production");
    let application = cluster("production");
    let application = of_kind(&application, "Application").find(|it| name(it) == "loki").expect("Loki");
    let release = sources(application).iter().find_map(|it| it["helm"]["releaseName"].as_str()).expect("a release");
    let namespace = text(&application["spec"]["destination"]["namespace"]);
    assert!(module.contains(&format!(".svc.id.goog[{namespace}/{release}]")), "not for {namespace}/{release}");
}

/// The directories of ours that a cluster syncs.
fn paths(cloud: &str) -> BTreeSet<String> {
    let applications = cluster(cloud);
    of_kind(&applications, "Application")
        .flat_map(sources)
        .filter_map(|source| source["path"].as_str())
        .filter(|path| path.starts_with("k8s/"))
        .map(str::to_owned)
        .collect()
}

/// What a cluster's directories of the platform render.
fn platform(cloud: &str) -> Vec<Value> {
    paths(cloud).iter().filter(|path| path.starts_with("k8s/platform/")).flat_map(|path| build(path)).collect()
}
